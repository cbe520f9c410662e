/*
 * jail-log.c - for LD_PRELOAD into sekishod: a call that the jail's filter does
 * not allow is written to the file $JAIL_LOG and then done, where else it ends
 * the inspector. So one run over many mails finds all that is missing.
 *
 * The filter asks (seccomp_unotify(2)) a process that is forked before the
 * inspector enters its jail.
 */
#include <dlfcn.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int observer = -1;

static void
observe(int fd, FILE *log)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	struct seccomp_notif *asked;
	struct seccomp_notif_resp *answer;
	char *name;

	if (seccomp_notify_alloc(&asked, &answer) < 0)
		return;
	while (poll(&waiting, 1, -1) > 0 && !(waiting.revents & POLLHUP)) {
		memset(asked, 0, sizeof(*asked));
		if (seccomp_notify_receive(fd, asked) < 0)
			continue;
		name = seccomp_syscall_resolve_num_arch(asked->data.arch,
			asked->data.nr);
		fprintf(log, "call %s of %u (%#llx, %#llx, %#llx)\n",
			name != NULL ? name : "?", asked->pid,
			(unsigned long long)asked->data.args[0],
			(unsigned long long)asked->data.args[1],
			(unsigned long long)asked->data.args[2]);
		fflush(log);
		free(name);
		*answer = (struct seccomp_notif_resp){ .id = asked->id,
			.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
		seccomp_notify_respond(fd, answer);
	}
}

static int
pass(int channel, int *fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	if (*fd < 0) {
		if (recvmsg(channel, &message, 0) <= 0 ||
		    (part = CMSG_FIRSTHDR(&message)) == NULL)
			return -1;
		memcpy(fd, CMSG_DATA(part), sizeof(*fd));
		return 0;
	}
	*part = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(part), fd, sizeof(*fd));
	return sendmsg(channel, &message, 0) == 1 ? 0 : -1;
}

static void
start_observer(void)
{
	const char *path = getenv("JAIL_LOG");
	int ends[2], fd = -1, i;
	FILE *log;

	if (path == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		abort();
	if (fork() == 0) {
		for (i = 0; i < 256; i++)
			if (i != ends[0])
				close(i);
		log = fopen(path, "ae");
		if (log != NULL && pass(ends[0], &fd) == 0) {
			fprintf(log, "observed\n");
			fflush(log);
			observe(fd, log);
		}
		_exit(0);
	}
	close(ends[0]);
	observer = ends[1];
}

/* The first thing that jail_enter() does. */
int
unshare(int flags)
{
	if (observer < 0)
		start_observer();
	return (int)syscall(SYS_unshare, flags);
}

scmp_filter_ctx
seccomp_init(uint32_t action)
{
	scmp_filter_ctx (*real)(uint32_t) =
		(scmp_filter_ctx (*)(uint32_t))dlsym(RTLD_NEXT,
			"seccomp_init");

	return real(action == SCMP_ACT_KILL_PROCESS ? SCMP_ACT_NOTIFY :
		action);
}

int
seccomp_load(const scmp_filter_ctx filter)
{
	int (*real)(const scmp_filter_ctx) =
		(int (*)(const scmp_filter_ctx))dlsym(RTLD_NEXT,
			"seccomp_load");
	int fd, result = real(filter);

	if (result == 0) {
		fd = seccomp_notify_fd(filter);
		if (fd < 0 || pass(observer, &fd) < 0)
			abort();
		close(fd);
	}
	close(observer);
	observer = -1;
	return result;
}
