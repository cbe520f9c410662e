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

static char *
text_convert(struct pool *pool, const char *charset, const char *text,
	size_t len)
{
	struct sekisho_buf buf;
	char *result = NULL;

	sekisho_buf_init(&buf, len * 4 + 16);
	if (charset_to_utf8(&buf, charset, text, len) == 0 &&
	    buf.data != NULL)
		result = pool_strndup(pool, buf.data, buf.len);
	sekisho_buf_free(&buf);
	return result;
}

/*
 * The text as UTF-8, or NULL when it fits nothing. Up to slack bytes at its end
 * may be left out: where a text was cut may be within a character.
 */
static char *
text_decode(struct pool *pool, const char *text, size_t len, size_t slack)
{
	char *converted;
	size_t i, k;

	for (i = 0; i <= slack && text_has_escapes(text, len); i++) {
		converted = text_convert(pool, "ISO-2022-JP", text, len - i);
		if (converted != NULL)
			return converted;
	}
	for (i = 0; i <= slack; i++)
		if (text_is_utf8(text, len - i))
			return pool_strndup(pool, text, len - i);
	for (k = 0; k < sizeof(guesses) / sizeof(guesses[0]); k++)
		for (i = 0; i <= slack; i++) {
			converted = text_convert(pool, guesses[k], text,
				len - i);
			if (converted != NULL)
				return converted;
		}
	return NULL;
}

static const char *
text_guess_cut(struct pool *pool, const char *bytes, size_t len, size_t slack)
{
	char *copy = pool_strndup(pool, bytes, len), *text;
	size_t i;

	for (i = 0; i < len; i++)
		if (copy[i] == '\0')
			copy[i] = ' ';
	text = text_decode(pool, copy, len, slack);
	return text != NULL ? text : copy;
}

const char *
text_guess(struct pool *pool, const char *bytes, size_t len)
{
	return text_guess_cut(pool, bytes, len, 0);
}

const char *
text_clean(struct pool *pool, const char *bytes, size_t len)
{
	bool cut = len > 2 * TEXT_MAX;
	char *text;
	size_t end, n;

	text = charset_clean_line(pool, text_guess_cut(pool, bytes,
		cut ? 2 * TEXT_MAX : len, cut ? 3 : 0), TEXT_MAX);
	for (end = 0; text[end] != '\0'; end += n) {
		n = charset_utf8_next(text + end, 4, NULL);
		if (n == 0 || end + n > TEXT_MAX)
			break;
	}
	text[end] = '\0';
	return text;
}
