/*
 * ratelimit.h - how often something may happen to one address, or be asked by
 * one client, in an hour (SPEC N4, C7).
 */
#ifndef SEKISHO_RATELIMIT_H
#define SEKISHO_RATELIMIT_H

#include <stdbool.h>
#include <time.h>

#include "sekisho.h"

struct ratelimit;

/*
 * A table that processes share. With a file it also survives a restart; every
 * process may open it. Without (NULL) it is in memory, for processes forked
 * later. Returns NULL on an error. Lives until the process ends.
 */
struct ratelimit *ratelimit_open(const char *file, struct sekisho_error *err);

/*
 * Counts one for key, without regard to letter case, at time now; false when
 * it had its share of this hour. per_hour 0: no limit, nothing is counted.
 */
bool ratelimit_allows(struct ratelimit *limit, const char *key,
	unsigned int per_hour, time_t now);

#endif
