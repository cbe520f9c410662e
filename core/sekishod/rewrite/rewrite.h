/*
 * rewrite.h - carry out body changes on a message, in the jail.
 *
 * Every byte that an edit does not have to change stays as it was.
 */
#ifndef SEKISHO_REWRITE_H
#define SEKISHO_REWRITE_H

#include <stddef.h>

#include "buf.h"
#include "edit.h"
#include "pool.h"
#include "sekisho.h"

struct engine;

enum rewrite_result {
	REWRITE_FAILED = -1,	/* no memory, scanner broken: answer 451 */
	REWRITE_DONE = 0,
	REWRITE_IMPOSSIBLE = 1,	/* cannot be cleaned; err says why */
};

/*
 * message is the whole mail, lines end in LF. Appends the new MIME entity to
 * out: its MIME header lines (MIME-Version and all Content-*; nothing else),
 * an empty line, the body. When an edit is EDIT_CLEAN the result is scanned
 * again with engine and must be free of viruses, else REWRITE_IMPOSSIBLE;
 * engine may be NULL in unit tests (no such scan).
 */
enum rewrite_result rewrite_message(struct engine *engine,
	const char *message, size_t len, const struct edit_list *list,
	struct sekisho_buf *out, struct sekisho_error *err);

#endif
