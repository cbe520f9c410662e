/*
 * stamp.c - put text into a part that a person reads (SPEC R15).
 *
 * In the charset of the part, if it has the letters; HTML falls back to
 * character references, plain text to UTF-8. rewrite.c chooses the parts.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "pool.h"
#include "sekisho.h"
#include "stamp.h"
#include "stamphtml.h"

#define LINE_FOLD 300u	/* bytes; in no charset more than 998 (RFC 5322) */
#define STAMPS_MAX (4u << 20)

/* One line, folded at a blank or else between characters. */
static void
line_add(struct sekisho_buf *out, const char *line, size_t len)
{
	size_t i, n, used, blank;

	for (i = 0; i < len; i += used) {
		blank = 0;
		for (used = 0; i + used < len && used < LINE_FOLD; used += n) {
			n = charset_utf8_next(line + i + used,
				len - i - used, NULL);
			n = n == 0 ? 1 : n;
			if (line[i + used] == ' ')
				blank = used;
		}
		if (i + used < len && blank > 0)
			used = blank;
		sekisho_buf_add(out, line + i, used);
		sekisho_buf_puts(out, "\n");
		while (i + used < len && line[i + used] == ' ')
			used++;
	}
}

void
stamp_lines(struct sekisho_buf *out, const char *const *stamps, size_t count)
{
	const char *p, *end;
	struct pool *pool;
	size_t i;
	char *line;

	pool = pool_new();
	for (i = 0; i < count; i++)
		for (p = stamps[i]; *p != '\0'; p = end + (*end == '\n')) {
			end = p + strcspn(p, "\n");
			line = pool_strndup(pool, p, (size_t)(end - p));
			line = charset_clean_line(pool, line, SIZE_MAX);
			line += strspn(line, " ");
			line_add(out, line, strlen(line));
		}
	pool_free(pool);
}

/* Lines of plain text and the empty line behind them. */
static void
block_add_plain(struct sekisho_buf *block, const char *lines)
{
	sekisho_buf_puts(block, lines);
	sekisho_buf_puts(block, "\n");
}

/* A paragraph of HTML for each line. refs: nothing but ASCII. */
static void
block_add_html(struct sekisho_buf *block, const char *lines, bool refs)
{
	size_t left = strlen(lines), n;
	uint32_t code = 0;
	bool start = true;

	for (; left > 0; lines += n, left -= n) {
		n = charset_utf8_next(lines, left, &code);
		if (n == 0)
			n = 1, code = 0xfffd;
		if (start)
			sekisho_buf_puts(block, "<p>");
		start = code == '\n';
		if (code == '\n')
			sekisho_buf_puts(block, "</p>\n");
		else if (code == '<')
			sekisho_buf_puts(block, "&lt;");
		else if (code == '>')
			sekisho_buf_puts(block, "&gt;");
		else if (code == '&')
			sekisho_buf_puts(block, "&amp;");
		else if (code == '"')
			sekisho_buf_puts(block, "&quot;");
		else if (code >= 0x80 && refs)
			sekisho_buf_printf(block, "&#%lu;",
				(unsigned long)code);
		else
			sekisho_buf_add(block, lines, n);
	}
}

/*
 * True when bytes of an unknown charset can have this text in front: ASCII
 * without the letters that are escapes in some (UTF-7, HZ, old ISO 646).
 */
static bool
block_is_harmless(const struct sekisho_buf *block)
{
	return charset_is_ascii(block->data, block->len) &&
		strpbrk(block->data, "~+\\") == NULL;
}

/* True when these bytes can stand in the part as it is encoded now. */
static bool
part_takes(const struct stamp_part *part, const struct sekisho_buf *bytes)
{
	return part->transfer != TRANSFER_IDENTITY || part->eight_bit ||
		charset_is_ascii(bytes->data, bytes->len) ||
		!charset_is_ascii(part->body, part->len);
}

/* The block in the charset of the part. 0, or -1 when that cannot be. */
static int
block_make(const struct stamp_part *part, const char *lines,
	struct sekisho_buf *block)
{
	bool known = charset_known(part->charset), refs;
	struct sekisho_buf utf8;
	int result = -1, tries;

	sekisho_buf_init(&utf8, block->max);
	if (known && !charset_holds_ascii(part->charset))
		goto out;
	for (tries = 0; tries < 2 && result != 0; tries++) {
		refs = tries > 0;
		if (refs && !part->html)
			break;
		sekisho_buf_free(&utf8);
		sekisho_buf_free(block);
		if (part->html)
			block_add_html(&utf8, lines, refs);
		else
			block_add_plain(&utf8, lines);
		if (utf8.failed)
			goto out;
		if (known) {
			if (charset_from_utf8(block, part->charset, utf8.data,
			    utf8.len) != 0)
				continue;
		} else if (block_is_harmless(&utf8)) {
			sekisho_buf_add(block, utf8.data, utf8.len);
		} else {
			continue;
		}
		if (part_takes(part, block))
			result = block->failed ? -1 : 0;
	}
out:
	sekisho_buf_free(&utf8);
	return result;
}

/* Where the block belongs in decoded text. */
static size_t
text_offset(const struct stamp_part *part, const struct sekisho_buf *text)
{
	if (text->len == 0)
		return 0;
	if (part->html)
		return stamp_html_offset(text->data, text->len);
	return text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0 ?
		3 : 0;
}

/* The block goes into the body, whose other bytes stay. */
static int
part_insert(const struct stamp_part *part, const struct sekisho_buf *block,
	struct stamp_change *change)
{
	struct sekisho_buf text, bytes;
	struct transfer_insert insert;
	int result = -1;

	sekisho_buf_init(&text, SEKISHO_MESSAGE_MAX);
	sekisho_buf_init(&bytes, 2 * STAMPS_MAX);
	if (transfer_decode(part->transfer, part->body, part->len,
	    &text) != 0)
		goto out;
	if (part->transfer == TRANSFER_BASE64) {
		transfer_add_crlf(&bytes, block->data, block->len);
		/* A blank at the end of a line joins lines (RFC 3676). */
		while (!part->html && !bytes.failed && bytes.len % 3 != 0)
			sekisho_buf_puts(&bytes, "\r\n");
	} else
		sekisho_buf_add(&bytes, block->data, block->len);
	if (bytes.failed || bytes.len < 2)
		goto out;
	insert.data = bytes.data;
	insert.len = bytes.len;
	insert.pad_at = bytes.len - 2; /* before the last CRLF */
	result = transfer_splice_at(part->transfer, part->body, part->len,
		text_offset(part, &text), &insert, &change->splice);
out:
	sekisho_buf_free(&text);
	sekisho_buf_free(&bytes);
	return result;
}

/* What says nothing, or that it is ASCII, may be something else. */
static bool
part_claims_ascii(const struct stamp_part *part)
{
	return part->charset[0] == '\0' ||
		strcasecmp(part->charset, "us-ascii") == 0;
}

/* The old text in UTF-8, whatever the part says it is in. */
static int
part_decode(const struct stamp_part *part, struct sekisho_buf *utf8)
{
	struct sekisho_buf text;
	int result = -1;

	sekisho_buf_init(&text, SEKISHO_MESSAGE_MAX);
	sekisho_buf_puts(&text, "");
	if (transfer_decode(part->transfer, part->body, part->len,
	    &text) != 0)
		goto out;
	/* Old Japanese mails do not say that they are ISO-2022-JP. */
	if (part_claims_ascii(part) && strstr(text.data, "\x1b$") != NULL)
		result = charset_to_utf8(utf8, "ISO-2022-JP", text.data,
			text.len);
	if (result != 0)
		result = charset_to_utf8(utf8, part->charset, text.data,
			text.len);
	if (result != 0 && part_claims_ascii(part))
		result = charset_to_utf8(utf8, "UTF-8", text.data, text.len);
out:
	sekisho_buf_free(&text);
	return result;
}

static bool
text_is_mostly_ascii(const char *text, size_t len)
{
	size_t i, others = 0;

	for (i = 0; i < len; i++)
		others += (unsigned char)text[i] >= 0x80;
	return others < len / 6;
}

/* The whole part becomes UTF-8. */
static int
part_recode(const struct stamp_part *part, const char *lines,
	struct stamp_change *change)
{
	struct sekisho_buf utf8, block, text, *out = &change->splice.text;
	size_t offset;
	int result = -1;

	sekisho_buf_init(&utf8, SEKISHO_MESSAGE_MAX);
	sekisho_buf_init(&block, STAMPS_MAX);
	sekisho_buf_init(&text, 2 * SEKISHO_MESSAGE_MAX);
	sekisho_buf_puts(&utf8, "");
	if (part_decode(part, &utf8) != 0)
		goto out;
	if (part->html)
		block_add_html(&block, lines, false);
	else
		block_add_plain(&block, lines);
	offset = text_offset(part, &utf8);
	transfer_add_crlf(&text, utf8.data, offset);
	transfer_add_crlf(&text, block.data, block.len);
	transfer_add_crlf(&text, utf8.data + offset, utf8.len - offset);
	sekisho_buf_init(out, 2 * SEKISHO_MESSAGE_MAX);
	change->recoded = true;
	change->splice.start = 0;
	change->splice.end = part->len;
	if (text_is_mostly_ascii(text.data, text.len)) {
		change->encoding = "quoted-printable";
		transfer_add_qp(out, text.data, text.len);
	} else {
		change->encoding = "base64";
		transfer_add_base64(out, text.data, text.len);
	}
	result = block.failed || text.failed || out->failed ? -1 : 0;
out:
	sekisho_buf_free(&utf8);
	sekisho_buf_free(&block);
	sekisho_buf_free(&text);
	return result;
}

int
stamp_part(const struct stamp_part *part, const char *lines,
	struct stamp_change *change_r)
{
	struct sekisho_buf block;
	int result;

	memset(change_r, 0, sizeof(*change_r));
	sekisho_buf_init(&block, STAMPS_MAX);
	result = block_make(part, lines, &block);
	if (result == 0)
		result = part_insert(part, &block, change_r);
	else
		result = part_recode(part, lines, change_r);
	sekisho_buf_free(&block);
	return result;
}
