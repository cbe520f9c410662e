/*
 * directory_senders.h - a user's lists of senders (SPEC A1, A2, A6).
 *
 * user is a mail address. In every function err is set unless DONE, and texts
 * live in pool.
 */
#ifndef SEKISHO_DIRECTORY_SENDERS_H
#define SEKISHO_DIRECTORY_SENDERS_H

#include "directory.h"
#include "pool.h"
#include "senders.h"

struct directory_senders {
	enum senders_list which;
	const char **entries;	/* as they are stored */
	size_t count;
	const char *token;	/* another one after every change */
};

/* The list that list_r->which names. */
enum directory_status directory_senders_list(struct directory *directory,
	const char *user, struct pool *pool, int64_t deadline,
	struct directory_senders *list_r, struct sekisho_error *err);

/* Only the token, which costs less; both lists have the same one. */
enum directory_status directory_senders_token(struct directory *directory,
	const char *user, struct pool *pool, int64_t deadline,
	const char **token_r, struct sekisho_error *err);

/* What is to be changed, and what was. */
struct directory_edit {
	const char *user;
	enum senders_list which;
	const char *const *entries;	/* canonical: senders.h */
	size_t count;
	const char **changed;
	size_t changed_count;
	const char **stored;		/* after adding: each of ->entries as
					 * the list has it */
	const char **moved;		/* after adding: what the other list
					 * had of it, and has no more */
	size_t moved_count;
};

/*
 * Adds those that are not there yet, all of them or none: never more than
 * approved-max, whoever else adds at the same moment. The latest wish counts:
 * the other list loses equal entries in the same change.
 */
enum directory_status directory_senders_add(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

/* Removes those that are there; an entry is also found as it is stored. */
enum directory_status directory_senders_remove(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

/*
 * An account that was given too many entries behind our back refuses every
 * change, in OpenLDAP even of its password. Takes away what is too much, the
 * last ones; ->changed is what went. edit->entries is not looked at.
 */
enum directory_status directory_senders_repair(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

#endif
