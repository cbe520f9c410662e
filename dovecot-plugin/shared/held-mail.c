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
#include <str-sanitize.h>

#include <strings.h>

#define ADDRESS_SHOWN 80	/* characters */

/* A piece of a message, from one byte to before another. */
struct span {
	uoff_t begin;
	uoff_t end;
};
ARRAY_DEFINE_TYPE(span, struct span);

/* Our fields in a header; on the data stack. */
struct fields {
	ARRAY_TYPE(span) spans;		/* where they stand */
	const char *held;		/* the first X-Sekisho-Held, or NULL */
	unsigned int held_count;	/* how many there are of it */
};

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

enum sekisho_held_class
held_mail_class(struct mail *mail, const struct sekisho_held *held)
{
	return str_array_icase_find(mail_get_keywords(mail),
		held_mail_keyword(SEKISHO_HELD_VIRUS)) ? SEKISHO_HELD_VIRUS :
		held->held_class;
}

unsigned int
held_mail_outside(const struct sekisho_held *held)
{
	const char *list = held->recipient;
	unsigned int count = 1;

	if (*held->quarantine == '\0')
		return 0;
	for (list += sekisho_held_recipient_len(list); *list == ','; count++)
		list += 1 + sekisho_held_recipient_len(list + 1);
	return count;
}

const char *
held_mail_outside_text(const struct sekisho_held *held)
{
	unsigned int count = held_mail_outside(held);
	const char *first;

	if (count == 0)
		return "";
	first = str_sanitize_utf8(t_strndup(held->recipient,
		sekisho_held_recipient_len(held->recipient)), ADDRESS_SHOWN);
	if (count == 1)
		return t_strdup_printf("; to %s outside", first);
	return t_strdup_printf("; to %s and %u other%s outside", first,
		count - 1, count == 2 ? "" : "s");
}

const char *
held_mail_identity(const struct sekisho_held *held)
{
	const char *between = *held->quarantine != '\0' ? "|outside|" : "|";

	return t_strconcat(held->id, between,
		t_str_lcase(sekisho_held_keeper(held)), NULL);
}

const char *
held_mail_value(const struct sekisho_held *held)
{
	struct sekisho_buf field;
	const char *copy = NULL;

	sekisho_buf_init(&field, SEKISHO_HELD_MAX);
	sekisho_held_encode(held, &field);
	if (!field.failed)
		copy = t_strdup(field.data + strlen(SEKISHO_HELD_HEADER ":"));
	sekisho_buf_free(&field);
	return copy;
}

const char *
held_mail_guid(const struct sekisho_held *held)
{
	unsigned char digest[SHA256_RESULTLEN];
	const char *text = held_mail_identity(held);
	guid_128_t guid;

	sha256_get_digest(text, strlen(text), digest);
	memcpy(guid, digest, sizeof(guid));
	return guid_128_to_string(guid);
}

/* Of one field, which may not be one of several. */
static enum held_mail_result
read_value(const char *value, bool several, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	if (several) {
		sekisho_error_set(err, "more than one " SEKISHO_HELD_HEADER);
		return HELD_MAIL_WRONG;
	}
	return sekisho_held_decode(held_r, value, err) < 0 ?
		HELD_MAIL_WRONG : HELD_MAIL_FOUND;
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
	if (value_r != NULL)
		*value_r = values[0];
	return read_value(values[0], values[1] != NULL, held_r, err);
}

static bool
is_ours(const struct message_header_line *hdr)
{
	return strcasecmp(hdr->name, SEKISHO_HELD_HEADER) == 0 ||
		strcasecmp(hdr->name, SEKISHO_REASON_HEADER) == 0;
}

/* Notes the value of one line of X-Sekisho-Held: the last line has it all. */
static void
take_value(struct message_header_line *hdr, struct fields *fields)
{
	if (hdr->continues)
		hdr->use_full_value = TRUE;
	else if (++fields->held_count == 1)
		fields->held = t_strndup(hdr->full_value,
			hdr->full_value_len);
}

/* Our fields; the last one may end at the end of the header. */
static int
find_fields(struct istream *input, struct fields *fields)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	struct message_size size;
	struct span *span = NULL;
	uoff_t end_of_header = 0;

	i_zero(fields);
	t_array_init(&fields->spans, 2);
	i_stream_seek(input, 0);
	parser = message_parse_header_init(input, &size,
		MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE);
	while (message_parse_header_next(parser, &hdr) > 0) {
		if (hdr->eoh) {
			end_of_header = hdr->crlf_newline ? 2 : 1;
			break;
		}
		if (strcasecmp(hdr->name, SEKISHO_HELD_HEADER) == 0)
			take_value(hdr, fields);
		if (hdr->continued)
			continue;
		if (span != NULL)
			span->end = hdr->name_offset;
		span = NULL;
		if (is_ours(hdr)) {
			span = array_append_space(&fields->spans);
			span->begin = hdr->name_offset;
		}
	}
	message_parse_header_deinit(&parser);
	if (span != NULL)
		span->end = size.physical_size - end_of_header;
	return input->stream_errno == 0 ? 0 : -1;
}

static enum held_mail_result
read_field(const struct fields *fields, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	if (fields->held_count == 0)
		return HELD_MAIL_NONE;
	return read_value(fields->held, fields->held_count > 1, held_r, err);
}

enum held_mail_result
held_mail_parse(struct istream *message, struct sekisho_held *held_r,
	struct sekisho_error *err)
{
	struct fields fields;

	/* Who reads on will see that it cannot be read. */
	(void)find_fields(message, &fields);
	i_stream_seek(message, 0);
	return read_field(&fields, held_r, err);
}

/* What lies between the spans, as one stream: mostly what is after them. */
static struct istream *
cut_out(struct istream *input, const ARRAY_TYPE(span) *spans)
{
	const struct span *span;
	struct istream **pieces = t_new(struct istream *,
		array_count(spans) + 2);
	struct istream *result;
	unsigned int i, count = 0;
	uoff_t from = 0;

	array_foreach(spans, span) {
		if (span->begin > from)
			pieces[count++] = i_stream_create_range(input, from,
				span->begin - from);
		from = span->end;
	}
	pieces[count++] = i_stream_create_range(input, from, UOFF_T_MAX);
	if (count == 1)
		return pieces[0];
	result = i_stream_create_concat(pieces);
	for (i = 0; i < count; i++)
		i_stream_unref(&pieces[i]);
	return result;
}

int
held_mail_cut(struct istream *message, struct istream **input_r)
{
	struct fields fields;

	if (find_fields(message, &fields) < 0)
		return -1;
	*input_r = cut_out(message, &fields.spans);
	return 0;
}

/* Our fields in what is stored. */
static int
find_stored_fields(struct mail *mail, struct istream **input_r,
	struct fields *fields)
{
	if (mail_get_stream(mail, NULL, NULL, input_r) < 0)
		return -1;
	if (find_fields(*input_r, fields) == 0)
		return 0;
	mail_set_critical(mail, "read(%s) failed: %s",
		i_stream_get_name(*input_r), i_stream_get_error(*input_r));
	return -1;
}

int
held_mail_original(struct mail *mail, struct istream **input_r)
{
	struct istream *input;
	struct fields fields;

	if (find_stored_fields(mail, &input, &fields) < 0)
		return -1;
	*input_r = cut_out(input, &fields.spans);
	return 0;
}

enum held_mail_result
held_mail_open(struct mail *mail, struct sekisho_held *held_r,
	struct istream **input_r, struct sekisho_error *err)
{
	struct istream *input;
	struct fields fields;

	if (find_stored_fields(mail, &input, &fields) < 0) {
		sekisho_error_set(err, "cannot read the message");
		return HELD_MAIL_FAILED;
	}
	*input_r = cut_out(input, &fields.spans);
	return read_field(&fields, held_r, err);
}
