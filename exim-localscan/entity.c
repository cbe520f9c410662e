/*
 * entity.c - read, check and write a variant of the body.
 *
 * The module looks at the whole entity here before it touches the spool, and
 * writes it into the spool or into a variant file; sekisho-variant reads that
 * file again at delivery.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entity.h"

#define CHUNK 16384u

bool
entity_owns_header(const char *line, size_t len)
{
	size_t name = 0;
	size_t colon;

	while (name < len && line[name] != ':' && line[name] != ' ' &&
	       line[name] != '\t' && line[name] != '\n')
		name++;
	colon = name;
	while (colon < len && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	if (colon == len || line[colon] != ':')
		return false;
	return (name == 12 && strncasecmp(line, "MIME-Version", 12) == 0) ||
		(name > 8 && strncasecmp(line, "Content-", 8) == 0);
}

int
entity_write(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Reads up to len bytes at offset. Returns their number or -1. */
static ssize_t
entity_pread(int fd, char *data, size_t len, uint64_t offset)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = pread(fd, data + got, len - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Every line is a MIME header line or continues one. */
static int
entity_check_headers(const char *text, struct sekisho_error *err)
{
	const char *line = text;
	size_t len;

	for (; *line != '\0'; line += len) {
		len = strcspn(line, "\n") + 1;
		if (memchr(line, '\r', len) != NULL)
			return sekisho_error_set(err,
				"body variant: CR in a header line");
		if ((*line == ' ' || *line == '\t') && line != text)
			continue;
		if (!entity_owns_header(line, len))
			return sekisho_error_set(err,
				"body variant: not a MIME header: %.*s",
				len > 40 ? 40 : (int)len - 1, line);
	}
	return 0;
}

static int
entity_read_headers(struct entity *entity, struct sekisho_error *err)
{
	char *text = entity->headers;
	char *end;
	ssize_t n;

	n = entity_pread(entity->fd, text, ENTITY_HEADERS_MAX, 0);
	if (n < 0)
		return sekisho_error_set(err, "body variant: %s",
			strerror(errno));
	text[n] = '\0';
	if (text[0] == '\n') {
		entity->body = 1;
		text[0] = '\0';
		return 0;
	}
	end = strstr(text, "\n\n");
	if (end == NULL)
		return sekisho_error_set(err,
			"body variant: no end of the header lines");
	end[1] = '\0';
	entity->body = (uint64_t)(end - text) + 2;
	return entity_check_headers(text, err);
}

/* Counts what Exim wants to know of a body. */
static int
entity_count(struct entity *entity, struct sekisho_error *err)
{
	char data[CHUNK];
	uint64_t at = entity->body;
	ssize_t i, n;

	for (; at < entity->size; at += (uint64_t)n) {
		n = entity_pread(entity->fd, data, sizeof(data), at);
		if (n <= 0)
			return sekisho_error_set(err, "body variant: %s",
				n < 0 ? strerror(errno) : "it became shorter");
		for (i = 0; i < n; i++) {
			entity->lines += data[i] == '\n';
			entity->zeros += data[i] == '\0';
		}
		entity->unfinished = data[n - 1] != '\n';
	}
	entity->lines += entity->unfinished;
	return 0;
}

int
entity_load(struct entity *entity_r, int fd, struct sekisho_error *err)
{
	struct entity entity = { .fd = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return sekisho_error_set(err, "body variant: %s",
			strerror(errno));
	if (!S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size > SEKISHO_MESSAGE_MAX)
		return sekisho_error_set(err,
			"body variant: not a file, or too long");
	entity.size = (uint64_t)st.st_size;
	entity.headers = malloc(ENTITY_HEADERS_MAX + 1);
	if (entity.headers == NULL)
		return sekisho_error_set(err, "body variant: out of memory");
	if (entity_read_headers(&entity, err) < 0 ||
	    entity_count(&entity, err) < 0) {
		entity_free(&entity);
		return -1;
	}
	*entity_r = entity;
	return 0;
}

void
entity_free(struct entity *entity)
{
	if (entity == NULL)
		return;
	free(entity->headers);
	memset(entity, 0, sizeof(*entity));
	entity->fd = -1;
}

/* Writes a piece with CRLF line ends. */
static int
entity_write_crlf(int out, const char *data, size_t len)
{
	char text[2 * CHUNK];
	size_t i, used = 0;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n')
			text[used++] = '\r';
		text[used++] = data[i];
	}
	return entity_write(out, text, used);
}

int
entity_write_body(const struct entity *entity, int out, bool crlf,
	struct sekisho_error *err)
{
	char data[CHUNK];
	uint64_t at = entity->body;
	size_t want;
	ssize_t n;
	int result = 0;

	for (; at < entity->size && result == 0; at += (uint64_t)n) {
		want = entity->size - at < sizeof(data) ?
			(size_t)(entity->size - at) : sizeof(data);
		n = entity_pread(entity->fd, data, want, at);
		if (n <= 0)
			return sekisho_error_set(err, "body variant: %s",
				n < 0 ? strerror(errno) : "it became shorter");
		result = crlf ? entity_write_crlf(out, data, (size_t)n) :
			entity_write(out, data, (size_t)n);
	}
	if (result == 0 && entity->unfinished)
		result = crlf ? entity_write(out, "\r\n", 2) :
			entity_write(out, "\n", 1);
	if (result < 0)
		return sekisho_error_set(err, "cannot write the new body: %s",
			strerror(errno));
	return 0;
}
