/*
 * history_dovecot.c - reads our plug-in's lines in Dovecot's log
 * (sekisho-dovecot(8), LOG).
 */
#include <string.h>

#include "history.h"

#define MARK ": sekisho: id="

/*
 * The value of the key in "word key=value key="value" ...", NULL: there is
 * none. Folders of users are among the values, so quotes count.
 */
static char *
value(const char *text, const char *key)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "= \"");

		if (text[len] == '=' && strlen(key) == len &&
		    strncmp(text, key, len) == 0)
			return g_strndup(text + len + 1,
				strcspn(text + len + 1, " "));
		text += len;
		if (*text == '"')
			text = history_skip_quoted(text);
		else if (*text != '\0')
			text++;
	}
	return NULL;
}

/*
 * What stands before the mark is Dovecot's own, unless a line of its login
 * service has the mark in a name that somebody tried.
 */
static const char *
find_mark(const char *line)
{
	const char *mark = strstr(line, MARK);
	const char *name = strstr(line, "user=<");

	return mark == NULL || (name != NULL && name < mark) ? NULL :
		mark + strlen(MARK);
}

/*
 * What has happened; NULL: nothing, as a refusal changes nothing. A message
 * that was there already has been filed by a try whose line may be missing.
 */
static char *
deed(const char *text)
{
	char *result = value(text, "result"), *action = NULL;

	if (g_strcmp0(result, "ok") == 0)
		action = value(text, "action");
	else if (g_strcmp0(result, "there-already") == 0)
		action = g_strdup(result);
	g_free(result);
	return action;
}

bool
history_dovecot(struct history *history, const char *line)
{
	const char *text = find_mark(line);
	struct history_act *act;
	char *id, *user, *action;

	if (text == NULL || *text == '-')
		return false;
	user = value(text, "user");
	action = deed(text);
	if (user == NULL || action == NULL) {
		g_free(user);
		g_free(action);
		return false;
	}
	act = g_new(struct history_act, 1);
	*act = (struct history_act){ .user = user, .action = action };
	id = g_strndup(text, strcspn(text, " "));
	g_ptr_array_add(history_message(history, id)->acts, act);
	g_free(id);
	history->dovecot_lines++;
	return true;
}
