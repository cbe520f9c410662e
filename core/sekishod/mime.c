/*
 * mime.c - a message as a tree of MIME parts, and their decoded bytes.
 *
 * mimetree.c finds the parts, mimefacts.c reads their header lines. Used in the
 * jail by inspect.c (to find) and rewrite.c (to change).
 */
#include <string.h>

#include <gmime/gmime.h>

#include "mime.h"
#include "mimefacts.h"
#include "mimetree.h"

#define CHUNK 49152u		/* bytes decoded at a time */

void
mime_init(void)
{
	static bool done;
	GMimeParserOptions *options;

	if (done)
		return;
	done = true;
	g_mime_init();
	options = g_mime_parser_options_get_default();
	g_mime_parser_options_set_parameter_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_rfc2047_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
	g_mime_parser_options_set_address_compliance_mode(options,
		GMIME_RFC_COMPLIANCE_LOOSE);
}

struct mime *
mime_parse(const char *message, size_t len, struct pool *pool)
{
	struct mime *mime = pool_alloc(pool, sizeof(*mime));

	mime_init();
	mime->message = message;
	mime->len = len;
	mimetree_build(mime, pool);
	/* Header lines of the message are those of its root entity. */
	mimefacts_message(mime, pool, message, mime->count > 1 ?
		mime->parts[1].body_start : (len < 65536 ? len : 65536));
	return mime;
}

static GMimeContentEncoding
encoding_of(const char *name)
{
	if (strcmp(name, "x-uue") == 0)
		return GMIME_CONTENT_ENCODING_UUENCODE;
	return g_mime_content_encoding_from_string(name);
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

/* The value of a letter (RFC 4648 section 4), -1 for all others. */
static int
base64_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/*
 * GMime loses the last bytes when "=" is missing and all that is behind one;
 * mail programs do not.
 */
static void
decode_base64(const char *raw, size_t len, struct sekisho_buf *out)
{
	char chunk[3072];
	size_t i, used = 0;
	unsigned int bits = 0, count = 0;
	int value;

	for (i = 0; i < len; i++) {
		value = base64_value((unsigned char)raw[i]);
		if (raw[i] == '=')
			count = 0;
		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned int)value) & 0xffffff;
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
mime_decode(const struct mime *mime, size_t index, struct sekisho_buf *out)
{
	const struct mime_part *part = &mime->parts[index];
	const char *raw = mime->message + part->body_start;
	size_t len = part->end - part->body_start, start = 0;
	GMimeContentEncoding encoding = encoding_of(part->encoding);
	GMimeEncoding state;

	switch (part->leaf ? encoding : GMIME_CONTENT_ENCODING_DEFAULT) {
	case GMIME_CONTENT_ENCODING_UUENCODE:
		start = uuencode_start(raw, len);
		break;
	case GMIME_CONTENT_ENCODING_BASE64:
		decode_base64(raw, len, out);
		return;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		break;
	default:
		sekisho_buf_add(out, raw, len);
		return;
	}
	g_mime_encoding_init_decode(&state, encoding);
	decode_steps(&state, raw + start, len - start, out);
}
