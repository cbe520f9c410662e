/*
 * action-log.c - the log lines of the quarantine, in Dovecot's log.
 */
#include "action-log.h"

#include <str.h>

/* Quotes what is empty or holds blanks, and what would break the line. */
static void
add(string_t *line, const char *key, const char *value)
{
	const char *p;
	bool plain = *value != '\0';

	for (p = value; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '"' || *p == '\\')
			plain = false;
	if (str_len(line) > 0)
		str_append_c(line, ' ');
	str_printfa(line, "%s=%s", key, plain ? value : "\"");
	for (p = value; !plain && *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			str_printfa(line, "\\x%02x", (unsigned char)*p);
		else if (*p == '"' || *p == '\\')
			str_printfa(line, "\\%c", *p);
		else
			str_append_c(line, *p);
	}
	if (!plain)
		str_append_c(line, '"');
}

static void
add_if(string_t *line, const char *key, const char *value)
{
	if (value != NULL)
		add(line, key, value);
}

void
action_log(struct mail_user *user, const struct action *action)
{
	struct sekisho_user *own = sekisho_user(user);
	string_t *line = t_str_new(256);

	add(line, "id", action->id != NULL && *action->id != '\0' ?
		action->id : "-");
	add(line, "user", own->address);
	add_if(line, "by", own->administrator ? "administrator" : NULL);
	add(line, "action", action->name);
	add_if(line, "folder", action->folder);
	add_if(line, "approved", action->approved);
	add_if(line, "rescan", action->rescan);
	add(line, "result", action->refusal == NULL ? "ok" : "refused");
	add_if(line, "text", action->refusal);
	e_info(user->event, "sekisho: %s", str_c(line));
}
