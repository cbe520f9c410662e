/*
 * inspector.h - one jailed process that inspects and rewrites messages.
 */
#ifndef SEKISHO_INSPECTOR_H
#define SEKISHO_INSPECTOR_H

#include <stdatomic.h>
#include <stdint.h>

#include "jail.h"

struct engine;

/*
 * What an inspector and its watchdog share, one slot for each inspector, on a
 * page of its own: one that was taken over reaches no other's.
 */
struct inspector_slot {
	_Atomic int64_t busy_until;	/* sekisho_now() time, 0 when idle */
};

struct inspector {
	struct engine *engine;
	int listen_fd;
	int ready_fd;			/* one byte when the jail is entered */
	int log_fd;			/* of inspector_log_open() */
	struct inspector_slot *slot;
	unsigned int scan_seconds;
	uint32_t generation;
	struct jail jail;
};

/* Runs until SIGTERM or its time to be renewed; the process' exit status. */
int inspector_run(const struct inspector *inspector);

#endif
