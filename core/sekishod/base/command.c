/*
 * command.c - run another program, and have what it says.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "command.h"

#define NOT_FOUND 127	/* exit status of a child that could not execute */

/* Standard input as a file that is there already: nobody has to write. */
static int
input_open(const char *input)
{
	size_t len = input == NULL ? 0 : strlen(input);
	int fd;

	if (len == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("input", MFD_CLOEXEC);
	if (fd >= 0 && (write(fd, input, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void __attribute__((noreturn))
child(const struct command *command, int in, int out)
{
	/* A group of its own, so that all of it can be killed. */
	setpgid(0, 0);
	if (command->uid != 0 && (setgroups(1, &command->gid) < 0 ||
	    setgid(command->gid) < 0 || setuid(command->uid) < 0))
		_exit(NOT_FOUND);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("LC_ALL", "C", 1);
	execvp(command->argv[0], (char *const *)(uintptr_t)command->argv);
	_exit(NOT_FOUND);
}

/* Reads until the end. Returns 0, or -1 at the deadline. */
static int
listen_to(int fd, int64_t deadline, struct sekisho_buf *out)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	int64_t left;
	ssize_t n;

	for (;;) {
		left = deadline - sekisho_now();
		if (left <= 0 || (poll(&ready, 1, (int)left) <= 0 &&
		    errno != EINTR))
			return -1;
		n = read(fd, bytes, sizeof(bytes));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		/* What is too long is read all the same: it shall end. */
		if (n > 0 && !out->failed && out->len + (size_t)n < out->max)
			sekisho_buf_add(out, bytes, (size_t)n);
	}
}

int
command_run(const struct command *command, struct sekisho_buf *out,
	struct sekisho_error *err)
{
	int in = input_open(command->input), pipe_fds[2], status, result;
	pid_t pid;

	if (in < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0) {
		if (in >= 0)
			close(in);
		return sekisho_error_set(err, "%s: cannot be run: %s",
			command->argv[0], strerror(errno));
	}
	pid = fork();
	if (pid == 0)
		child(command, in, pipe_fds[1]);
	close(in);
	close(pipe_fds[1]);
	result = pid < 0 ? -1 : listen_to(pipe_fds[0], command->deadline, out);
	close(pipe_fds[0]);
	if (pid < 0)
		return sekisho_error_set(err, "%s: cannot be run: no process",
			command->argv[0]);
	if (result < 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return sekisho_error_set(err, "%s: is lost",
				command->argv[0]);
	if (result < 0)
		return sekisho_error_set(err, "%s: does not end",
			command->argv[0]);
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	if (WEXITSTATUS(status) == NOT_FOUND && out->len == 0)
		return sekisho_error_set(err, "%s: cannot be run",
			command->argv[0]);
	return WEXITSTATUS(status);
}
