/*
 * inspect.h - parse and scan one message, in the jail: message -> findings.
 */
#ifndef SEKISHO_INSPECT_H
#define SEKISHO_INSPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "inspection.h"
#include "pool.h"
#include "sekisho.h"

struct engine;

/*
 * message is the whole mail as received, lines end in LF. Returns 0, or -1 when
 * the scanner itself is broken (no room, no memory): the mail gets a 451. What
 * is merely odd, too deep or too large about the mail is a finding of kind
 * FINDING_UNSCANNABLE, not a failure.
 *
 * types: tell of every part what it is by its bytes. That takes several times
 * as long as the scan of a letter, so it is done for those who ask only
 * (policy_wants_types()); else true_type is "" but for parts that hold members
 * or were scanned by themselves.
 */
int inspect_message(struct engine *engine, const char *message, size_t len,
	bool types, struct pool *pool, struct inspection *inspection_r,
	struct sekisho_error *err);

#endif
