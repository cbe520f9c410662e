/*
 * fuzz-transfer.c - foreign bodies in transfer encodings (SPEC R14, R15): what
 * is written reads as it was, and an insertion leaves all else alone.
 *
 * The first byte chooses the encoding, the second one the place.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "S\n";

/* Bytes as quoted-printable and Base 64 and back; no line is too long. */
static void
check_write(const char *data, size_t len)
{
	struct sekisho_buf raw, back;
	size_t line;
	char *p;

	sekisho_buf_init(&raw, 4 * len + 1000);
	sekisho_buf_init(&back, 4 * len + 1000);
	transfer_add_base64(&raw, data, len);
	if (transfer_decode(TRANSFER_BASE64, raw.data, raw.len, &back) < 0 ||
	    back.len != len || memcmp(back.data, data, len) != 0)
		abort();
	sekisho_buf_free(&raw);
	sekisho_buf_free(&back);
	transfer_add_qp(&raw, data, len);
	for (p = raw.data; *p != '\0'; p += line + (p[line] == '\n')) {
		line = strcspn(p, "\n");
		if (line > 76 || (line > 0 && p[line - 1] == ' '))
			abort();
	}
	if (transfer_decode(TRANSFER_QP, raw.data, raw.len, &back) < 0 ||
	    back.len > len)
		abort();
	/* CRLF became LF, all else is there. */
	for (line = 0, p = back.data; line < len; line++) {
		if (data[line] == '\r' && line + 1 < len &&
		    data[line + 1] == '\n')
			continue;
		if (*p++ != data[line])
			abort();
	}
	sekisho_buf_free(&raw);
	sekisho_buf_free(&back);
}

static void
check_splice(enum transfer transfer, const char *raw, size_t len,
	size_t offset)
{
	struct transfer_insert insert = { text, strlen(text), strlen(text) };
	struct sekisho_buf old, new, out;
	struct transfer_splice splice;
	size_t blanks;

	sekisho_buf_init(&old, 64u << 20);
	sekisho_buf_init(&new, 64u << 20);
	sekisho_buf_init(&out, 64u << 20);
	if (transfer_splice_at(transfer, raw, len, offset, &insert, &splice) ==
	    0 && transfer_decode(transfer, raw, len, &old) == 0) {
		if (splice.start > splice.end || splice.end > len)
			abort();
		sekisho_buf_add(&out, raw, splice.start);
		sekisho_buf_add(&out, splice.text.data, splice.text.len);
		sekisho_buf_add(&out, raw + splice.end, len - splice.end);
		if (transfer_decode(transfer, out.data, out.len, &new) < 0)
			abort();
		blanks = new.len - old.len - insert.len;
		if (blanks > 2 || memcmp(new.data + offset, text,
		    insert.len) != 0 || (offset > 0 &&
		    memcmp(new.data, old.data, offset) != 0) ||
		    (old.len > offset && memcmp(new.data + offset +
		    insert.len + blanks, old.data + offset,
		    old.len - offset) != 0))
			abort();
	}
	sekisho_buf_free(&splice.text);
	sekisho_buf_free(&old);
	sekisho_buf_free(&new);
	sekisho_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *raw = (const char *)data + 2;

	if (size < 3)
		return 0;
	check_write(raw, size - 2);
	check_splice(data[0] % TRANSFER_UNKNOWN, raw, size - 2,
		data[1] % (size - 1));
	return 0;
}
