/*
 * jail.h - what an inspector may do: nearly nothing.
 *
 * Layers, in the order in which they are entered: namespaces (no network, no
 * IPC, own mounts), an own empty tmpfs as root directory, an unprivileged user,
 * resource limits, no new privileges, system calls on an allow-list. The calls
 * for the tmpfs are of Linux 5.2.
 */
#ifndef SEKISHO_JAIL_H
#define SEKISHO_JAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "sekisho.h"

struct jail {
	uid_t uid;
	gid_t gid;
	bool best_effort;	/* log a refused layer and go on without it */
};

/*
 * Enters the jail for good. Everything that is needed later - descriptors,
 * signatures, iconv tables - must be open. From here on the process ends when
 * its parent does, and TMPDIR names a directory that it has for itself. Returns
 * 0, or -1 naming the layer that the kernel refused.
 */
int jail_enter(const struct jail *jail, struct sekisho_error *err);

/*
 * Before the process ends: removes TMPDIR, which is empty then. Of one that was
 * killed it stays, if the jail has no file system of its own.
 */
void jail_leave(void);

#endif
