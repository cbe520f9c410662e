/*
 * text.c - foreign bytes as a text that can be shown.
 *
 * Everything that leaves the jail inside an inspection went through here.
 */
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "charset.h"
#include "text.h"

/* EUC-JP first: nearly every EUC-JP text is a (senseless) CP932 text too. */
static const char *const guesses[] = { "EUC-JP", "CP932" };

static bool
text_is_utf8(const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = charset_utf8_next(text, len, NULL);
		if (n == 0)
			return false;
	}
	return true;
}

/* Escape sequences to a Japanese set: ESC $ ..., ESC ( ... */
static bool
text_has_escapes(const char *text, size_t len)
{
	const char *esc = memchr(text, '\033', len);

	return esc != NULL && (size_t)(esc - text) + 1 < len &&
		(esc[1] == '$' || esc[1] == '(');
}

static const char *
text_convert(struct pool *pool, const char *charset, const char *text,
	size_t len)
{
	struct sekisho_buf buf;
	const char *result = NULL;

	sekisho_buf_init(&buf, len * 4 + 16);
	if (charset_to_utf8(&buf, charset, text, len) == 0 &&
	    buf.data != NULL)
		result = pool_strndup(pool, buf.data, buf.len);
	sekisho_buf_free(&buf);
	return result;
}

const char *
text_guess(struct pool *pool, const char *bytes, size_t len)
{
	const char *converted = NULL;
	char *copy = pool_strndup(pool, bytes, len);
	size_t i;

	for (i = 0; i < len; i++)
		if (copy[i] == '\0')
			copy[i] = ' ';
	if (text_has_escapes(copy, len))
		converted = text_convert(pool, "ISO-2022-JP", copy, len);
	if (converted != NULL || text_is_utf8(copy, len))
		return converted != NULL ? converted : copy;
	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		converted = text_convert(pool, guesses[i], copy, len);
		if (converted != NULL)
			return converted;
	}
	return copy;
}

const char *
text_clean(struct pool *pool, const char *bytes, size_t len)
{
	char *text;
	size_t end, n;

	if (len > 2 * TEXT_MAX)
		len = 2 * TEXT_MAX;
	text = charset_clean_line(pool, text_guess(pool, bytes, len),
		TEXT_MAX);
	for (end = 0; text[end] != '\0'; end += n) {
		n = charset_utf8_next(text + end, 4, NULL);
		if (n == 0 || end + n > TEXT_MAX)
			break;
	}
	text[end] = '\0';
	return text;
}
