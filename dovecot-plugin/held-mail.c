/*
 * held-mail.c - reads the fields of a held message and takes them out.
 */
#include "held-mail.h"
#include <array.h>
#include <istream-concat.h>
#include <message-header-parser.h>
#include <mail-storage-private.h>
#include <message-size.h>

#include <strings.h>

/* A piece of a message, from one byte to before another. */
struct span {
	uoff_t begin;
	uoff_t end;
};
ARRAY_DEFINE_TYPE(span, struct span);

const char *
held_mail_keyword(enum sekisho_held_class held_class)
{
	static const char *const keywords[SEKISHO_HELD_CLASSES] = {
		[SEKISHO_HELD_SPAM] = "$SekishoSpam",
		[SEKISHO_HELD_CONTENT] = "$SekishoContent",
		[SEKISHO_HELD_VIRUS] = "$SekishoVirus",
	};

	return keywords[held_class];
}

enum held_mail_result
held_mail_read(struct mail *mail, struct sekisho_held *held_r,
	const char **value_r, struct sekisho_error *err)
{
	const char *const *values;
	int ret = mail_get_headers(mail, SEKISHO_HELD_HEADER, &values);

	if (ret < 0) {
		sekisho_error_set(err, "cannot read the message");
		return HELD_MAIL_FAILED;
	}
	if (ret == 0 || values[0] == NULL)
		return HELD_MAIL_NONE;
	if (values[1] != NULL) {
		sekisho_error_set(err, "more than one " SEKISHO_HELD_HEADER);
		return HELD_MAIL_WRONG;
	}
	if (value_r != NULL)
		*value_r = values[0];
	return sekisho_held_decode(held_r, values[0], err) < 0 ?
		HELD_MAIL_WRONG : HELD_MAIL_FOUND;
}

static bool
is_ours(const struct message_header_line *hdr)
{
	return strcasecmp(hdr->name, SEKISHO_HELD_HEADER) == 0 ||
		strcasecmp(hdr->name, SEKISHO_REASON_HEADER) == 0;
}

/* Where our fields stand; the last one may end at the end of the header. */
static int
find_fields(struct istream *input, ARRAY_TYPE(span) *spans)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	struct message_size size;
	struct span *span = NULL;
	uoff_t end_of_header = 0;

	parser = message_parse_header_init(input, &size, 0);
	while (message_parse_header_next(parser, &hdr) > 0) {
		if (hdr->eoh) {
			end_of_header = hdr->crlf_newline ? 2 : 1;
			break;
		}
		if (hdr->continued)
			continue;
		if (span != NULL)
			span->end = hdr->name_offset;
		span = NULL;
		if (is_ours(hdr)) {
			span = array_append_space(spans);
			span->begin = hdr->name_offset;
		}
	}
	message_parse_header_deinit(&parser);
	if (span != NULL)
		span->end = size.physical_size - end_of_header;
	return input->stream_errno == 0 ? 0 : -1;
}

/* What lies between the spans, as one stream. */
static struct istream *
cut_out(struct istream *input, const ARRAY_TYPE(span) *spans)
{
	unsigned int i, count;
	const struct span *span = array_get(spans, &count);
	struct istream **pieces = t_new(struct istream *, count + 2);
	struct istream *result;
	uoff_t from = 0;

	for (i = 0; i < count; i++) {
		pieces[i] = i_stream_create_range(input, from,
			span[i].begin - from);
		from = span[i].end;
	}
	pieces[count] = i_stream_create_range(input, from, UOFF_T_MAX);
	result = i_stream_create_concat(pieces);
	for (i = 0; i <= count; i++)
		i_stream_unref(&pieces[i]);
	return result;
}

int
held_mail_original(struct mail *mail, struct istream **input_r)
{
	ARRAY_TYPE(span) spans;
	struct istream *input;

	if (mail_get_stream(mail, NULL, NULL, &input) < 0)
		return -1;
	t_array_init(&spans, 2);
	if (find_fields(input, &spans) < 0) {
		mail_set_critical(mail, "read(%s) failed: %s",
			i_stream_get_name(input), i_stream_get_error(input));
		return -1;
	}
	*input_r = cut_out(input, &spans);
	return 0;
}
