/*
 * mime.c - a message as a tree of MIME parts, and their decoded bytes.
 *
 * mimetree.c finds the parts, mimefacts.c reads their header lines. Used in the
 * jail by inspect.c (to find) and rewrite.c (to change).
 */
#include <string.h>

#include <gmime/gmime.h>

#include "mime.h"
#include "mimecode.h"
#include "mimefacts.h"
#include "mimetree.h"

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

void
mime_decode(const struct mime *mime, size_t index, struct sekisho_buf *out)
{
	const struct mime_part *part = &mime->parts[index];

	mimecode_decode(part->leaf ? mimecode_of(part->encoding) :
		MIMECODE_IDENTITY, mime->message + part->body_start,
		part->end - part->body_start, out);
}
