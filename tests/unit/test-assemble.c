/*
 * test-assemble.c - headers and body become one copy that nobody can change
 * any more (SPEC R1).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assemble.h"
#include "test.h"

static int
file_of(const char *data, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	return fd;
}

static const struct {
	const char *headers;
	const char *spool;	/* the body begins at 2 */
	bool crlf;
	const char *expected;
} cases[] = {
	{ "A: b\n", "-\nbody\n", false, "A: b\n\nbody\n" },
	{ "A: b\nC: d\n", "-\n", false, "A: b\nC: d\n\n" },
	{ "", "-\n\n.\n\nx", false, "\n\n.\n\nx" },
	{ "A: b\n", "-\na\r\nb\n", false, "A: b\n\na\r\nb\n" },
	{ "A: b\n", "-\na\r\n\r\nb\r\n", true, "A: b\n\na\n\nb\n" },
	{ "A: b\n", "-\na\rb\r\r\nc\r", true, "A: b\n\na\rb\r\nc\r" },
};

static void
test_cases(void)
{
	struct sekisho_message message = { .body_start = 2 };
	struct sekisho_error err;
	uint64_t size = 0;
	char text[200];
	size_t i;
	int spool, fd;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("R1: headers, an empty line, the body with LF");
		memset(text, 0, sizeof(text));
		err.text[0] = '\0';
		spool = file_of(cases[i].spool, strlen(cases[i].spool));
		message.headers = cases[i].headers;
		message.headers_len = strlen(cases[i].headers);
		message.body_crlf = cases[i].crlf;
		fd = assemble_message(&message, spool, &size, &err);
		test_str(err.text, "");
		test_int((long long)size,
			(long long)strlen(cases[i].expected));
		test_int(pread(fd, text, sizeof(text) - 1, 0),
			(long long)size);
		test_str(text, cases[i].expected);
		test_begin("R1: the copy cannot be changed any more");
		test_int(ftruncate(fd, 0), -1);
		test_int(ftruncate(fd, 1 << 20), -1);
		test_int(pwrite(fd, "x", 1, 0), -1);
		test_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
		close(spool);
	}
}

/* CRLF at every place around the end of a block of 64 KiB. */
static void
test_blocks(void)
{
	struct sekisho_message message = { .headers = "", .body_crlf = true };
	size_t len = 140000, i, shift, pairs;
	char *data = malloc(len), *copy = malloc(len);
	uint64_t size = 0;
	int spool, fd;

	test_begin("R1: no line end is lost between two blocks");
	for (shift = 1021; shift < 1026; shift++) {
		memset(data, 'a', len);
		pairs = 0;
		for (i = shift; i + 1 < len; i += 1024, pairs++)
			memcpy(data + i, "\r\n", 2);
		spool = file_of(data, len);
		fd = assemble_message(&message, spool, &size, NULL);
		test_int((long long)size, (long long)(len + 1 - pairs));
		test_int(pread(fd, copy, len, 0), (long long)size);
		test_assert(memchr(copy, '\r', size) == NULL);
		close(fd);
		close(spool);
	}
	free(data);
	free(copy);
}

static void
test_refused(void)
{
	struct sekisho_message message = { .headers = "", .body_start = 3 };
	struct sekisho_error err = { "" };
	int fd = file_of("ab", 2);
	uint64_t size;

	test_begin("O4: a body that cannot be there is a failure");
	test_int(assemble_message(&message, fd, &size, &err), -1);
	test_str(err.text, "cannot copy the message: File too large");
	test_int(ftruncate(fd, (off_t)SEKISHO_MESSAGE_MAX + 1), 0);
	test_int(assemble_message(&message, fd, &size, &err), -1);
	close(fd);
	test_int(assemble_message(&message, -1, &size, &err), -1);
}

int
main(void)
{
	test_cases();
	test_blocks();
	test_refused();
	return test_done();
}
