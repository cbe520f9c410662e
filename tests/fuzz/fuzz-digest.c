/*
 * fuzz-digest.c - the key of a digest's link, and a text of a stranger in the
 * mail.
 *
 * Nobody makes a key by chance; what is left is read and nothing breaks.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "digest_link.h"
#include "digest_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seal_keys keys = { .list = { { .bytes = "k" } },
		.count = 1 };
	struct pool *pool = pool_new();
	char *text = malloc(size + 1);
	struct digest_link link;

	if (text == NULL)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (digest_link_read(&keys, text, 0, &link, pool) >= 0)
		abort();
	if (strstr(digest_text(pool, text), "://") != NULL)
		abort();
	free(text);
	pool_free(pool);
	return 0;
}
