/*
 * sekisho-variant.c - gives a message on its way through a transport another
 * body: reads it on standard input, writes it to standard output.
 *
 * Exim runs it as transport_filter of the transport sekisho_variant with the
 * file that the module stored (variant.c). Header lines pass as they are but
 * for MIME-Version and Content-*, which belong to the body. On any error it
 * ends with 75, and Exim tries again later.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entity.h"

#define TRY_AGAIN 75	/* EX_TEMPFAIL */

/* Copies the header lines up to the empty line. Returns 0 or -1. */
static int
copy_headers(FILE *in, FILE *out)
{
	char *line = NULL;
	size_t size = 0;
	bool skip = false;
	ssize_t len;

	while ((len = getline(&line, &size, in)) > 0) {
		if (line[0] == '\n' || (line[0] == '\r' && line[1] == '\n'))
			break;
		if (line[0] != ' ' && line[0] != '\t')
			skip = entity_owns_header(line, (size_t)len);
		if (!skip)
			fwrite(line, 1, (size_t)len, out);
	}
	free(line);
	return ferror(in) || ferror(out) ? -1 : 0;
}

/* Reads the old body to its end, or Exim would see a broken pipe. */
static int
skip_body(FILE *in)
{
	char data[16384];

	while (fread(data, 1, sizeof(data), in) > 0)
		;
	return ferror(in) ? -1 : 0;
}

/* The whole work. Returns 0, or -1 with a sentence. */
static int
variant_filter(const char *path, FILE *in, FILE *out,
	struct sekisho_error *err)
{
	struct entity entity = { .fd = -1 };
	int result = -1;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return sekisho_error_set(err, "%s: %s", path, strerror(errno));
	/* Whole and sound before the first byte goes out. */
	if (entity_load(&entity, fd, err) < 0)
		goto out;
	if (copy_headers(in, out) < 0 ||
	    fputs(entity.headers, out) == EOF || fputc('\n', out) == EOF ||
	    fflush(out) == EOF) {
		sekisho_error_set(err, "headers: %s", strerror(errno));
		goto out;
	}
	if (entity_write_body(&entity, fileno(out), false, err) < 0)
		goto out;
	if (skip_body(in) < 0) {
		sekisho_error_set(err, "body: %s", strerror(errno));
		goto out;
	}
	result = 0;
out:
	entity_free(&entity);
	close(fd);
	return result;
}

int
main(int argc, char **argv)
{
	struct sekisho_error err = { "" };

	if (argc != 2) {
		fprintf(stderr, "usage: sekisho-variant file\n");
		return TRY_AGAIN;
	}
	if (variant_filter(argv[1], stdin, stdout, &err) < 0) {
		fprintf(stderr, "sekisho-variant: %s\n", err.text);
		return TRY_AGAIN;
	}
	return 0;
}
