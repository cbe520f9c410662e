/*
 * logline.c - finds what a line is about, by its program's form: Exim's
 * specification, chapter "Log files"; sekishod(8); sekisho-dovecot(8), LOG.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "logline.h"

/* Words before Exim's id and before sekishod's name: date, time, zone, pid, or
   those of syslog. */
#define EXIM_WORDS 8
#define SEKISHOD_WORDS 5
#define DOVECOT_MARK ": sekisho: id="
#define SAVED_MARK ": msgid=<"

/* The lengths of the three fields of an id, up to Exim 4.96 and since 4.97. */
static const size_t id_old[] = { 6, 6, 2 }, id_new[] = { 6, 11, 4 };

static bool
has_form(const char *word, const size_t *lengths)
{
	size_t i, field;

	for (field = 0; field < 3; field++) {
		for (i = 0; i < lengths[field]; i++, word++)
			if (!g_ascii_isalnum(*word))
				return false;
		if (field < 2 && *word++ != '-')
			return false;
	}
	return *word == ' ' || *word == '\0';
}

bool
logline_is_id(const char *word)
{
	return has_form(word, id_old) || has_form(word, id_new);
}

int64_t
logline_id_time(const char *id)
{
	int64_t seconds = 0;
	size_t i;

	for (i = 0; i < id_old[0] && g_ascii_isalnum(id[i]); i++) {
		int digit = g_ascii_isdigit(id[i]) ? id[i] - '0' :
			g_ascii_isupper(id[i]) ? id[i] - 'A' + 10 :
			id[i] - 'a' + 36;

		seconds = seconds * 62 + digit;
	}
	return seconds;
}

/* The next word of a line's own beginning; NULL where values begin. */
static const char *
next_word(const char *line)
{
	line += strcspn(line, " =");
	return *line == ' ' ? line + strspn(line, " ") : NULL;
}

bool
logline_exim(const char *line, struct logline *found)
{
	int word;

	for (word = 0; word < EXIM_WORDS && line != NULL; word++) {
		if (logline_is_id(line) && strchr(line, ' ') != NULL) {
			found->id = line;
			found->id_len = strcspn(line, " ");
			found->text = line + found->id_len + 1;
			return true;
		}
		line = next_word(line);
	}
	return false;
}

/* "date time sekishod[pid]: error: id=...", or syslog's date and host. */
bool
logline_sekishod(const char *line, struct logline *found)
{
	static const char *const levels[] = { "error: ", "warning: " };
	size_t i;
	int word;

	for (word = 0; word < SEKISHOD_WORDS && line != NULL; word++) {
		if (g_str_has_prefix(line, "sekishod["))
			break;
		line = next_word(line);
	}
	if (word == SEKISHOD_WORDS || line == NULL ||
	    (line = next_word(line)) == NULL)
		return false;
	for (i = 0; i < G_N_ELEMENTS(levels); i++)
		if (g_str_has_prefix(line, levels[i]))
			line += strlen(levels[i]);
	if (!g_str_has_prefix(line, "id="))
		return false;
	found->id = line + strlen("id=");
	found->id_len = strcspn(found->id, " ");
	found->text = found->id + found->id_len;
	found->text += strspn(found->text, " ");
	return found->id_len > 0;
}

/*
 * What stands before the mark is Dovecot's own, unless another line has the
 * mark in a name that somebody tried: user=<...>, F=<...>, "..."@...
 */
static const char *
find_mark(const char *line, const char *text)
{
	const char *mark = strstr(line, text), *p;

	for (p = line; mark != NULL && p < mark; p++)
		if (*p == '"' || (*p == '=' && p[1] == '<'))
			return NULL;
	return mark == NULL ? NULL : mark + strlen(text);
}

bool
logline_dovecot(const char *line, struct logline *found)
{
	const char *text = find_mark(line, DOVECOT_MARK);

	if (text == NULL || *text == '-')
		return false;
	found->id = text;
	found->id_len = strcspn(text, " ");
	found->text = text;
	return true;
}

bool
logline_saved(const char *line, struct logline *found)
{
	const char *text = find_mark(line, SAVED_MARK), *end;

	if (text == NULL)
		return false;
	end = strstr(text, ">: ");
	if (end == NULL)
		return false;
	found->id = text - 1;
	found->id_len = (size_t)(end - text) + 2;
	found->text = end + strlen(">: ");
	return true;
}

/* Past the quotes that begin at text, in which a backslash quotes. */
static const char *
skip_quoted(const char *text)
{
	for (text++; *text != '\0' && *text != '"'; text++)
		if (*text == '\\' && text[1] != '\0')
			text++;
	return *text == '"' ? text + 1 : text;
}

size_t
logline_address_len(const char *text, const char *ends)
{
	const char *end = text;

	while (*end != '\0' && strchr(ends, *end) == NULL)
		end = *end == '"' ? skip_quoted(end) : end + 1;
	return (size_t)(end - text);
}

char **
logline_addresses(const char *list, const char *separator)
{
	GPtrArray *found = g_ptr_array_new();
	size_t len;

	for (list += strspn(list, separator); *list != '\0';
	     list += strspn(list, separator)) {
		len = logline_address_len(list, separator);
		g_ptr_array_add(found, g_strndup(list, len));
		list += len;
	}
	g_ptr_array_add(found, NULL);
	return (char **)g_ptr_array_free(found, FALSE);
}

/* Folders of users are among the values, so quotes count. */
const char *
logline_find(const char *text, const char *key)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "= \"");

		if (text[len] == '=' && strlen(key) == len &&
		    strncmp(text, key, len) == 0)
			return text + len + 1;
		text += len;
		if (*text == '"')
			text = skip_quoted(text);
		else if (*text != '\0')
			text++;
	}
	return NULL;
}

/* Exim writes what is not ASCII as three octal digits. */
static bool
is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' &&
		digits[1] >= '0' && digits[1] <= '7' &&
		digits[2] >= '0' && digits[2] <= '7';
}

/* Where a quoted local part was cut in two, a quote is left over. */
static bool
has_all_quotes(const char *list)
{
	bool open = false;

	for (; *list != '\0'; list++) {
		if (*list == '\\' && list[1] != '\0')
			list++;
		else if (*list == '"')
			open = !open;
	}
	return !open;
}

const char *
logline_whom(const char *outcome)
{
	const char *to = outcome, *last = NULL;

	for (; (to = strstr(to, " to ")) != NULL; to++)
		if (has_all_quotes(to))
			last = to;
	return last == NULL ? NULL : last + strlen(" to ");
}

char **
logline_named(const char *whom, unsigned long *more_r)
{
	static const char more[] = " and ";
	size_t len = logline_address_len(whom, " ");
	char *list = g_strndup(whom, len);
	char **named = logline_addresses(list, ",");

	*more_r = g_str_has_prefix(whom + len, more) ?
		strtoul(whom + len + strlen(more), NULL, 10) : 0;
	g_free(list);
	return named;
}

char *
logline_unquote(const char *value, const char **next)
{
	GString *text = g_string_new(NULL);
	const char *p = value + 1;

	if (*value != '"') {
		p = value + strcspn(value, " ");
		g_string_append_len(text, value, p - value);
	}
	while (*value == '"' && *p != '\0' && *p != '"') {
		if (*p == '\\' && is_octal(p + 1)) {
			g_string_append_c(text, (char)((p[1] - '0') * 64 +
				(p[2] - '0') * 8 + p[3] - '0'));
			p += 4;
			continue;
		}
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		g_string_append_c(text, *p++);
	}
	if (next != NULL)
		*next = *p == '"' ? p + 1 : p;
	return g_string_free(text, FALSE);
}

char *
logline_value(const char *text, const char *key)
{
	const char *value = logline_find(text, key);

	return value == NULL ? NULL : logline_unquote(value, NULL);
}

/* The name behind " R=" or " T=", up to the next space. */
static char *
driver(const char *text, const char *key)
{
	const char *begin = strstr(text, key);

	if (begin == NULL)
		return g_strdup("");
	begin += strlen(key);
	return g_strndup(begin, strcspn(begin, " "));
}

/*
 * Is [plain, end) that address, or its local part, without quotes? Exim writes
 * so where it delivers to, in lower case, and the recipient as it came.
 */
static bool
is_unquoted(const char *plain, const char *end, const char *address)
{
	bool quoted = false;

	for (; *address != '\0'; address++) {
		if (*address == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *address == '\\' && address[1] != '\0')
			address++;
		if (plain == end ||
		    g_ascii_tolower(*plain) != g_ascii_tolower(*address))
			break;
		plain++;
	}
	return plain == end && !quoted && (*address == '>' || *address == '@');
}

/*
 * Where " <recipient>" is, or NULL. Without its quotes an address may look like
 * anything, so that counts which the recipient confirms; and if none does,
 * as an alias has made another, what stands before the drivers or the reason.
 */
static const char *
find_recipient(const char *text)
{
	const char *begin = text + logline_address_len(text, " "),
		*router = strstr(begin, " R="), *reason = strstr(begin, ": "),
		*found = NULL, *at;

	for (at = strstr(text, " <"); at != NULL; at = strstr(at + 1, " <"))
		if (is_unquoted(text, at, at + 2) || (found == NULL &&
		    at >= begin && (router == NULL || at < router) &&
		    (reason == NULL || at < reason)))
			found = at;
	return found;
}

/* [text, end) without what aliases made on the way: "address (parents)". */
static char *
without_parents(const char *text, const char *end)
{
	const char *parents = end > text && end[-1] == ')' ?
		g_strrstr_len(text, end - text, " (") : NULL;

	return g_strndup(text, (size_t)((parents != NULL ? parents : end) -
		text));
}

void
logline_delivery_read(const char *text, struct logline_delivery *found)
{
	const char *recipient = find_recipient(text);
	size_t len = logline_address_len(text, " ");

	if (recipient == NULL) {
		if (len > 0 && text[len - 1] == ':' && *text != ':')
			len--;		/* "** address: reason" */
		found->address = g_strndup(text, len);
		found->recipient = g_strdup(found->address);
		found->aliased = false;
		found->rest = text + len;
	} else {
		found->aliased = !is_unquoted(text, recipient, recipient + 2);
		found->address = found->aliased ?
			without_parents(text, recipient) :
			g_strndup(text, (size_t)(recipient - text));
		recipient += strlen(" <");
		len = logline_address_len(recipient, ">");
		found->recipient = g_strndup(recipient, len);
		found->rest = recipient + len + (recipient[len] == '>');
	}
	found->router = driver(found->rest, " R=");
	found->transport = driver(found->rest, " T=");
}

void
logline_delivery_free(struct logline_delivery *delivery)
{
	g_free(delivery->address);
	g_free(delivery->recipient);
	g_free(delivery->router);
	g_free(delivery->transport);
}

/* What follows " for " outside of quotes. */
static const char *
find_recipients(const char *text)
{
	const char *found = NULL;

	while (*text != '\0') {
		if (g_str_has_prefix(text, " for "))
			found = text + strlen(" for ");
		text = *text == '"' ? skip_quoted(text) : text + 1;
	}
	return found;
}

char **
logline_recipients(const char *text)
{
	const char *list = find_recipients(text);

	return list == NULL ? NULL : logline_addresses(list, " ");
}
