/*
 * notify.c - last step: notices are handed to Exim as mail of their own.
 *
 * The functions child_open*() of the local_scan API are not exported by
 * Debian's Exim, so this forks itself. In the reception process SIGCHLD is
 * ignored, the environment is empty and umask is 0; the child keeps nothing
 * of the SMTP connection open, or the client would wait for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exim-compat.h"
#include "localscan.h"

/* So many notices of a message are delivered at once; others are queued. */
#define AT_ONCE_MAX 10u

/* Is file one of the colon-separated names in list? */
static bool
list_has(const char *list, const char *file)
{
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ':')) {
		len = strcspn(list, ":");
		if (strlen(file) == len && strncmp(list, file, len) == 0)
			return true;
	}
	return false;
}

/* In the child: becomes Exim with the notice on standard input, or exits. */
static void
notice_exec(const char *recipient, int text_fd, bool at_once)
{
	const char *exim = localscan_expand("$exim_path");
	const char *config = localscan_expand("$config_file");
	const char *argv[16];
	int null = open("/dev/null", O_RDWR);
	int argc = 0;
	int fd;

	alarm(0);
	umask(077);
	/* With -bs, descriptor 1 is the client. */
	if (null < 0 || dup2(text_fd, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(71);
	if (syscall(SYS_close_range, 3u, ~0u, 0u) < 0)
		for (fd = 3; fd < 1024; fd++)
			close(fd);
	argv[argc++] = exim;
	/* Only a private configuration: -C costs Exim its privileges. */
	if (!list_has(EXIM_DEFAULT_CONFIG, config)) {
		argv[argc++] = "-C";
		argv[argc++] = config;
	}
	argv[argc++] = "-oi";
	argv[argc++] = at_once ? "-odb" : "-odq";
	argv[argc++] = "-oMr";
	argv[argc++] = "sekisho-notice";
	argv[argc++] = "-f";
	argv[argc++] = "<>";
	argv[argc++] = "--";
	argv[argc++] = recipient;
	argv[argc] = NULL;
	execv(exim, (char **)(uintptr_t)argv);
	_exit(71);
}

/* The text as a file, so that no pipe can fill up. A descriptor or -1. */
static int
notice_file(const struct sekisho_notice *notice, struct sekisho_error *err)
{
	int fd = memfd_create("sekisho-notice", MFD_CLOEXEC);

	if (fd < 0 || entity_write(fd, notice->text, notice->text_len) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0) {
		sekisho_error_set(err, "notice: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* Waits for the child until the deadline; it is not killed, it may deliver. */
static int
child_wait(pid_t pid, int64_t deadline, struct sekisho_error *err)
{
	struct timespec pause = { .tv_nsec = 500000 };
	int status;
	pid_t n;

	while ((n = waitpid(pid, &status, WNOHANG)) != pid) {
		if (n < 0 && errno != EINTR)
			return sekisho_error_set(err, "notice: waitpid: %s",
				strerror(errno));
		if (sekisho_now() >= deadline)
			return sekisho_error_set(err,
				"notice: Exim was not done at the deadline");
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 16000000)
			pause.tv_nsec *= 2;
	}
	if (status != 0)
		return sekisho_error_set(err, "notice: Exim ended with status "
			"%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

static int
notice_send(const struct sekisho_notice *notice, bool at_once,
	int64_t deadline, struct sekisho_error *err)
{
	int fd = notice_file(notice, err);
	int result;
	pid_t pid;

	if (fd < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		notice_exec(notice->recipient, fd, at_once);
	if (pid < 0)
		result = sekisho_error_set(err, "notice: fork: %s",
			strerror(errno));
	else
		result = child_wait(pid, deadline, err);
	close(fd);
	return result;
}

size_t
localscan_notify(const struct sekisho_plan *plan, int64_t deadline,
	struct sekisho_error *err)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	struct sigaction before;
	struct sekisho_error reason;
	size_t failed = 0;
	size_t i;

	if (plan->notice_count == 0)
		return 0;
	sigaction(SIGCHLD, &standard, &before);
	for (i = 0; i < plan->notice_count; i++)
		if (notice_send(&plan->notices[i], i < AT_ONCE_MAX, deadline,
		    &reason) < 0 && failed++ == 0)
			*err = reason;
	sigaction(SIGCHLD, &before, NULL);
	return failed;
}
