/*
 * history.c - the messages that the logs tell of.
 */
#include "history.h"

static void
fate_free(gpointer data)
{
	struct history_fate *fate = data;

	g_free(fate->recipient);
	g_free(fate->address);
	g_free(fate);
}

static void
act_free(gpointer data)
{
	struct history_act *act = data;

	g_free(act->user);
	g_free(act->action);
	g_free(act);
}

static void
message_free(gpointer data)
{
	struct history_message *message = data;

	g_free(message->id);
	if (message->recipients != NULL)
		g_ptr_array_unref(message->recipients);
	g_ptr_array_unref(message->fates);
	g_ptr_array_unref(message->acts);
	g_free(message);
}

void
history_init(struct history *history)
{
	*history = (struct history){
		.messages = g_hash_table_new_full(g_str_hash, g_str_equal,
			NULL, message_free),
	};
}

void
history_free(struct history *history)
{
	g_hash_table_unref(history->messages);
}

struct history_message *
history_message(struct history *history, const char *id)
{
	struct history_message *message =
		g_hash_table_lookup(history->messages, id);

	if (message != NULL)
		return message;
	message = g_new0(struct history_message, 1);
	message->id = g_strdup(id);
	message->fates = g_ptr_array_new_with_free_func(fate_free);
	message->acts = g_ptr_array_new_with_free_func(act_free);
	g_hash_table_insert(history->messages, message->id, message);
	return message;
}
