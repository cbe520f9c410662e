/*
 * unicode.c - what people typed, with the tables of GLib.
 */
#include <glib.h>
#include <string.h>

#include "unicode.h"

/* ZWJ and ZWNJ belong to the spelling of some scripts; other marks hide. */
static bool
is_hidden(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	case G_UNICODE_FORMAT:
		return c != 0x200c && c != 0x200d;
	default:
		return false;
	}
}

bool
unicode_is_line(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (is_hidden(g_utf8_get_char(text)))
			return false;
	return true;
}

bool
unicode_is_blank(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (!g_unichar_isspace(g_utf8_get_char(text)))
			return false;
	return true;
}

static const char *
normalize(struct pool *pool, const char *text, GNormalizeMode mode)
{
	char *normal = g_utf8_normalize(text, -1, mode);
	const char *copy = pool_strdup(pool, normal != NULL ? normal : text);

	g_free(normal);
	return copy;
}

const char *
unicode_nfc(struct pool *pool, const char *text)
{
	return normalize(pool, text, G_NORMALIZE_NFC);
}

const char *
unicode_trim(struct pool *pool, const char *text)
{
	const char *end, *last;

	while (*text != '\0' && g_unichar_isspace(g_utf8_get_char(text)))
		text = g_utf8_next_char(text);
	end = text + strlen(text);
	while (end > text) {
		last = g_utf8_prev_char(end);
		if (!g_unichar_isspace(g_utf8_get_char(last)))
			break;
		end = last;
	}
	return pool_strndup(pool, text, (size_t)(end - text));
}

/* Folding can undo the normal form, so it comes between two of them. */
const char *
unicode_fold(struct pool *pool, const char *text)
{
	char *folded = g_utf8_casefold(normalize(pool, text, G_NORMALIZE_NFKC),
		-1);

	text = normalize(pool, folded, G_NORMALIZE_NFKC);
	g_free(folded);
	return unicode_trim(pool, text);
}

size_t
unicode_length(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}
