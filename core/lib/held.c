/*
 * held.c - the header field of a held message, written and read.
 *
 * What is read is written again and compared: there is one form, so nobody can
 * hide something between two ways of reading it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "held.h"

#define LINE_MAX_LEN 76u	/* RFC 5322 section 2.1.1 wants less than 79 */
#define ADDRESS_MAX 1000u	/* bytes; RFC 5321 knows 320 */

#define PROOF_MAX 16u		/* bytes of a word */

enum { F_VERSION, F_ID, F_TIME, F_CLASS, F_RULE, F_REASON, F_SENDER, F_FROM,
	F_PROOF, F_RECIPIENT, F_QUARANTINE, F_KEY, F_SEAL, FIELDS };

static const char *const field_names[FIELDS] = { "v", "id", "time", "class",
	"rule", "reason", "sender", "from", "proof", "recipient",
	"quarantine", "key", "seal" };

/* Has a field of this version that one? */
static bool
is_of_version(size_t field, char version)
{
	if (field == F_QUARANTINE)
		return version == '3';
	return version != '1' || (field != F_FROM && field != F_PROOF);
}

static const char *
version_of(const struct sekisho_held *held)
{
	if (*held->quarantine != '\0')
		return "3";
	return *held->proof != '\0' ? "2" : "1";
}

static const char *const class_names[SEKISHO_HELD_CLASSES] = {
	[SEKISHO_HELD_SPAM] = "spam",
	[SEKISHO_HELD_CONTENT] = "content",
	[SEKISHO_HELD_VIRUS] = "virus",
};

const char *
sekisho_held_class_name(enum sekisho_held_class held_class)
{
	return held_class < SEKISHO_HELD_CLASSES ? class_names[held_class] :
		"?";
}

static bool
is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (c != '\0' &&
		strchr("-._@+", c) != NULL);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* printf() takes longer than the rest, and a MOVE reads a thousand of them. */
static void
escaped_put(struct sekisho_buf *buf, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char escaped[] = { '%', digits[c >> 4], digits[c & 15] };

	sekisho_buf_add(buf, escaped, sizeof(escaped));
}

void
sekisho_held_put_value(struct sekisho_buf *buf, const char *value)
{
	const char *p = value;

	for (;;) {
		while (is_plain((unsigned char)*p))
			p++;
		sekisho_buf_add(buf, value, (size_t)(p - value));
		if (*p == '\0')
			return;
		escaped_put(buf, (unsigned char)*p++);
		value = p;
	}
}

/* "v=2;id=...;key=...;", without a blank. */
void
sekisho_held_sealed(const struct sekisho_held *held, struct sekisho_buf *buf)
{
	const char *version = version_of(held);
	const char *values[FIELDS] = {
		[F_VERSION] = version, [F_ID] = held->id,
		[F_TIME] = "",
		[F_CLASS] = sekisho_held_class_name(held->held_class),
		[F_RULE] = held->rule, [F_REASON] = held->reason,
		[F_SENDER] = held->sender, [F_FROM] = held->from,
		[F_PROOF] = held->proof, [F_RECIPIENT] = held->recipient,
		[F_QUARANTINE] = held->quarantine, [F_KEY] = held->key,
	};
	size_t i;

	for (i = 0; i < F_SEAL; i++) {
		if (!is_of_version(i, *version))
			continue;
		sekisho_buf_puts(buf, field_names[i]);
		sekisho_buf_puts(buf, "=");
		if (i == F_TIME)
			sekisho_buf_printf(buf, "%llu",
				(unsigned long long)held->time);
		else
			sekisho_held_put_value(buf, values[i]);
		sekisho_buf_puts(buf, ";");
	}
}

/* A blank after each field; a line is ended there, or in a long value. */
static void
value_fold(struct sekisho_buf *buf, const char *text)
{
	size_t column = strlen(SEKISHO_HELD_HEADER ":");
	size_t len;

	for (; *text != '\0'; text += len) {
		len = strcspn(text, ";");
		len += text[len] == ';';
		if (column + 1 + len > LINE_MAX_LEN) {
			sekisho_buf_puts(buf, "\n\t");
			column = 1;
		} else {
			sekisho_buf_puts(buf, " ");
			column++;
		}
		if (column + len > LINE_MAX_LEN)
			len = LINE_MAX_LEN - column;
		sekisho_buf_add(buf, text, len);
		column += len;
	}
	sekisho_buf_puts(buf, "\n");
}

/* The value of the field, on one line. */
static void
held_write(const struct sekisho_held *held, struct sekisho_buf *buf)
{
	sekisho_held_sealed(held, buf);
	sekisho_buf_puts(buf, "seal=");
	sekisho_buf_puts(buf, held->seal);
}

void
sekisho_held_encode(const struct sekisho_held *held, struct sekisho_buf *buf)
{
	struct sekisho_buf text;

	sekisho_buf_init(&text, SEKISHO_HELD_MAX);
	held_write(held, &text);
	if (text.failed) {
		buf->failed = true;
	} else {
		sekisho_buf_puts(buf, SEKISHO_HELD_HEADER ":");
		value_fold(buf, text.data);
	}
	sekisho_buf_free(&text);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes a value where it lies. Returns false when it is none. */
static bool
value_decode(char *value)
{
	char *out = value;
	int high, low;

	for (; *value != '\0'; value++) {
		if (*value != '%') {
			*out++ = *value;
			continue;
		}
		high = hex_digit(value[1]);
		low = high < 0 ? -1 : hex_digit(value[2]);
		if (low < 0 || (high << 4 | low) < ' ' ||
		    (high << 4 | low) == 0x7f)
			return false;
		*out++ = (char)(high << 4 | low);
		value += 2;
	}
	*out = '\0';
	return true;
}

/* Cuts "v=2;id=..." into its values. Returns false when that fails. */
static bool
fields_split(char *text, char *values[FIELDS])
{
	static char none[] = "";
	char version = strncmp(text, "v=", 2) == 0 ? text[2] : '\0';
	size_t i, len;

	for (i = 0; i < FIELDS; i++) {
		values[i] = none;
		if (!is_of_version(i, version))
			continue;
		len = strlen(field_names[i]);
		if (strncmp(text, field_names[i], len) != 0 ||
		    text[len] != '=')
			return false;
		values[i] = text + len + 1;
		text = strchr(values[i], ';');
		if ((text == NULL) != (i == FIELDS - 1))
			return false;
		if (text != NULL)
			*text++ = '\0';
		if (!value_decode(values[i]))
			return false;
	}
	return true;
}

static bool
held_within_limits(const struct sekisho_held *held)
{
	return *held->id != '\0' && strlen(held->id) <= 64 &&
		*held->rule != '\0' && strlen(held->rule) <= 64 &&
		strlen(held->reason) <= SEKISHO_HELD_REASON_MAX &&
		strlen(held->sender) <= ADDRESS_MAX &&
		strlen(held->from) <= ADDRESS_MAX &&
		strlen(held->proof) <= PROOF_MAX &&
		*held->recipient != '\0' &&
		(strlen(held->recipient) <= ADDRESS_MAX ||
		*held->quarantine != '\0') &&
		strlen(held->quarantine) <= ADDRESS_MAX &&
		strlen(held->key) == SEKISHO_HELD_KEY &&
		strlen(held->seal) == SEKISHO_HELD_SEAL &&
		strspn(held->key, "0123456789abcdef") == SEKISHO_HELD_KEY &&
		strspn(held->seal, "0123456789abcdef") == SEKISHO_HELD_SEAL;
}

/* Is text what would be written for held? */
static bool
held_is_written(const struct sekisho_held *held, const char *text)
{
	struct sekisho_buf again;
	bool same;

	sekisho_buf_init(&again, SEKISHO_HELD_MAX);
	held_write(held, &again);
	same = !again.failed && strcmp(again.data, text) == 0;
	sekisho_buf_free(&again);
	return same;
}

static bool
held_read(struct sekisho_held *held, const char *text)
{
	char *values[FIELDS];

	if (!fields_split(held->storage, values))
		return false;
	held->id = values[F_ID];
	held->time = strtoull(values[F_TIME], NULL, 10);
	held->held_class = 0;
	while (held->held_class < SEKISHO_HELD_CLASSES &&
	       strcmp(class_names[held->held_class], values[F_CLASS]) != 0)
		held->held_class++;
	held->rule = values[F_RULE];
	held->reason = values[F_REASON];
	held->sender = values[F_SENDER];
	held->from = values[F_FROM];
	held->proof = values[F_PROOF];
	held->recipient = values[F_RECIPIENT];
	held->quarantine = values[F_QUARANTINE];
	held->key = values[F_KEY];
	held->seal = values[F_SEAL];
	return held_within_limits(held) && held_is_written(held, text);
}

int
sekisho_held_decode(struct sekisho_held *held_r, const char *value,
	struct sekisho_error *err)
{
	struct sekisho_held held = { .storage = NULL };
	size_t len = strlen(value);
	char *text, *out;

	if (len > SEKISHO_HELD_MAX)
		return sekisho_error_set(err, SEKISHO_HELD_HEADER
			": longer than %u bytes", SEKISHO_HELD_MAX);
	text = malloc(2 * (len + 1));
	if (text == NULL) {
		/* Not the same as a field that is wrong. */
		sekisho_no_memory();
		return sekisho_error_set(err, SEKISHO_HELD_HEADER
			": out of memory");
	}
	for (out = text; *value != '\0'; value++)
		if (!is_blank(*value))
			*out++ = *value;
	*out = '\0';
	held.storage = text + len + 1;
	strcpy(held.storage, text);
	if (!held_read(&held, text)) {
		free(text);
		return sekisho_error_set(err, SEKISHO_HELD_HEADER
			": not as sekishod writes it");
	}
	held.storage = text;
	*held_r = held;
	return 0;
}

const char *
sekisho_held_keeper(const struct sekisho_held *held)
{
	return *held->quarantine != '\0' ? held->quarantine :
		held->recipient;
}

size_t
sekisho_held_recipient_len(const char *list)
{
	const char *p = list;
	bool quoted = false;

	for (; *p != '\0' && (quoted || *p != ','); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (quoted && *p == '\\' && p[1] != '\0')
			p++;
	}
	return (size_t)(p - list);
}

void
sekisho_held_free(struct sekisho_held *held)
{
	if (held == NULL)
		return;
	free(held->storage);
	memset(held, 0, sizeof(*held));
}
