/*
 * action-log.h - one line for each thing that happened to a held message or to
 * a list of senders (SPEC O1): "key=value", the Exim message id first.
 */
#ifndef SEKISHO_ACTION_LOG_H
#define SEKISHO_ACTION_LOG_H

#include "sekisho-plugin.h"

/* NULL means: has none. */
struct action {
	const char *id;		/* of the held message */
	const char *name;	/* "deliver", "delete", ... */
	const char *folder;	/* where it went ... */
	const char *server;	/* ... or to which mail server */
	const char *entry;	/* of a list of senders */
	const char *approved;	/* the sender that was approved with it */
	const char *rescan;	/* what the scanner said */
	const char *virus;	/* for which it is held from now on */
	const char *refusal;	/* why not; NULL: it was done */
	bool unattended;	/* by a timer, not by a person */
};

void action_log(struct mail_user *user, const struct action *action);

#endif
