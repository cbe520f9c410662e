/*
 * listener.h - a Unix socket that several processes accept from.
 */
#ifndef SEKISHO_LISTENER_H
#define SEKISHO_LISTENER_H

#include <sys/types.h>

#include "sekisho.h"

struct listener_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/*
 * Binds and listens at path, replacing what was there. Gives the file to the
 * owner. Returns the descriptor or -1.
 */
int listener_open(const char *path, const struct listener_owner *owner,
	struct sekisho_error *err);

/*
 * From now on SIGTERM asks this process to stop: it is looked at only while
 * listener_accept() waits, so that work once begun is finished.
 */
void listener_stop_on_sigterm(void);

/*
 * Waits for a connection; wakes one process only. Returns a non-blocking
 * descriptor, or -1 when the process shall stop.
 */
int listener_accept(int fd);

/* User id of the process at the other end of a connection, or -1. */
int listener_peer(int fd, uid_t *uid_r);

#endif
