/*
 * assemble.c - one contiguous copy of a message for the inspectors.
 *
 * The clerk only copies bytes; whoever parses them sits in the jail. The copy
 * is sealed, so it cannot shrink under a mapping.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assemble.h"

static int
write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
copy_plain(int out, int in, off_t start, off_t end)
{
	ssize_t n;

	while (start < end) {
		n = sendfile(out, in, &start, (size_t)(end - start));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
	}
	return 0;
}

/* Leaves out each CR that stands before a LF. */
static size_t
drop_cr(char *data, size_t len)
{
	size_t from, to = 0;

	for (from = 0; from < len; from++)
		if (data[from] != '\r' || from + 1 == len ||
		    data[from + 1] != '\n')
			data[to++] = data[from];
	return to;
}

static int
copy_crlf(int out, int in, off_t start, off_t end)
{
	char block[65536];
	ssize_t n;

	while (start < end) {
		n = pread(in, block, sizeof(block), start);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		/* Keep a CR at the end of the block for the next round. */
		if (n > 1 && block[n - 1] == '\r' && start + n < end)
			n--;
		start += n;
		if (write_all(out, block, drop_cr(block, (size_t)n)) < 0)
			return -1;
	}
	return 0;
}

static int
copy_message(const struct sekisho_message *message, int body_fd, int out)
{
	off_t start = (off_t)message->body_start;
	struct stat st;

	if (fstat(body_fd, &st) < 0 || start > st.st_size ||
	    (uint64_t)st.st_size > SEKISHO_MESSAGE_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (write_all(out, message->headers, message->headers_len) < 0 ||
	    write_all(out, "\n", 1) < 0)
		return -1;
	return message->body_crlf ?
		copy_crlf(out, body_fd, start, st.st_size) :
		copy_plain(out, body_fd, start, st.st_size);
}

int
assemble_message(const struct sekisho_message *message, int body_fd,
	uint64_t *size_r, struct sekisho_error *err)
{
	struct stat st;
	int fd;

	fd = memfd_create("sekisho-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return sekisho_error_set(err, "memfd: %s", strerror(errno));
	if (copy_message(message, body_fd, fd) < 0 || fstat(fd, &st) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
	    F_SEAL_SEAL) < 0) {
		sekisho_error_set(err, "cannot copy the message: %s",
			strerror(errno));
		close(fd);
		return -1;
	}
	*size_r = (uint64_t)st.st_size;
	return fd;
}
