/*
 * fuzz-charset.c - foreign bytes as text, "CHARSET NUL TEXT" (SPEC R14, R15,
 * N3): what is shown is one clean line, and a conversion can be undone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_clean(struct pool *pool, const char *text, size_t len)
{
	const char *clean = text_clean(pool, text, len), *p;
	size_t left = strlen(clean), n;
	uint32_t code;

	if (left > TEXT_MAX ||
	    strcmp(text_clean(pool, clean, left), clean) != 0)
		abort();
	for (p = clean; left > 0; p += n, left -= n) {
		n = charset_utf8_next(p, left, &code);
		if (n == 0 || code < ' ' || code == 0x7f ||
		    (code >= 0x2028 && code <= 0x202e))
			abort();
	}
	text_guess(pool, text, len);
}

/* UTF-8 that a set can hold comes back as it was. */
static void
check_convert(const char *charset, const char *text, size_t len)
{
	struct sekisho_buf utf8, raw, again;

	sekisho_buf_init(&utf8, 16u << 20);
	sekisho_buf_init(&raw, 16u << 20);
	sekisho_buf_init(&again, 16u << 20);
	if (charset_to_utf8(&utf8, charset, text, len) == 0) {
		if (!charset_known(charset))
			abort();
		charset_holds_ascii(charset);
		charset_from_utf8(&raw, charset, utf8.data, utf8.len);
	} else if (utf8.len != 0) {
		abort();
	}
	sekisho_buf_free(&raw);
	if (charset_from_utf8(&raw, charset, text, len) == 0)
		charset_to_utf8(&again, charset, raw.data, raw.len);
	sekisho_buf_free(&utf8);
	sekisho_buf_free(&raw);
	sekisho_buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *charset = (const char *)data;
	const char *nul = size == 0 ? NULL : memchr(data, '\0', size);
	struct pool *pool;
	size_t used;

	if (nul == NULL)
		return 0;
	used = (size_t)(nul - charset) + 1;
	pool = pool_new();
	check_clean(pool, nul + 1, size - used);
	check_convert(charset, nul + 1, size - used);
	pool_free(pool);
	return 0;
}
