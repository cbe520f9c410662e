/*
 * history_dovecot.c - reads our plug-in's lines in Dovecot's log
 * (sekisho-dovecot(8), LOG).
 */
#include <string.h>

#include "history.h"
#include "logline.h"

/*
 * What has happened; NULL: nothing, as a refusal changes nothing. A message
 * that was there already has been filed by a try whose line may be missing. A
 * mail to outside is another one than that for its keeper himself.
 */
static char *
deed(const char *text)
{
	char *result = logline_value(text, "result"), *action = NULL;

	if (g_strcmp0(result, "ok") == 0 && logline_find(text, "outside") !=
	    NULL)
		action = g_strdup("hold-outside");
	else if (g_strcmp0(result, "ok") == 0)
		action = logline_value(text, "action");
	else if (g_strcmp0(result, "there-already") == 0)
		action = g_strdup(result);
	g_free(result);
	return action;
}

bool
history_dovecot(struct history *history, const char *line)
{
	struct history_act *act;
	struct logline found;
	char *id, *user, *action;

	if (!logline_dovecot(line, &found))
		return false;
	user = logline_value(found.text, "user");
	action = deed(found.text);
	if (user == NULL || action == NULL) {
		g_free(user);
		g_free(action);
		return false;
	}
	act = g_new(struct history_act, 1);
	*act = (struct history_act){ .user = user, .action = action };
	id = g_strndup(found.id, found.id_len);
	g_ptr_array_add(history_message(history, id)->acts, act);
	g_free(id);
	history->dovecot_lines++;
	return true;
}
