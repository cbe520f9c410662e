/*
 * frame.c - the fields of a frame: put them in, take them out.
 *
 * The only file that knows how a number or a text lies in a frame. What comes
 * from the other side is never trusted: each length is compared with what is
 * really there.
 */
#include <string.h>

#include "frame.h"

void
sekisho_put_u32(struct sekisho_buf *buf, uint32_t value)
{
	unsigned char bytes[4] = {
		value >> 24, value >> 16, value >> 8, value,
	};

	sekisho_buf_add(buf, bytes, sizeof(bytes));
}

void
sekisho_put_u64(struct sekisho_buf *buf, uint64_t value)
{
	sekisho_put_u32(buf, (uint32_t)(value >> 32));
	sekisho_put_u32(buf, (uint32_t)value);
}

void
sekisho_put_bytes(struct sekisho_buf *buf, const void *data, size_t len)
{
	if (len > UINT32_MAX) {
		buf->failed = true;
		return;
	}
	sekisho_put_u32(buf, (uint32_t)len);
	sekisho_buf_add(buf, data, len);
	sekisho_buf_add(buf, "", 1);
}

void
sekisho_put_text(struct sekisho_buf *buf, const char *text)
{
	if (text == NULL)
		text = "";
	sekisho_put_bytes(buf, text, strlen(text));
}

void
sekisho_reader_init(struct sekisho_reader *in, const void *data, size_t len)
{
	in->next = data;
	in->end = in->next + len;
	in->failed = false;
}

/* The next len bytes, or NULL when they are not there. */
static const unsigned char *
reader_take(struct sekisho_reader *in, size_t len)
{
	const unsigned char *at = in->next;

	if (in->failed || (size_t)(in->end - in->next) < len) {
		in->failed = true;
		return NULL;
	}
	in->next += len;
	return at;
}

uint32_t
sekisho_get_u32(struct sekisho_reader *in)
{
	const unsigned char *p = reader_take(in, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

uint64_t
sekisho_get_u64(struct sekisho_reader *in)
{
	uint64_t high = sekisho_get_u32(in);

	return high << 32 | sekisho_get_u32(in);
}

uint32_t
sekisho_get_below(struct sekisho_reader *in, uint32_t limit)
{
	uint32_t value = sekisho_get_u32(in);

	if (value >= limit) {
		in->failed = true;
		return 0;
	}
	return value;
}

const void *
sekisho_get_bytes(struct sekisho_reader *in, size_t *len_r)
{
	size_t len = sekisho_get_u32(in);
	const unsigned char *p = reader_take(in, len);
	const unsigned char *end = reader_take(in, 1);

	*len_r = 0;
	if (p == NULL || end == NULL || *end != '\0') {
		in->failed = true;
		return "";
	}
	*len_r = len;
	return p;
}

const char *
sekisho_get_text(struct sekisho_reader *in)
{
	size_t len;
	const char *text = sekisho_get_bytes(in, &len);

	if (strlen(text) != len) {
		in->failed = true;
		return "";
	}
	return text;
}

bool
sekisho_reader_done(const struct sekisho_reader *in)
{
	return !in->failed && in->next == in->end;
}
