/*
 * history_exim.c - reads lines of Exim's main log.
 *
 * What a stranger wrote stands behind the id and the sign of a line, so it
 * cannot pass for one.
 */
#include <string.h>

#include "history.h"
#include "logline.h"

/* "<= sender H=... T="subject" for recipient recipient" */
static void
arrival(struct history_message *message, const char *text)
{
	char **list, **one;

	message->accepted = true;
	if (message->recipients != NULL)
		return;
	list = logline_recipients(text);
	if (list == NULL)
		return;
	message->recipients = g_ptr_array_new_with_free_func(g_free);
	for (one = list; *one != NULL; one++)
		g_ptr_array_add(message->recipients, *one);
	g_free(list);
}

static enum history_fate_kind
delivery_kind(const struct logline_delivery *delivery)
{
	if (strcmp(delivery->router, "sekisho_hold_for_administrators") == 0)
		return HISTORY_HELD_OUTSIDE;
	if (strcmp(delivery->transport, "sekisho_hold") == 0)
		return HISTORY_HELD;
	if (strcmp(delivery->address, ":blackhole:") == 0 &&
	    strcmp(delivery->router, "sekisho_delete") == 0)
		return HISTORY_DELETED;
	return HISTORY_DELIVERED;
}

static void
add_fate(struct history_message *message, const char *text, bool failed)
{
	struct history_fate *fate = g_new0(struct history_fate, 1);
	struct logline_delivery delivery;

	logline_delivery_read(text, &delivery);
	fate->kind = failed ? HISTORY_FAILED : delivery_kind(&delivery);
	fate->address = g_strdup(delivery.address);
	fate->recipient = g_strdup(delivery.recipient);
	g_ptr_array_add(message->fates, fate);
	logline_delivery_free(&delivery);
}

static void
delivery(struct history_message *message, const char *text)
{
	add_fate(message, text, false);
}

static void
failure(struct history_message *message, const char *text)
{
	add_fate(message, text, true);
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
	struct logline found;
	char *id;
	size_t i;

	if (!logline_exim(line, &found))
		return false;
	for (i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (g_str_has_prefix(found.text, kinds[i].sign))
			break;
	if (i == G_N_ELEMENTS(kinds))
		return false;
	id = g_strndup(found.id, found.id_len);
	kinds[i].read(history_message(history, id),
		found.text + strlen(kinds[i].sign));
	g_free(id);
	history->exim_lines++;
	return true;
}
