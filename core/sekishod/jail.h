/*
 * jail.h - what an inspector may do: nearly nothing.
 *
 * Layers, in the order in which they are entered: namespaces (no network, no
 * IPC, own mounts), an own empty tmpfs as root directory, an unprivileged user,
 * resource limits, no new privileges, system calls on an allow-list.
 */
#ifndef SEKISHO_JAIL_H
#define SEKISHO_JAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "sekisho.h"

struct jail {
	const char *directory;	/* an empty directory; the tmpfs goes there */
	uid_t uid;
	gid_t gid;
	bool best_effort;	/* log a refused layer and go on without it */
};

/*
 * Enters the jail for good. Everything that is needed later - descriptors,
 * signatures, iconv tables - must be open. From here on the process ends when
 * its parent does. Returns 0, or -1 naming the layer that the kernel refused.
 */
int jail_enter(const struct jail *jail, struct sekisho_error *err);

#endif
