/*
 * mimecode.c - transfer encodings read as leniently as mail programs do.
 */
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "mimecode.h"

#define CHUNK 49152u		/* bytes decoded at a time */

static const struct {
	const char *name;
	enum mimecode way;
} names[] = {
	{ "base64", MIMECODE_BASE64 },
	{ "quoted-printable", MIMECODE_QP },
	{ "x-uuencode", MIMECODE_UUENCODE },
	{ "x-uue", MIMECODE_UUENCODE },
	{ "uuencode", MIMECODE_UUENCODE },
};

/* The way that a word names, or identity. */
static enum mimecode
way_of_word(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len &&
		    strncasecmp(names[i].name, word, len) == 0)
			return names[i].way;
	return MIMECODE_IDENTITY;
}

enum mimecode
mimecode_of(const char *encoding)
{
	return way_of_word(encoding, strlen(encoding));
}

static bool
is_word(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_';
}

unsigned int
mimecode_mask(const char *text, size_t len)
{
	unsigned int mask = 0;
	size_t i, start;

	for (i = 0; i < len; i++) {
		if (!is_word(text[i]))
			continue;
		for (start = i; i < len && is_word(text[i]); i++)
			continue;
		mask |= 1u << way_of_word(text + start, i - start);
	}
	return mask & ~(1u << MIMECODE_IDENTITY);
}

/* The bytes of a uuencoded file begin behind "begin 644 name". */
static size_t
uuencode_start(const char *raw, size_t len)
{
	const char *begin = raw, *end = raw + len;

	while (begin != NULL && (end - begin < 6 ||
	    memcmp(begin, "begin ", 6) != 0)) {
		begin = memchr(begin, '\n', (size_t)(end - begin));
		if (begin != NULL)
			begin++;
	}
	if (begin != NULL)
		begin = memchr(begin, '\n', (size_t)(end - begin));
	return begin != NULL ? (size_t)(begin - raw) + 1 : 0;
}

/* The value of a letter (RFC 4648 section 4) and 1, and 0 for all others. */
static const unsigned char base64_values[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
	40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63, ['/'] = 64,
};

/*
 * Groups of four letters with nothing in between, as many as out has room for.
 * Letter by letter it took a sixth of what a mail with a large file costs.
 * Returns how many letters it took.
 */
static size_t
decode_groups(const char *raw, size_t len, char *out, size_t room)
{
	const unsigned char *text = (const unsigned char *)raw;
	unsigned int a, b, c, d, bits;
	size_t i;

	for (i = 0; len - i >= 4 && room >= 3; i += 4, room -= 3) {
		a = base64_values[text[i]];
		b = base64_values[text[i + 1]];
		c = base64_values[text[i + 2]];
		d = base64_values[text[i + 3]];
		if (a == 0 || b == 0 || c == 0 || d == 0)
			break;
		bits = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
		*out++ = (char)(bits >> 16);
		*out++ = (char)(bits >> 8);
		*out++ = (char)bits;
	}
	return i;
}

/*
 * GMime loses the last bytes when "=" is missing and all that is behind one;
 * mail programs do not.
 */
static void
decode_base64(enum mimecode way, const char *raw, size_t len,
	struct sekisho_buf *out)
{
	char chunk[3072];
	size_t i, n, used = 0;
	unsigned int bits = 0, count = 0, value;

	for (i = 0; i < len; i++) {
		n = count > 0 ? 0 : decode_groups(raw + i, len - i,
			chunk + used, sizeof(chunk) - 1 - used);
		used += n / 4 * 3;
		i += n;
		if (i == len)
			break;
		value = base64_values[(unsigned char)raw[i]];
		if (raw[i] == '=' && way == MIMECODE_BASE64_STOP)
			break;
		if (raw[i] == '=' && way == MIMECODE_BASE64)
			count = 0;
		if (value == 0)
			continue;
		bits = (bits << 6 | (value - 1)) & 0xffffff;
		if (count++ > 0)
			chunk[used++] = (char)(bits >> (6 - 2 * (count - 1)));
		count %= 4;
		if (used >= sizeof(chunk) - 1) {
			sekisho_buf_add(out, chunk, used);
			used = 0;
		}
	}
	sekisho_buf_add(out, chunk, used);
}

bool
mimecode_base64_is_odd(const char *raw, size_t len)
{
	const char *end = raw + len;
	const char *p = len > 0 ? memchr(raw, '=', len) : NULL;

	while (p != NULL && p < end)
		if (base64_values[(unsigned char)*p++] != 0)
			return true;
	return false;
}

static void
decode_steps(GMimeEncoding *state, const char *raw, size_t len,
	struct sekisho_buf *out)
{
	char *chunk = g_malloc(g_mime_encoding_outlen(state, CHUNK) + 64);
	size_t n, written;

	for (; len > 0; raw += n, len -= n) {
		n = len < CHUNK ? len : CHUNK;
		written = g_mime_encoding_step(state, raw, n, chunk);
		sekisho_buf_add(out, chunk, written);
	}
	written = g_mime_encoding_flush(state, "", 0, chunk);
	sekisho_buf_add(out, chunk, written);
	g_free(chunk);
}

void
mimecode_decode(enum mimecode way, const char *raw, size_t len,
	struct sekisho_buf *out)
{
	GMimeEncoding state;
	size_t start;

	switch (way) {
	case MIMECODE_BASE64:
	case MIMECODE_BASE64_STOP:
	case MIMECODE_BASE64_SKIP:
		decode_base64(way, raw, len, out);
		break;
	case MIMECODE_QP:
		g_mime_encoding_init_decode(&state,
			GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
		decode_steps(&state, raw, len, out);
		break;
	case MIMECODE_UUENCODE:
		start = uuencode_start(raw, len);
		g_mime_encoding_init_decode(&state,
			GMIME_CONTENT_ENCODING_UUENCODE);
		decode_steps(&state, raw + start, len - start, out);
		break;
	default:
		sekisho_buf_add(out, raw, len);
	}
}
