/*
 * action-log.c - the log lines of the quarantine, in Dovecot's log.
 */
#include "action-log.h"
#include "deed-count.h"
#include "log-line.h"

static void
add_if(string_t *line, const char *key, const char *value)
{
	if (value != NULL)
		log_line_add(line, key, value);
}

static void
write_line(struct mail_user *user, const struct action *action)
{
	struct sekisho_user *own = sekisho_user(user);
	string_t *line = t_str_new(256);

	log_line_add(line, "id", action->id != NULL && *action->id != '\0' ?
		action->id : "-");
	log_line_add(line, "user", own->address);
	add_if(line, "by", own->link ? "link" :
		own->administrator && !action->unattended ? "administrator" :
		own->domain_administrator);
	log_line_add(line, "action", action->name);
	add_if(line, "folder", action->folder);
	add_if(line, "server", action->server);
	add_if(line, "entry", action->entry);
	add_if(line, "approved", action->approved);
	add_if(line, "rescan", action->rescan);
	add_if(line, "class", action->virus != NULL ? "virus" : NULL);
	add_if(line, "virus", action->virus);
	log_line_add(line, "result",
		action->refusal == NULL ? "ok" : "refused");
	add_if(line, "text", action->refusal);
	e_info(user->event, "sekisho: %s", str_c(line));
	deed_count_add(own, action);
}

void
action_log(struct mail_user *user, const struct action *action)
{
	/* The lines of a thousand messages need no more memory than one. */
	T_BEGIN {
		write_line(user, action);
	} T_END;
}
