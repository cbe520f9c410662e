/*
 * senders-entry.c - messages about approved and blocked senders.
 */
#include "senders-entry.h"
#include "sender.h"

#include <hex-binary.h>
#include <ioloop.h>
#include <message-date.h>
#include <message-header-decode.h>
#include <message-header-encode.h>
#include <message-header-parser.h>
#include <sha2.h>
#include <str.h>
#include <str-sanitize.h>

#define ENTRY_SHOWN 320		/* characters */
#define ID_BYTES 16u		/* of a hash of the entry */
#define ID_END "@sekisho.invalid>"

static const char *
id_begin(enum senders which)
{
	return which == SENDERS_BLOCKED ? "<blocked-sender." :
		"<approved-sender.";
}

const char *
senders_entry_id(enum senders which, const char *entry)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(entry, strlen(entry), digest);
	return t_strdup_printf("%s%s" ID_END, id_begin(which),
		binary_to_hex(digest, ID_BYTES));
}

bool
senders_entry_is_id(enum senders which, const char *message_id)
{
	const char *begin = id_begin(which);
	const char *hex = message_id + strlen(begin);

	return str_begins_with(message_id, begin) &&
		strspn(hex, "0123456789abcdef") == 2 * ID_BYTES &&
		strcmp(hex + 2 * ID_BYTES, ID_END) == 0;
}

/* Can it stand in a field as it is? A directory may hold anything. */
static bool
is_plain(const char *entry)
{
	const char *p;

	for (p = entry; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f ||
		    strchr("\"(),:;<>[\\]", *p) != NULL)
			return false;
	return strlen(entry) <= ENTRY_SHOWN && strchr(entry, '@') != NULL &&
		strstr(entry, "=?") == NULL;
}

static void
add_names(string_t *text, enum senders which, const char *entry)
{
	string_t *encoded = t_str_new(128);

	if (is_plain(entry)) {
		str_printfa(text, "From: <%s>\nSubject: %s\n", entry, entry);
		return;
	}
	message_header_encode_b((const unsigned char *)entry, strlen(entry),
		encoded, sizeof("Subject: ") - 1);
	str_printfa(text, "From: %s\n <%s-sender@sekisho.invalid>\n"
		"Subject: %s\n", str_c(encoded), senders_word(which),
		str_c(encoded));
}

/* Each has the entry in its place twice, in English and Japanese. */
static const char *const explanations[] = {
	[SENDERS_APPROVED] =
		"Mail from %s is not taken for spam.\n"
		"It is still scanned for viruses.\n"
		"Delete this message to end the approval.\n\n"
		"%s からのメールは迷惑メールとして扱われません。\n"
		"ウイルス検索は行われます。\n"
		"承認を取り消すには、このメッセージを削除してください。\n",
	[SENDERS_BLOCKED] =
		"Mail from %s does not reach your inbox.\n"
		"It is held in the quarantine.\n"
		"Delete this message to end the block.\n\n"
		"%s からのメールは受信トレイに届きません。\n"
		"隔離フォルダに保管されます。\n"
		"拒否を取り消すには、このメッセージを削除してください。\n",
};

/* What is in the place of %s of such a text. */
static void
add_explanation(string_t *text, const char *explanation, const char *shown)
{
	const char *place;

	while ((place = strstr(explanation, "%s")) != NULL) {
		str_append_data(text, explanation, place - explanation);
		str_append(text, shown);
		explanation = place + 2;
	}
	str_append(text, explanation);
}

const char *
senders_entry_message(enum senders which, const struct senders_entry *entry)
{
	string_t *text = t_str_new(1024);

	add_names(text, which, entry->name);
	str_printfa(text, "Date: %s\nMessage-ID: %s\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: 8bit\n",
		message_date_create(ioloop_time),
		senders_entry_id(which, entry->name));
	if (entry->origin != NULL)
		str_printfa(text, ORIGIN_HEADER ": %s\n",
			origin_field(entry->origin));
	str_append_c(text, '\n');
	add_explanation(text, explanations[which],
		str_sanitize_utf8(entry->name, ENTRY_SHOWN));
	if (entry->origin != NULL)
		str_printfa(text, "\nThe message that was chosen: %s\n"
			"選択したメール: %s\n",
			origin_english(entry->origin),
			origin_japanese(entry->origin));
	return str_c(text);
}

/* -- what another message asks for -------------------------------------- */

struct fields {
	const char *subject;
	const char *from;
	const char *path;	/* Return-Path: the envelope sender */
	bool received;
};

static void
take_field(struct fields *fields, const struct message_header_line *line)
{
	const char *value = t_strndup(line->full_value, line->full_value_len);

	if (strcasecmp(line->name, "Subject") == 0 && fields->subject == NULL)
		fields->subject = value;
	else if (strcasecmp(line->name, "From") == 0 && fields->from == NULL)
		fields->from = value;
	else if (strcasecmp(line->name, "Return-Path") == 0 &&
	    fields->path == NULL)
		fields->path = value;
	else if (strcasecmp(line->name, "Received") == 0)
		fields->received = true;
}

static void
read_fields(struct istream *message, struct fields *fields_r)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *line;

	i_zero(fields_r);
	i_stream_seek(message, 0);
	parser = message_parse_header_init(message, NULL,
		MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE);
	while (message_parse_header_next(parser, &line) > 0 && !line->eoh) {
		if (line->continues)
			line->use_full_value = TRUE;
		else
			take_field(fields_r, line);
	}
	message_parse_header_deinit(&parser);
}

static const char *
decoded(const char *subject)
{
	string_t *text = t_str_new(128);

	if (subject == NULL)
		return "";
	message_header_decode_utf8((const unsigned char *)subject,
		strlen(subject), text, NULL);
	return t_str_trim(str_c(text), " \t\r\n");
}

/* Of ordinary mail: nobody knows any more what proved its sender. */
static const struct origin *
origin_of_fields(const struct fields *fields, const char *sender)
{
	struct origin *origin = t_new(struct origin, 1);

	origin->from = sender;
	origin->proof = "";
	origin->sender = sender_address(fields->path);
	return origin->sender == NULL ? NULL : origin;
}

/* One word, with a sign that no ordinary word has. */
static bool
looks_like_entry(const char *subject, const char *signs)
{
	return *subject != '\0' && strpbrk(subject, " \t\r\n") == NULL &&
		strpbrk(subject, signs) != NULL;
}

int
senders_entry_wish(struct istream *message, bool uploaded,
	const char *user_address, struct senders_wish *wish_r)
{
	const char *subject, *sender, *name;
	struct fields fields;

	read_fields(message, &fields);
	subject = decoded(fields.subject);
	sender = sender_address(fields.from);
	wish_r->named = !fields.received &&
		looks_like_entry(subject, uploaded ? "@*." : "@*");
	name = wish_r->named ? subject : sender;
	if (uploaded && !fields.received && (sender == NULL ||
	    strcasecmp(sender, user_address) == 0))
		name = subject;
	wish_r->entry.name = name;
	wish_r->entry.origin = fields.received && name == sender ?
		origin_of_fields(&fields, sender) : NULL;
	return name == NULL ? -1 : 0;
}
