/*
 * engine_limit.h - one time limit for several scans.
 */
#ifndef SEKISHO_ENGINE_LIMIT_H
#define SEKISHO_ENGINE_LIMIT_H

#include <stdbool.h>

struct engine;

/*
 * All scans from now on share the scan_seconds of engine_open(), until this is
 * called again. Without it each scan has them for itself.
 */
void engine_start_clock(struct engine *engine);

/* True when the shared time is used up. */
bool engine_time_is_up(const struct engine *engine);

#endif
