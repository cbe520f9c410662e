/*
 * approved-list.h - a user's approved senders (SPEC A1), as sekishod keeps them
 * in the directory. Texts are on the data stack.
 */
#ifndef SEKISHO_APPROVED_LIST_H
#define SEKISHO_APPROVED_LIST_H

#include "control.h"

struct approved_list {
	const char *const *entries;	/* user01@example.com, *@example.com */
	unsigned int count;
	const char *token;		/* another one after every change */
};

/*
 * A user without an active account has no entries, and "" is the token of that.
 * Return 0, or -1 when nobody could say.
 */
int approved_list_read(const struct sekisho_user *user,
	struct approved_list *list_r);
int approved_list_token(const struct sekisho_user *user,
	const char **token_r);

/*
 * Adds entries, all of them or none; *stored_r gets each as the list has it,
 * count of them, and may be NULL. Returns 0, also when they were there, or -1.
 * The refusal speaks of a mail that stays where it is if held.
 */
int approved_list_add(const struct sekisho_user *user,
	const char *const *entries, unsigned int count, bool held,
	const char *const **stored_r, struct control_refusal *refusal_r);

/* Removes entries. Returns 0, also when they were not there, or -1. */
int approved_list_remove(const struct sekisho_user *user,
	const char *const *entries, unsigned int count,
	struct control_refusal *refusal_r);

#endif
