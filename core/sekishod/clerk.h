/*
 * clerk.h - one process that answers Exim's module, one message at a time.
 */
#ifndef SEKISHO_CLERK_H
#define SEKISHO_CLERK_H

#include "examine.h"

/*
 * Gives up its privileges and serves connections of listen_fd until SIGTERM.
 * Returns the process' exit status. checkpoint needs config, policy and
 * ratelimit.
 */
int clerk_run(const struct checkpoint *checkpoint, int listen_fd);

#endif
