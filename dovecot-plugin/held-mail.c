/*
 * held-mail.c - reads the fields of a held message and takes them out.
 */
#include "held-mail.h"
#include <array.h>
#include <guid.h>
#include <istream-concat.h>
#include <message-header-parser.h>
#include <mail-storage-private.h>
#include <message-size.h>
#include <sha2.h>

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

const char *
held_mail_guid(const struct sekisho_held *held)
{
	unsigned char digest[SHA256_RESULTLEN];
	const char *text = t_strdup_printf("%s|%s", held->id,
		t_str_lcase(held->recipient));
	guid_128_t guid;

	sha256_get_digest(text, strlen(text), digest);
	memcpy(guid, digest, sizeof(guid));
	return guid_128_to_string(guid);
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

/* The value of the first field of that name, or NULL; *count_r of them. */
static const char *
find_value(struct istream *message, const char *name, unsigned int *count_r)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	const char *value = NULL;

	*count_r = 0;
	parser = message_parse_header_init(message, NULL,
		MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE);
	while (message_parse_header_next(parser, &hdr) > 0 && !hdr->eoh) {
		if (strcasecmp(hdr->name, name) != 0)
			continue;
		if (hdr->continues)
			hdr->use_full_value = TRUE;
		else if (++*count_r == 1)
			value = t_strndup(hdr->full_value,
				hdr->full_value_len);
	}
	message_parse_header_deinit(&parser);
	return value;
}

enum held_mail_result
held_mail_parse(struct istream *message, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	unsigned int count;
	const char *value;

	i_stream_seek(message, 0);
	value = find_value(message, SEKISHO_HELD_HEADER, &count);
	i_stream_seek(message, 0);
	if (count == 0)
		return HELD_MAIL_NONE;
	if (count > 1) {
		sekisho_error_set(err, "more than one " SEKISHO_HELD_HEADER);
		return HELD_MAIL_WRONG;
	}
	return sekisho_held_decode(held_r, value, err) < 0 ?
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
held_mail_cut(struct istream *message, struct istream **input_r)
{
	ARRAY_TYPE(span) spans;

	t_array_init(&spans, 2);
	i_stream_seek(message, 0);
	if (find_fields(message, &spans) < 0)
		return -1;
	*input_r = cut_out(message, &spans);
	return 0;
}

int
held_mail_original(struct mail *mail, struct istream **input_r)
{
	struct istream *input;

	if (mail_get_stream(mail, NULL, NULL, &input) < 0)
		return -1;
	if (held_mail_cut(input, input_r) < 0) {
		mail_set_critical(mail, "read(%s) failed: %s",
			i_stream_get_name(input), i_stream_get_error(input));
		return -1;
	}
	return 0;
}
