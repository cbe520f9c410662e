/*
 * test-entity.c - a variant of the body is read whole and checked before a
 * byte of it goes into Exim's spool (SPEC R1, R15).
 */
#include <stdio.h>
#include <sys/mman.h>

#include "entity.c"
#include "test.h"

static int
file_of(const char *data, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	if (fd < 0 || entity_write(fd, data, len) < 0)
		abort();
	return fd;
}

/* What entity_write_body() makes of it; the caller frees. */
static char *
body_of(const struct entity *entity, bool crlf)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct sekisho_error err = { "" };
	struct stat st;
	char *text;

	test_int(entity_write_body(entity, fd, crlf, &err), 0);
	test_str(err.text, "");
	fstat(fd, &st);
	text = calloc(1, (size_t)st.st_size + 1);
	test_int(pread(fd, text, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	return text;
}

static const struct {
	const char *text;
	const char *headers;
	const char *body;
	const char *crlf;
	unsigned int lines;
} cases[] = {
	{ "Content-Type: text/plain\n\na\nb\n", "Content-Type: text/plain\n",
	  "a\nb\n", "a\r\nb\r\n", 2 },
	{ "\na\n", "", "a\n", "a\r\n", 1 },
	{ "\n", "", "", "", 0 },
	{ "MIME-Version: 1.0\ncontent-type:\n\ttext/plain;\n x=y\n\n",
	  "MIME-Version: 1.0\ncontent-type:\n\ttext/plain;\n x=y\n",
	  "", "", 0 },
	/* 4: a last line that does not end */
	{ "\na\nb", "", "a\nb\n", "a\r\nb\r\n", 2 },
	{ "\n\n\n", "", "\n\n", "\r\n\r\n", 2 },
	{ "Content-X : y\n\n.\n..\n", "Content-X : y\n", ".\n..\n",
	  ".\r\n..\r\n", 2 },
};

static void
test_load(void)
{
	struct sekisho_error err;
	struct entity entity;
	char *body;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("entity: headers, body and number of lines");
		err.text[0] = '\0';
		fd = file_of(cases[i].text, strlen(cases[i].text));
		test_int(entity_load(&entity, fd, &err), 0);
		test_str(err.text, "");
		test_str(entity.headers, cases[i].headers);
		test_int((long long)entity.lines, cases[i].lines);
		test_int((long long)entity.zeros, 0);
		body = body_of(&entity, false);
		test_str(body, cases[i].body);
		free(body);
		body = body_of(&entity, true);
		test_str(body, cases[i].crlf);
		free(body);
		entity_free(&entity);
		close(fd);
	}
}

static void
test_large(void)
{
	size_t i, len = 100000;
	char *text = malloc(len), *body;
	struct sekisho_error err;
	struct entity entity;
	int fd, out;

	test_begin("entity: lines and NULs over many pieces");
	for (i = 0; i < len; i++)
		text[i] = i % 80 == 79 || i == 0 ? '\n' : 'a';
	text[50000] = '\0';
	text[CHUNK] = '\n';
	fd = file_of(text, len);
	test_int(entity_load(&entity, fd, NULL), 0);
	test_int((long long)entity.lines, 1251);
	test_int((long long)entity.zeros, 1);
	body = body_of(&entity, false);
	test_assert(memcmp(body, text + 1, len - 1) == 0);
	free(body);

	test_begin("entity: a file that becomes shorter is an error");
	test_int(ftruncate(fd, 5000), 0);
	out = file_of("", 0);
	test_int(entity_write_body(&entity, out, false, &err), -1);
	test_str(err.text, "body variant: it became shorter");
	close(out);
	test_begin("entity: so is a place that cannot be written");
	test_int(entity_write_body(&entity, -1, true, &err), -1);
	test_str(err.text, "cannot write the new body: Bad file descriptor");
	entity_free(&entity);
	entity_free(&entity);
	entity_free(NULL);
	close(fd);
	free(text);
}

#define NO_END "body variant: no end of the header lines"
#define FOREIGN "body variant: not a MIME header: "

static const struct {
	const char *text;
	size_t len;
	const char *expected;
} wrong[] = {
	{ "", 0, NO_END },
	{ "Content-Type: a/b\n", 18, NO_END },
	{ "Content-Type: a/b\r\n\r\nx", 22, NO_END },
	{ "Content-Type: \0\n\nx", 18, NO_END },
	{ "Content-Type: a/b\r\n\n", 20, "body variant: CR in a header line" },
	{ "Subject: x\n\n", 12, FOREIGN "Subject: x" },
	{ "Content-Type: a/b\nBcc: x@y\n\n", 28, FOREIGN "Bcc: x@y" },
	{ " Content-Type: a/b\n\n", 20, FOREIGN " Content-Type: a/b" },
	{ "Content-: a\n\n", 13, FOREIGN "Content-: a" },
	{ "Content-Type a/b\n\n", 18, FOREIGN "Content-Type a/b" },
	{ "MIME-Version\n\n", 14, FOREIGN "MIME-Version" },
	{ "X-0123456789012345678901234567890123456789: a\n\n", 47,
	  FOREIGN "X-01234567890123456789012345678901234567" },
};

static void
test_refused(void)
{
	struct sekisho_error err;
	struct entity entity;
	char *text;
	int fd, ends[2];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_begin("entity: what is none is refused");
		err.text[0] = '\0';
		fd = file_of(wrong[i].text, wrong[i].len);
		test_int(entity_load(&entity, fd, &err), -1);
		test_str(err.text, wrong[i].expected);
		close(fd);
	}
	test_begin("entity: headers of more than 16 KiB are refused");
	text = calloc(1, ENTITY_HEADERS_MAX + 20);
	memset(text, 'a', ENTITY_HEADERS_MAX + 18);
	memcpy(text, "Content-Type:", 13);
	memcpy(text + ENTITY_HEADERS_MAX + 16, "\n\n", 2);
	fd = file_of(text, ENTITY_HEADERS_MAX + 18);
	test_int(entity_load(&entity, fd, &err), -1);
	test_str(err.text, NO_END);
	free(text);
	close(fd);

	test_begin("entity: only a file is one, of at most 1 GiB");
	test_int(pipe(ends), 0);
	test_int(entity_load(&entity, ends[0], &err), -1);
	test_str(err.text, "body variant: not a file, or too long");
	close(ends[0]);
	close(ends[1]);
	fd = file_of("\n", 1);
	test_int(ftruncate(fd, (off_t)SEKISHO_MESSAGE_MAX + 1), 0);
	test_int(entity_load(&entity, fd, &err), -1);
	close(fd);
	test_int(entity_load(&entity, -1, &err), -1);
	test_str(err.text, "body variant: Bad file descriptor");
}

static void
test_owns(void)
{
	test_begin("R15: MIME-Version and Content-* belong to the body");
	test_assert(entity_owns_header("MIME-Version: 1.0", 17));
	test_assert(entity_owns_header("content-TYPE:", 13));
	test_assert(entity_owns_header("Content-X\t : a", 14));
	test_assert(!entity_owns_header("Content-Type", 12));
	test_assert(!entity_owns_header("Content-Type:", 12));
	test_assert(!entity_owns_header("Content-:", 9));
	test_assert(!entity_owns_header("Contents: a", 11));
	test_assert(!entity_owns_header("X-Content-Type: a", 17));
	test_assert(!entity_owns_header("MIME-Versions: 1", 16));
	test_assert(!entity_owns_header("Content-\nType: a", 16));
	test_assert(!entity_owns_header("", 0));
}

int
main(void)
{
	test_load();
	test_large();
	test_refused();
	test_owns();
	return test_done();
}
