/*
 * listener.c - a Unix socket that several processes accept from.
 *
 * Clerks and inspectors wait here. EPOLLEXCLUSIVE wakes one of them for each
 * connection, and epoll_pwait() lets SIGTERM in only while waiting, so a
 * connection once accepted is always served.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

#define BACKLOG 4096

static volatile sig_atomic_t stop;
static sigset_t waiting_mask;

int
listener_open(const char *path, const struct listener_owner *owner,
	struct sekisho_error *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t old;
	int fd, result;

	if (strlen(path) >= sizeof(addr.sun_path))
		return sekisho_error_set(err, "socket path %s is too long",
			path);
	memcpy(addr.sun_path, path, strlen(path) + 1);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return sekisho_error_set(err, "socket: %s", strerror(errno));
	old = umask(0177);
	result = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	umask(old);
	if (result < 0 || listen(fd, BACKLOG) < 0 ||
	    (geteuid() == 0 && chown(path, owner->uid, owner->gid) < 0) ||
	    chmod(path, owner->mode) < 0) {
		sekisho_error_set(err, "cannot listen at %s: %s", path,
			strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static void
stop_handler(int sig)
{
	stop = 1;
}

void
listener_stop_on_sigterm(void)
{
	struct sigaction action = { .sa_handler = stop_handler };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &waiting_mask);
	sigdelset(&waiting_mask, SIGTERM);
	sigaction(SIGTERM, &action, NULL);
}

/* The epoll descriptor of this process for fd, made once. */
static int
listener_epoll(int fd)
{
	static int epoll_fd = -1;
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };

	if (epoll_fd >= 0)
		return epoll_fd;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd >= 0)
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
	return epoll_fd;
}

int
listener_accept(int fd)
{
	struct epoll_event event;
	int connection, epoll_fd = listener_epoll(fd);

	while (!stop) {
		if (epoll_pwait(epoll_fd, &event, 1, -1, &waiting_mask) < 0 &&
		    errno != EINTR)
			return -1;
		if (stop)
			break;
		connection = accept4(fd, NULL, NULL,
			SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (connection >= 0)
			return connection;
	}
	return -1;
}

int
listener_peer(int fd, uid_t *uid_r)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -1;
	*uid_r = cred.uid;
	return 0;
}
