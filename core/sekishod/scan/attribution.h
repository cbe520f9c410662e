/*
 * attribution.h - which part of a message holds what a scan has found.
 */
#ifndef SEKISHO_ATTRIBUTION_H
#define SEKISHO_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "engine.h"
#include "inspection.h"
#include "mime.h"
#include "places.h"
#include "pool.h"
#include "sekisho.h"

struct attribution {
	struct engine *engine;
	const struct mime *mime;
	struct pool *pool;
	struct inspection *inspection;	/* findings and members go here */
	const struct scan_result *whole; /* what the whole message gave */
	const bool *unseen;		/* parts that it left out */
	const struct places *places;	/* of the members that it named */
};

/* True when a part can be taken out of the mail, or cleaned. */
bool attribution_cleanable(const struct mime *mime, size_t part);

/*
 * Scans those parts one by one that have to be: all if anything was found. What
 * the whole message showed and no part shows is kept as a finding in part 0.
 * Returns 0 or -1, see inspect_message().
 */
int attribution_run(const struct attribution *attribution,
	struct sekisho_error *err);

#endif
