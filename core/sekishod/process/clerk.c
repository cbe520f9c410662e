/*
 * clerk.c - the life of one process that serves a desk, one visitor at a time.
 *
 * It runs as an ordinary user, holds the policy and its own connection to the
 * directory.
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "clerk.h"
#include "counters.h"
#include "directory.h"
#include "listener.h"
#include "log.h"

static int
clerk_drop_privileges(const struct config *config)
{
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 ||
	    setgid(config->gid) < 0 || setuid(config->uid) < 0))
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Who may ask here is known by user, before a byte is read. */
static bool
clerk_admits(const struct desk *desk, const struct config *config, int fd)
{
	uid_t uid;

	if (listener_peer(fd, &uid) < 0)
		return false;
	if (uid == 0 || uid == config->uid || desk->admits(config, uid))
		return true;
	log_line(LOG_LEVEL_WARNING, "%s: user %u may not ask; %s names who may",
		desk->socket, (unsigned int)uid, desk->parameter);
	return false;
}

int
clerk_run(const struct checkpoint *checkpoint, const struct desk *desk,
	int listen_fd, pid_t master)
{
	struct checkpoint own = *checkpoint;
	int fd;

	if (clerk_drop_privileges(own.config) < 0) {
		log_line(LOG_LEVEL_ERROR, "clerk: cannot become user %s: %s",
			own.config->user, strerror(errno));
		return EX_OSERR;
	}
	/* Asked for after setuid(), which would have cleared it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	listener_stop_on_sigterm();
	if (getppid() != master)
		return EX_OK;	/* it ended before we asked */
	own.directory = directory_new(own.config, own.changes);
	directory_measure(own.directory, counters_directory, own.counters);
	while ((fd = listener_accept(listen_fd)) >= 0) {
		if (clerk_admits(desk, own.config, fd))
			desk->serve(&own, fd);
		close(fd);
	}
	return EX_OK;
}
