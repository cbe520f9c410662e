/*
 * base64.c - Base 64 (RFC 4648 section 4).
 */
#include <string.h>

#include "base64.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
sekisho_base64_add(struct sekisho_buf *buf, const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned long bits;
	size_t left, n;
	char out[4];

	for (left = len; left > 0; left -= n, p += n) {
		n = left < 3 ? left : 3;
		bits = (unsigned long)p[0] << 16;
		if (n > 1)
			bits |= (unsigned long)p[1] << 8;
		if (n > 2)
			bits |= p[2];
		out[0] = alphabet[bits >> 18];
		out[1] = alphabet[bits >> 12 & 63];
		out[2] = n > 1 ? alphabet[bits >> 6 & 63] : '=';
		out[3] = n > 2 ? alphabet[bits & 63] : '=';
		sekisho_buf_add(buf, out, sizeof(out));
	}
}

/* The bits of a letter, 0 to 63, or -1. */
static int
letter_bits(char c)
{
	const char *place = c == '\0' ? NULL : strchr(alphabet, c);

	return place == NULL ? -1 : (int)(place - alphabet);
}

/* Three bytes or less from four letters. Returns their number or 0. */
static size_t
group_decode(const char *text, bool last, unsigned char out[3])
{
	int a = letter_bits(text[0]), b = letter_bits(text[1]);
	int c = letter_bits(text[2]), d = letter_bits(text[3]);

	if (a < 0 || b < 0)
		return 0;
	out[0] = (unsigned char)(a << 2 | b >> 4);
	if (last && text[2] == '=' && text[3] == '=')
		return (b & 15) == 0;
	if (c < 0)
		return 0;
	out[1] = (unsigned char)(b << 4 | c >> 2);
	if (last && text[3] == '=')
		return (c & 3) == 0 ? 2 : 0;
	out[2] = (unsigned char)(c << 6 | d);
	return d < 0 ? 0 : 3;
}

int
sekisho_base64_decode(struct sekisho_buf *buf, const char *text)
{
	size_t len = strlen(text);
	unsigned char out[3];
	size_t n;

	if (len % 4 != 0)
		return -1;
	for (; len > 0; len -= 4, text += 4) {
		n = group_decode(text, len == 4, out);
		if (n == 0 || memchr(out, '\0', n) != NULL)
			return -1;
		sekisho_buf_add(buf, out, n);
	}
	return buf->failed ? -1 : 0;
}
