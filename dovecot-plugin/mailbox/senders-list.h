/*
 * senders-list.h - a user's lists of senders (SPEC A1), as sekishod keeps them
 * in the directory. Texts are on the data stack.
 */
#ifndef SEKISHO_SENDERS_LIST_H
#define SEKISHO_SENDERS_LIST_H

#include "control.h"

enum senders {
	SENDERS_APPROVED,
	SENDERS_BLOCKED,
};

/* "approved", "blocked". */
const char *senders_word(enum senders which);

struct senders_list {
	enum senders which;
	const char *const *entries;	/* user01@example.com, *@example.com */
	unsigned int count;
	const char *token;		/* another one after every change */
};

/*
 * Reads the list that list_r->which names. A user without an active account has
 * no entries, and "" is the token of that. Return 0, or -1 when nobody could
 * say.
 */
int senders_list_read(const struct sekisho_user *user,
	struct senders_list *list_r);
int senders_list_token(const struct sekisho_user *user, enum senders which,
	const char **token_r);

/* What is to be added to a list, or removed from it. */
struct senders_edit {
	enum senders which;
	const char *const *entries;
	unsigned int count;
	bool held;	/* a mail that stays where it is if this is refused */
};

/*
 * Adds entries, all of them or none; *stored_r gets each as the list has it,
 * edit->count of them. Returns 0, also when they were there, or -1.
 */
int senders_list_add(const struct sekisho_user *user,
	const struct senders_edit *edit, const char *const **stored_r,
	struct control_refusal *refusal_r);

/* Removes entries. Returns 0, also when they were not there, or -1. */
int senders_list_remove(const struct sekisho_user *user,
	const struct senders_edit *edit, struct control_refusal *refusal_r);

#endif
