/*
 * history_exim.c - reads lines of Exim's main log (Exim's specification,
 * chapter "Log files").
 *
 * What a stranger wrote stands behind the id and the sign of a line, so it
 * cannot pass for one.
 */
#include <string.h>

#include "history.h"

#define PREFIX_WORDS 8		/* date, time, zone, pid; or syslog's words */

/* The lengths of the three fields of an id, up to Exim 4.96 and since 4.97. */
static const size_t id_old[] = { 6, 6, 2 }, id_new[] = { 6, 11, 4 };

static bool
is_id(const char *word, const size_t *lengths)
{
	size_t i, field;

	for (field = 0; field < 3; field++) {
		for (i = 0; i < lengths[field]; i++, word++)
			if (!g_ascii_isalnum(*word))
				return false;
		if (*word++ != (field < 2 ? '-' : ' '))
			return false;
	}
	return true;
}

/* The id in a line, ended by a space; NULL: it tells of no message. */
static const char *
find_id(const char *line)
{
	int word;

	for (word = 0; word < PREFIX_WORDS; word++) {
		if (is_id(line, id_old) || is_id(line, id_new))
			return line;
		line = strchr(line, ' ');
		if (line == NULL)
			return NULL;
		line += strspn(line, " ");
	}
	return NULL;
}

/* What follows " for " outside of quotes, or NULL. */
static const char *
find_recipients(const char *text)
{
	const char *found = NULL;

	while (*text != '\0') {
		if (g_str_has_prefix(text, " for "))
			found = text + strlen(" for ");
		text = *text == '"' ? history_skip_quoted(text) : text + 1;
	}
	return found;
}

/* "<= sender H=... T="subject" for recipient recipient" */
static void
arrival(struct history_message *message, const char *text)
{
	const char *list = find_recipients(text);
	char **words, **word;

	message->accepted = true;
	if (list == NULL || message->recipients != NULL)
		return;
	message->recipients = g_ptr_array_new_with_free_func(g_free);
	words = g_strsplit(list, " ", -1);
	for (word = words; *word != NULL; word++)
		if (**word != '\0')
			g_ptr_array_add(message->recipients, g_strdup(*word));
	g_strfreev(words);
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

static enum history_fate_kind
delivery_kind(const char *address, const char *drivers)
{
	char *router = driver(drivers, " R="), *transport = driver(drivers,
		" T=");
	enum history_fate_kind kind = HISTORY_DELIVERED;

	if (strcmp(transport, "sekisho_hold") == 0)
		kind = HISTORY_HELD;
	else if (strcmp(address, ":blackhole:") == 0 &&
	    strcmp(router, "sekisho_delete") == 0)
		kind = HISTORY_DELETED;
	g_free(router);
	g_free(transport);
	return kind;
}

/*
 * "address <recipient> R=router T=transport ...", with what aliases made on
 * the way in parentheses; the recipient is not there when it is the address.
 */
static struct history_fate *
fate(struct history_message *message, const char *text)
{
	struct history_fate *fate = g_new0(struct history_fate, 1);
	size_t len = strcspn(text, " ");
	const char *rest = text + len;

	if (g_str_has_prefix(rest, " ("))
		rest += strcspn(rest, ")");
	rest += strspn(rest, ") ");
	if (len > 0 && text[len - 1] == ':' && *text != ':')
		len--;		/* "** address: reason" */
	fate->address = g_strndup(text, len);
	fate->recipient = *rest == '<' ?
		g_strndup(rest + 1, strcspn(rest + 1, ">")) :
		g_strdup(fate->address);
	g_ptr_array_add(message->fates, fate);
	return fate;
}

static void
delivery(struct history_message *message, const char *text)
{
	struct history_fate *end = fate(message, text);

	end->kind = delivery_kind(end->address, text);
}

static void
failure(struct history_message *message, const char *text)
{
	fate(message, text)->kind = HISTORY_FAILED;
}

/* Our module's own line: "sekisho: id=... direction=... deliver=1". */
static void
judgement(struct history_message *message, const char *text)
{
	if (strstr(text, " action=defer") != NULL)
		message->refused = true;
	else
		message->judged = true;
}

static void
completion(struct history_message *message, const char *text)
{
	(void)text;
	message->completed = true;
}

static void
removal(struct history_message *message, const char *text)
{
	(void)text;
	message->removed = true;
}

static const struct {
	const char *sign;
	void (*read)(struct history_message *, const char *text);
} kinds[] = {
	{ "<= ", arrival },
	{ "=> ", delivery },
	{ "-> ", delivery },
	{ ">> ", delivery },
	{ "** ", failure },
	{ "sekisho: id=", judgement },
	{ "Completed", completion },
	{ "removed by ", removal },
};

bool
history_exim(struct history *history, const char *line)
{
	const char *begin = find_id(line), *text;
	char *id;
	size_t i;

	if (begin == NULL)
		return false;
	text = strchr(begin, ' ') + 1;
	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_prefix(text, kinds[i].sign))
			break;
	if (i == G_N_ELEMENTS(kinds))
		return false;
	id = g_strndup(begin, (gsize)(text - 1 - begin));
	kinds[i].read(history_message(history, id),
		text + strlen(kinds[i].sign));
	g_free(id);
	history->exim_lines++;
	return true;
}
