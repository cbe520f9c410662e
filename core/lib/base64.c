/*
 * base64.c - Base 64 encoding (RFC 4648 section 4).
 */
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
