/*
 * fuzz-headerwork.c - foreign mails that are counted before libclamav gets them
 * (SPEC R11): what is put behind a mail makes it no cheaper.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "headerwork.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* As long as it is, so that a byte read too far is seen. */
	char *mail = malloc(size), *longer = malloc(size + 6);
	uint64_t count;
	size_t files;

	if (longer == NULL || (mail == NULL && size > 0))
		abort();
	if (size > 0) {
		memcpy(mail, data, size);
		memcpy(longer, data, size);
		count = headerwork_count(mail, size);
		files = headerwork_files(mail, size);
		memcpy(longer + size, "\n--\nX:", 6);
		if (files > size || headerwork_count(longer, size + 6) < count)
			abort();
	}
	free(mail);
	free(longer);
	return 0;
}
