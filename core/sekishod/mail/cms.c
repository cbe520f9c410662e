/*
 * cms.c - the mail inside a signed S/MIME message (RFC 5652 section 5).
 *
 * libclamav does not open these, yet every mail program shows what is in them:
 * inspect.c scans the content as a mail of its own. Encoding: X.690 (BER).
 */
#include <stdint.h>
#include <string.h>

#include "cms.h"

#define SIGNED_WITHIN 32u	/* bytes in which the outer type must be */
#define DATA_WITHIN 4096u	/* ... and the inner type */
#define END 0x00		/* of a length that was not given */
#define OCTETS 0x04
#define OCTETS_IN_PIECES 0x24
#define CONTENT 0xa0		/* [0] EXPLICIT */

struct ber {
	const unsigned char *next;
	const unsigned char *end;
};

/*
 * Reads tag and length. An indefinite length counts as all that is left.
 * False when there is no such element.
 */
static bool
ber_enter(struct ber *in, unsigned int *tag_r, size_t *len_r)
{
	size_t left = (size_t)(in->end - in->next), bytes, len = 0;

	if (left < 2)
		return false;
	*tag_r = *in->next++;
	len = *in->next++;
	left -= 2;
	if (len == 0x80) {
		*len_r = left;
		return true;
	}
	if (len > 0x80) {
		bytes = len - 0x80;
		if (bytes > 4 || bytes > left)
			return false;
		left -= bytes;
		for (len = 0; bytes > 0; bytes--)
			len = len << 8 | *in->next++;
	}
	*len_r = len < left ? len : left;
	return true;
}

/*
 * Octet strings one after the other, until something else comes. The end of
 * one string of pieces says nothing: another may be open around it.
 */
static void
add_pieces(struct ber *in, struct sekisho_buf *out)
{
	unsigned int tag;
	size_t len;

	while (ber_enter(in, &tag, &len)) {
		if (tag == OCTETS_IN_PIECES || (tag == END && len == 0))
			continue;
		if (tag != OCTETS)
			return;
		sekisho_buf_add(out, in->next, len);
		in->next += len;
	}
}

bool
cms_signed_content(const void *data, size_t len, struct sekisho_buf *out)
{
	static const char signed_type[] =
		"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
	static const char data_type[] =
		"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
	size_t type_len = sizeof(data_type) - 1, old = out->len, size;
	const unsigned char *found;
	unsigned int tag;
	struct ber in;

	if (len < 32 || memmem(data, SIGNED_WITHIN, signed_type,
	    type_len) == NULL)
		return false;
	found = memmem(data, len < DATA_WITHIN ? len : DATA_WITHIN, data_type,
		type_len);
	if (found == NULL)
		return false;
	in.next = found + type_len;
	in.end = (const unsigned char *)data + len;
	if (!ber_enter(&in, &tag, &size) || tag != CONTENT)
		return false;
	add_pieces(&in, out);
	return out->len > old;
}
