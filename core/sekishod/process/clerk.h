/*
 * clerk.h - one process that serves a desk, one visitor at a time.
 */
#ifndef SEKISHO_CLERK_H
#define SEKISHO_CLERK_H

#include <sys/types.h>

#include "desk.h"

/*
 * Gives up its privileges and serves connections of listen_fd until SIGTERM, or
 * until its parent, master, has ended. Returns the process' exit status.
 * checkpoint needs config, policy and ratelimit.
 */
int clerk_run(const struct checkpoint *checkpoint, const struct desk *desk,
	int listen_fd, pid_t master);

#endif
