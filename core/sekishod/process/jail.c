/*
 * jail.c - what an inspector may do.
 *
 * An inspector reads what strangers wrote, with large parsers. If one of them
 * is taken over, this is all that its new owner has: the message at hand.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <grp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jail.h"
#include "jail_calls.h"
#include "log.h"

static int
enter_namespaces(const struct jail *jail, struct sekisho_error *err)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
		return sekisho_error_set(err, "namespaces: %s",
			strerror(errno));
	return 0;
}

/* The directory of a new tmpfs that is mounted nowhere, or -1 with errno. */
static int
tmpfs_open(void)
{
	int fs = fsopen("tmpfs", FSOPEN_CLOEXEC), root = -1;

	if (fs < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_SET_STRING, "size", "512m", 0) == 0 &&
	    fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0 &&
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		root = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID |
			MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	close(fs);
	return root;
}

/* A root directory that holds nothing but /tmp, and dies with the process. */
static int
enter_root(const struct jail *jail, struct sekisho_error *err)
{
	int root = unshare(CLONE_NEWNS) < 0 ? -1 : tmpfs_open();
	int failed;

	if (root < 0)
		return sekisho_error_set(err, "own file system: %s",
			strerror(errno));
	failed = fchdir(root) < 0 || chroot(".") < 0;
	close(root);
	if (failed || mkdir("/tmp", 0700) < 0 ||
	    chown("/tmp", jail->uid, jail->gid) < 0)
		return sekisho_error_set(err, "change of root: %s",
			strerror(errno));
	return 0;
}

static int
drop_user(const struct jail *jail, struct sekisho_error *err)
{
	if (setgroups(0, NULL) < 0 || setgid(jail->gid) < 0 ||
	    setuid(jail->uid) < 0)
		return sekisho_error_set(err, "unprivileged user: %s",
			strerror(errno));
	/* Asked for after setuid(), which would have cleared it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return sekisho_error_set(err, "end with the parent: %s",
			strerror(errno));
	return 0;
}

static int
set_limits(const struct jail *jail, struct sekisho_error *err)
{
	static const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, 1u << 30 },
		{ RLIMIT_NOFILE, 256 },	/* too few: libclamav misses things */
		{ RLIMIT_AS, (rlim_t)6 << 30 },
	};
	struct rlimit value;
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		value.rlim_cur = value.rlim_max = limits[i].limit;
		if (setrlimit(limits[i].resource, &value) < 0)
			return sekisho_error_set(err, "resource limits: %s",
				strerror(errno));
	}
	return 0;
}

static int
forbid_privileges(const struct jail *jail, struct sekisho_error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return sekisho_error_set(err, "no new privileges: %s",
			strerror(errno));
	return 0;
}

static int
filter_calls(const struct jail *jail, struct sekisho_error *err)
{
	return jail_calls_filter(err);
}

/*
 * For temporary files. In a /tmp that inspectors have in common they would
 * overwrite each other's: libclamav makes the same names in all of them, as
 * they are forked from one process.
 */
static int
own_directory(struct sekisho_error *err)
{
	char path[] = "/tmp/sekisho-XXXXXX";

	if (mkdtemp(path) == NULL || setenv("TMPDIR", path, 1) < 0)
		return sekisho_error_set(err, "cannot make a directory in "
			"/tmp: %s", strerror(errno));
	return 0;
}

static int (*const layers[])(const struct jail *, struct sekisho_error *) = {
	enter_namespaces, enter_root, drop_user, set_limits,
	forbid_privileges, filter_calls,
};

int
jail_enter(const struct jail *jail, struct sekisho_error *err)
{
	struct sekisho_error reason;
	size_t i;

	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		if (layers[i](jail, &reason) == 0)
			continue;
		if (!jail->best_effort)
			return sekisho_error_set(err, "jail: this machine "
				"refuses the layer %s; allow it, or set "
				"jail = best-effort", reason.text);
		log_line(LOG_LEVEL_WARNING, "jail: the layer %s; going on "
			"without it (jail = best-effort)", reason.text);
	}
	return own_directory(err);
}

void
jail_leave(void)
{
	rmdir(getenv("TMPDIR"));
}
