/*
 * ratelimit.h - how many notices one address gets in an hour (SPEC N4).
 */
#ifndef SEKISHO_RATELIMIT_H
#define SEKISHO_RATELIMIT_H

#include <stdbool.h>
#include <time.h>

#include "sekisho.h"

struct ratelimit;

/*
 * A table in memory that processes forked later share. per_hour 0: no limit.
 * Returns NULL when there is no memory.
 */
struct ratelimit *ratelimit_new(unsigned int per_hour,
	struct sekisho_error *err);

/* Counts one for address, at time now; false when it had its share. */
bool ratelimit_allows(struct ratelimit *limit, const char *address,
	time_t now);

#endif
