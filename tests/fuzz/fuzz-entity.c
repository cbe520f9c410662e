/*
 * fuzz-entity.c - the module reads a variant of the body (SPEC R1, R15): what
 * it takes has MIME header lines only, and a body of whole lines.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "entity.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct entity *entity, bool crlf)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	uint64_t size = entity->size - entity->body + entity->unfinished;
	struct stat st;
	char last;

	if (out < 0 || entity_write_body(entity, out, crlf, NULL) < 0 ||
	    fstat(out, &st) < 0)
		abort();
	if (crlf)
		size += entity->lines;
	if ((uint64_t)st.st_size != size)
		abort();
	if (size > 0 && (pread(out, &last, 1, st.st_size - 1) != 1 ||
	    last != '\n'))
		abort();
	close(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("in", MFD_CLOEXEC);
	struct entity entity;
	const char *line;
	size_t len;

	if (fd < 0 || entity_write(fd, (const char *)data, size) < 0)
		abort();
	if (entity_load(&entity, fd, NULL) == 0) {
		for (line = entity.headers; *line != '\0'; line += len) {
			len = strcspn(line, "\n") + 1;
			if (line[len - 1] != '\n' ||
			    (*line != ' ' && *line != '\t' &&
			    !entity_owns_header(line, len)))
				abort();
		}
		check(&entity, false);
		check(&entity, true);
		entity_free(&entity);
	}
	close(fd);
	return 0;
}
