/*
 * mimefacts.c - what the header lines of a part or a message say.
 *
 * Used by mimetree.c for every part and by mime.c for the message. GMime reads
 * the values: parameters (RFC 2231), encoded words (RFC 2047), addresses.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "envelope.h"
#include "mimefacts.h"
#include "text.h"

#define VALUE_MAX 16384u	/* bytes of a field that are looked at */
#define TYPE_MAX 127u		/* RFC 6838 4.2: 127 for each half */

/* The value at text: continued lines joined, line ends left out. */
static const char *
value_unfold(struct pool *pool, const char *text, const char *end)
{
	size_t room = (size_t)(end - text), len = 0;
	char *copy;

	if (room > VALUE_MAX)
		room = VALUE_MAX;
	copy = pool_alloc(pool, room + 1);
	for (; text < end && len < room; text++) {
		if (*text == '\n') {
			if (text + 1 == end ||
			    (text[1] != ' ' && text[1] != '\t'))
				break;
			continue;
		}
		if (*text != '\r')
			copy[len++] = *text;
	}
	while (len > 0 && isspace((unsigned char)copy[len - 1]))
		len--;
	return text_guess(pool, copy, len);
}

const char *
mimefacts_field(struct pool *pool, const char *header, size_t len,
	const char *name)
{
	const char *line = header, *end = header + len, *next, *p;
	size_t name_len = strlen(name);

	for (; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		if ((size_t)(end - line) <= name_len ||
		    strncasecmp(line, name, name_len) != 0)
			continue;
		for (p = line + name_len; p < next; p++)
			if (*p != ' ' && *p != '\t')
				break;
		if (p == next || *p != ':')
			continue;
		for (p++; p < next; p++)
			if (*p != ' ' && *p != '\t')
				break;
		return value_unfold(pool, p, end);
	}
	return NULL;
}

static const char *
lower_case(struct pool *pool, const char *text, size_t max)
{
	char *copy = pool_strndup(pool, text, strnlen(text, max));
	size_t i;

	for (i = 0; copy[i] != '\0'; i++) {
		copy[i] = (char)tolower((unsigned char)copy[i]);
		if ((unsigned char)copy[i] <= ' ' ||
		    (unsigned char)copy[i] >= 0x7f)
			copy[i] = '?';
	}
	return copy;
}

static const char *
clean_or_empty(struct pool *pool, const char *text)
{
	return text == NULL ? "" : text_clean(pool, text, strlen(text));
}

/* The first word of a value: "base64 (comment)" is base64. */
static const char *
first_word(struct pool *pool, const char *value)
{
	if (value == NULL)
		return "";
	return lower_case(pool, pool_strndup(pool, value,
		strcspn(value, " \t;(")), TYPE_MAX);
}

static const char *
copy_boundary(struct pool *pool, const char *boundary)
{
	size_t len = boundary == NULL ? 0 : strlen(boundary);

	while (len > 0 && isspace((unsigned char)boundary[len - 1]))
		len--;
	return len == 0 ? "" : pool_strndup(pool, boundary, len);
}

static void
read_type(struct mime_part *part, struct pool *pool, const char *value)
{
	GMimeContentType *type = g_mime_content_type_parse(NULL, value);
	const char *major, *minor;

	if (type == NULL)
		return;
	major = g_mime_content_type_get_media_type(type);
	minor = g_mime_content_type_get_media_subtype(type);
	if (major != NULL && minor != NULL && *major != '\0' && *minor != '\0')
		part->type = pool_printf(pool, "%s/%s",
			lower_case(pool, major, TYPE_MAX),
			lower_case(pool, minor, TYPE_MAX));
	part->charset = clean_or_empty(pool,
		g_mime_content_type_get_parameter(type, "charset"));
	part->filename = clean_or_empty(pool,
		g_mime_content_type_get_parameter(type, "name"));
	part->smime_type = clean_or_empty(pool,
		g_mime_content_type_get_parameter(type, "smime-type"));
	if (strncmp(part->type, "multipart/", 10) == 0)
		part->boundary = copy_boundary(pool,
			g_mime_content_type_get_parameter(type, "boundary"));
	g_object_unref(type);
}

static void
read_disposition(struct mime_part *part, struct pool *pool, const char *value)
{
	GMimeContentDisposition *disposition;
	const char *name;

	if (strcmp(first_word(pool, value), "attachment") == 0)
		part->attachment = true;
	disposition = g_mime_content_disposition_parse(NULL, value);
	if (disposition == NULL)
		return;
	name = g_mime_content_disposition_get_parameter(disposition,
		"filename");
	if (name != NULL && *name != '\0')
		part->filename = clean_or_empty(pool, name);
	g_object_unref(disposition);
}

void
mimefacts_part(struct mime_part *part, struct pool *pool, const char *header,
	size_t len, const char *default_type)
{
	const char *value;

	part->type = default_type;
	part->charset = part->boundary = part->filename = "";
	part->smime_type = "";
	value = mimefacts_field(pool, header, len, "Content-Type");
	if (value != NULL)
		read_type(part, pool, value);
	value = mimefacts_field(pool, header, len, "Content-Disposition");
	if (value != NULL)
		read_disposition(part, pool, value);
	part->encoding = first_word(pool, mimefacts_field(pool, header, len,
		"Content-Transfer-Encoding"));
	if (part->filename[0] != '\0')
		part->attachment = true;
}

/* The first mailbox, also inside a group. */
static const char *
first_address(struct pool *pool, InternetAddressList *list)
{
	InternetAddress *address;
	const char *found;
	int i;

	for (i = 0; i < internet_address_list_length(list); i++) {
		address = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_MAILBOX(address))
			return clean_or_empty(pool,
				internet_address_mailbox_get_addr(
				INTERNET_ADDRESS_MAILBOX(address)));
		if (!INTERNET_ADDRESS_IS_GROUP(address))
			continue;
		found = first_address(pool, internet_address_group_get_members(
			INTERNET_ADDRESS_GROUP(address)));
		if (found[0] != '\0')
			return found;
	}
	return "";
}

static const char *
read_from(struct pool *pool, const char *value)
{
	InternetAddressList *list;
	const char *from;

	if (value == NULL)
		return "";
	list = internet_address_list_parse(NULL, value);
	if (list == NULL)
		return "";
	from = envelope_address(first_address(pool, list), pool);
	g_object_unref(list);
	return from;
}

static const char *
read_text(struct pool *pool, const char *value)
{
	char *decoded;
	const char *text;

	if (value == NULL)
		return "";
	decoded = g_mime_utils_header_decode_text(NULL, value);
	text = clean_or_empty(pool, decoded);
	g_free(decoded);
	return text;
}

void
mimefacts_message(struct mime *mime, struct pool *pool, const char *header,
	size_t len)
{
	const char *value, *word;

	mime->from = read_from(pool,
		mimefacts_field(pool, header, len, "From"));
	mime->subject = read_text(pool,
		mimefacts_field(pool, header, len, "Subject"));
	mime->message_id = clean_or_empty(pool,
		mimefacts_field(pool, header, len, "Message-ID"));
	mime->date = clean_or_empty(pool,
		mimefacts_field(pool, header, len, "Date"));
	value = mimefacts_field(pool, header, len, "Auto-Submitted");
	word = first_word(pool, value);
	mime->automatic = value != NULL && strcmp(word, "no") != 0;
	word = first_word(pool,
		mimefacts_field(pool, header, len, "Precedence"));
	mime->list = strcmp(word, "list") == 0 || strcmp(word, "bulk") == 0 ||
		strcmp(word, "junk") == 0 ||
		mimefacts_field(pool, header, len, "List-Id") != NULL;
}
