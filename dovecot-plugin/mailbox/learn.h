/*
 * learn.h - mail from which the site's spam filter may learn: what a user
 * releases is ham, what he moves to \Junk is spam. Never what is held for a
 * virus.
 *
 * Nobody waits for the filter: a copy lies in a folder of files beside the
 * user's quarantine until `doveadm sekisho learn` takes it (learn-job.h). When
 * there is no room, or anything fails, nothing is learned.
 */
#ifndef SEKISHO_LEARN_H
#define SEKISHO_LEARN_H

#include "sekisho-plugin.h"
#include "learn-job.h"

#include <istream.h>

/*
 * Copies a message, which is left at its start, into a file that no learner
 * sees yet. Returns its path, from the default pool, or NULL when the message
 * is not to be learned.
 */
char *learn_prepare(struct mail_user *user, enum learn_class class,
	struct istream *message);

/* The user's command is done: a learner may have it. Sets it to NULL. */
void learn_commit(char **path);

/* It is not, so nobody learns. NULL is allowed, and set. */
void learn_forget(char **path);

/* Is it the folder for spam? */
bool learn_is_junk(struct mailbox *box);

/*
 * May the filter learn from a message that goes from one folder to another?
 * Not from held mail, which has functions of its own.
 */
bool learn_wants(struct mailbox *from, struct mailbox *to,
	enum learn_class *class_r);

#endif
