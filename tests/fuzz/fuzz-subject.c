/*
 * fuzz-subject.c - subject_tag() with foreign header lines (SPEC R14).
 *
 * The input is header lines, a NUL, the tag. What comes out is a proper field.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_field(const char *field)
{
	size_t len;

	if (*field == '\0')
		return;
	if (strncmp(field, "Subject: ", 9) != 0 ||
	    strchr(field, '\r') != NULL)
		abort();
	for (; *field != '\0'; field += len + 1) {
		len = strcspn(field, "\n");
		if (len > 998 || field[len] != '\n' || (field[len + 1] != '\0'
		    && field[len + 1] != ' ' && field[len + 1] != '\t'))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *headers, *tag;
	const char *tags[2] = { "[MEIWAKU!!!]" };

	headers = pool_strndup(pool, (const char *)data, size);
	tag = headers + strlen(headers);
	if ((size_t)(tag - headers) < size)
		tag = pool_strndup(pool, (const char *)data +
			(tag - headers) + 1, size - (size_t)(tag - headers) -
			1);
	tags[1] = tag;
	check_field(subject_tag(pool, headers, tag, tags, 2));
	check_field(subject_tag(pool, headers, headers, tags, 2));
	pool_free(pool);
	return 0;
}
