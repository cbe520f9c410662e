/*
 * kill.c - for LD_PRELOAD: ends the process with SIGKILL at its Nth call that
 * changes a file or talks to somebody.
 *
 * Counts as soon as the file named by KILL_FILE exists; it holds N. So a test
 * begins to count when it sends the command of interest, and reaches every
 * state that a crash could leave on disk by taking N = 1, 2, 3 ... until the
 * command comes through.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned int count;

static void
step(void)
{
	const char *path = getenv("KILL_FILE");
	char text[16] = "";
	int fd;

	fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	if (++count == strtoul(text, NULL, 10))
		kill(getpid(), SIGKILL);
}

/* The function of libc that we stand before. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t
write(int fd, const void *data, size_t len)
{
	step();
	return NEXT(write)(fd, data, len);
}

ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	step();
	return NEXT(pwrite64)(fd, data, len, offset);
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t offset)
{
	step();
	return NEXT(pwrite)(fd, data, len, offset);
}

ssize_t
writev(int fd, const struct iovec *pieces, int n)
{
	step();
	return NEXT(writev)(fd, pieces, n);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	step();
	return NEXT(sendmsg)(fd, message, flags);
}

int
connect(int fd, const struct sockaddr *address, socklen_t len)
{
	step();
	return NEXT(connect)(fd, address, len);
}

int
rename(const char *from, const char *to)
{
	step();
	return NEXT(rename)(from, to);
}

int
link(const char *from, const char *to)
{
	step();
	return NEXT(link)(from, to);
}

int
unlink(const char *path)
{
	step();
	return NEXT(unlink)(path);
}

int
ftruncate64(int fd, off64_t len)
{
	step();
	return NEXT(ftruncate64)(fd, len);
}

int
fdatasync(int fd)
{
	step();
	return NEXT(fdatasync)(fd);
}

int
fsync(int fd)
{
	step();
	return NEXT(fsync)(fd);
}
