/*
 * transfer.c - transfer encodings (RFC 2045 section 6) and encoded words.
 *
 * rewrite.c puts text into bodies with transfer_splice_at(), which leaves all
 * other lines of the body as they were.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "charset.h"
#include "transfer.h"

#define LINE_BASE64 76u
#define LONGEST_LINE 998u
#define WORD_FRAME 12u		/* "=?UTF-8?B?" and "?=" */

enum transfer
transfer_of(const char *value)
{
	static const struct {
		const char *name;
		enum transfer transfer;
	} known[] = {
		{ "", TRANSFER_IDENTITY },
		{ "7bit", TRANSFER_IDENTITY },
		{ "8bit", TRANSFER_IDENTITY },
		{ "binary", TRANSFER_IDENTITY },
		{ "quoted-printable", TRANSFER_QP },
		{ "base64", TRANSFER_BASE64 },
	};
	size_t i;

	if (value == NULL)
		return TRANSFER_IDENTITY;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(known[i].name, value) == 0)
			return known[i].transfer;
	return TRANSFER_UNKNOWN;
}

bool
transfer_has_long_line(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > LONGEST_LINE)
			return true;
	}
	return false;
}

void
transfer_add_base64(struct sekisho_buf *buf, const char *data, size_t len)
{
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = len < LINE_BASE64 / 4 * 3 ? len : LINE_BASE64 / 4 * 3;
		sekisho_base64_add(buf, data, n);
		sekisho_buf_puts(buf, "\n");
	}
}

void
transfer_add_crlf(struct sekisho_buf *buf, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
			sekisho_buf_puts(buf, "\r");
		sekisho_buf_add(buf, text + i, 1);
	}
}

void
transfer_add_base64_text(struct sekisho_buf *buf, const char *text, size_t len)
{
	struct sekisho_buf crlf;

	sekisho_buf_init(&crlf, 2 * len + 1);
	transfer_add_crlf(&crlf, text, len);
	transfer_add_base64(buf, crlf.data, crlf.len);
	buf->failed = buf->failed || crlf.failed;
	sekisho_buf_free(&crlf);
}

static size_t
line_end_len(const char *data, size_t len)
{
	if (len >= 1 && data[0] == '\n')
		return 1;
	return len >= 2 && data[0] == '\r' && data[1] == '\n' ? 2 : 0;
}

void
transfer_add_qp(struct sekisho_buf *buf, const char *data, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i, end, column = 0;
	unsigned char c;
	char code[3];
	bool last;

	for (i = 0; i < len; i++) {
		end = line_end_len(data + i, len - i);
		if (end > 0) {
			sekisho_buf_puts(buf, "\n");
			column = 0;
			i += end - 1;
			continue;
		}
		c = (unsigned char)data[i];
		if (column >= 73) {
			sekisho_buf_puts(buf, "=\n");
			column = 0;
		}
		last = i + 1 == len || line_end_len(data + i + 1, len - i - 1);
		if ((c > ' ' && c < 0x7f && c != '=' && c != '.') ||
		    (c == '.' && column > 0) || (c == ' ' && !last)) {
			sekisho_buf_add(buf, data + i, 1);
			column++;
			continue;
		}
		code[0] = '=';
		code[1] = hex[c >> 4];
		code[2] = hex[c & 15];
		sekisho_buf_add(buf, code, sizeof(code));
		column += 3;
	}
}

void
transfer_add_words(struct sekisho_buf *buf, const char *text, size_t len,
	size_t column)
{
	size_t room, n, step;

	while (len > 0) {
		room = column + WORD_FRAME + 8 < 76 ?
			(76 - column - WORD_FRAME) / 4 * 3 : 6;
		for (n = 0; n < len; n += step) {
			step = charset_utf8_next(text + n, len - n, NULL);
			if (step == 0)
				step = 1;
			if (n + step > room)
				break;
		}
		sekisho_buf_puts(buf, "=?UTF-8?B?");
		sekisho_base64_add(buf, text, n);
		sekisho_buf_puts(buf, "?=");
		text += n;
		len -= n;
		if (len > 0)
			sekisho_buf_puts(buf, "\n ");
		column = 1;
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * One step through quoted-printable: the raw bytes of one token at raw; its
 * decoded byte in *byte_r, or -1 for a soft line break.
 */
static size_t
qp_token(const char *raw, size_t len, int *byte_r)
{
	size_t blanks;

	*byte_r = (unsigned char)raw[0];
	if (raw[0] != '=')
		return 1;
	if (len >= 3 && hex_value(raw[1]) >= 0 && hex_value(raw[2]) >= 0) {
		*byte_r = hex_value(raw[1]) << 4 | hex_value(raw[2]);
		return 3;
	}
	blanks = 1;
	while (blanks < len && (raw[blanks] == ' ' || raw[blanks] == '\t'))
		blanks++;
	if (blanks < len && raw[blanks] == '\r')
		blanks++;
	if (blanks == len || raw[blanks] == '\n') {
		*byte_r = -1;
		return blanks < len ? blanks + 1 : len;
	}
	return 1;
}

/* Value of a Base 64 letter, -1 for white space, -2 for "=", -3 for others. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	if (c == '=')
		return -2;
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? -1 : -3;
}

/*
 * Reads one group of four letters at *pos. Returns the number of its decoded
 * bytes (0 at the end of the data), or -1. start_r is where its first letter
 * is; *pos is then behind its last.
 */
static int
base64_group(const char *raw, size_t len, size_t *pos, char bytes[3],
	size_t *start_r)
{
	unsigned long bits = 0;
	int letters = 0, padding = 0, value;

	*start_r = len;
	for (; *pos < len && letters + padding < 4; (*pos)++) {
		value = base64_value(raw[*pos]);
		if (value == -1)
			continue;
		if (value == -3 || (value >= 0 && padding > 0) ||
		    (value == -2 && letters < 2))
			return -1;
		if (letters == 0)
			*start_r = *pos;
		if (value == -2)
			padding++;
		else
			letters++;
		bits = bits << 6 | (value == -2 ? 0ul : (unsigned long)value);
	}
	if (letters == 1)
		return -1;
	if (letters == 0)
		return 0;
	bits <<= 6 * (4 - letters - padding);
	bytes[0] = (char)(bits >> 16 & 255);
	bytes[1] = (char)(bits >> 8 & 255);
	bytes[2] = (char)(bits & 255);
	return letters - 1;
}

int
transfer_decode(enum transfer transfer, const char *raw, size_t len,
	struct sekisho_buf *out)
{
	size_t pos = 0, start;
	char bytes[3], c;
	int n;

	if (transfer == TRANSFER_UNKNOWN)
		return -1;
	if (transfer == TRANSFER_IDENTITY)
		sekisho_buf_add(out, raw, len);
	while (transfer == TRANSFER_QP && pos < len) {
		pos += qp_token(raw + pos, len - pos, &n);
		c = (char)n;
		if (n >= 0)
			sekisho_buf_add(out, &c, 1);
	}
	while (transfer == TRANSFER_BASE64) {
		n = base64_group(raw, len, &pos, bytes, &start);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		sekisho_buf_add(out, bytes, (size_t)n);
	}
	return out->failed ? -1 : 0;
}

/* Quoted-printable: the lines go between two tokens, with soft breaks. */
static int
qp_splice(const char *raw, size_t len, size_t offset,
	const struct transfer_insert *insert, struct transfer_splice *splice)
{
	size_t pos = 0, count = 0, step;
	int byte;

	while (count < offset && pos < len) {
		step = qp_token(raw + pos, len - pos, &byte);
		pos += step;
		if (byte >= 0)
			count++;
	}
	if (count < offset)
		return -1;
	splice->start = splice->end = pos;
	if (pos > 0 && raw[pos - 1] != '\n')
		sekisho_buf_puts(&splice->text, "=\n");
	transfer_add_qp(&splice->text, insert->data, insert->len);
	if (splice->text.len > 0 &&
	    splice->text.data[splice->text.len - 1] != '\n')
		sekisho_buf_puts(&splice->text, "=\n");
	return splice->text.failed ? -1 : 0;
}

/*
 * Base 64: the group of four letters that holds the offset is made anew with
 * the inserted bytes in it, so that all other groups keep their letters.
 */
static int
base64_splice(const char *raw, size_t len, size_t offset,
	const struct transfer_insert *insert, struct transfer_splice *splice)
{
	size_t pos = 0, count = 0, start = 0, pad = (3 - insert->len % 3) % 3;
	struct sekisho_buf plain;
	char bytes[3] = "";
	int n = 0, result = -1;

	sekisho_buf_init(&plain, insert->len + 16);
	while (count + 3 <= offset) {
		n = base64_group(raw, len, &pos, bytes, &start);
		if (n <= 0)
			break;
		count += (size_t)n;
		if (n < 3)
			break;
	}
	if (count > offset || offset - count > 2)
		goto out;
	n = 0;
	splice->start = splice->end = pos;
	if (count < offset) {
		n = base64_group(raw, len, &pos, bytes, &start);
		if (n < (int)(offset - count))
			goto out;
		splice->start = start;
		splice->end = pos;
		sekisho_buf_add(&plain, bytes, offset - count);
	}
	sekisho_buf_add(&plain, insert->data, insert->pad_at);
	sekisho_buf_add(&plain, "  ", pad);
	sekisho_buf_add(&plain, insert->data + insert->pad_at,
		insert->len - insert->pad_at);
	if (n > 0)
		sekisho_buf_add(&plain, bytes + (offset - count),
			(size_t)n - (offset - count));
	if (splice->start > 0 && raw[splice->start - 1] != '\n')
		sekisho_buf_puts(&splice->text, "\n");
	transfer_add_base64(&splice->text, plain.data, plain.len);
	result = plain.failed || splice->text.failed ? -1 : 0;
out:
	sekisho_buf_free(&plain);
	return result;
}

int
transfer_splice_at(enum transfer transfer, const char *raw, size_t len,
	size_t offset, const struct transfer_insert *insert,
	struct transfer_splice *splice_r)
{
	sekisho_buf_init(&splice_r->text, 4 * insert->len + 1024);
	splice_r->start = splice_r->end = offset;
	switch (transfer) {
	case TRANSFER_IDENTITY:
		if (offset > len)
			return -1;
		sekisho_buf_add(&splice_r->text, insert->data, insert->len);
		return splice_r->text.failed ? -1 : 0;
	case TRANSFER_QP:
		return qp_splice(raw, len, offset, insert, splice_r);
	case TRANSFER_BASE64:
		return base64_splice(raw, len, offset, insert, splice_r);
	default:
		return -1;
	}
}
