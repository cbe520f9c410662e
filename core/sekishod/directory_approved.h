/*
 * directory_approved.h - a user's list of approved senders (SPEC A1, A2, A6).
 *
 * user is a mail address. In every function err is set unless DONE, and texts
 * live in pool.
 */
#ifndef SEKISHO_DIRECTORY_APPROVED_H
#define SEKISHO_DIRECTORY_APPROVED_H

#include "directory.h"
#include "pool.h"

struct directory_approved {
	const char **entries;	/* as they are stored */
	size_t count;
	const char *token;	/* another one after every change */
};

enum directory_status directory_approved_list(struct directory *directory,
	const char *user, struct pool *pool, int64_t deadline,
	struct directory_approved *approved_r, struct sekisho_error *err);

/* Only the token, which costs less. */
enum directory_status directory_approved_token(struct directory *directory,
	const char *user, struct pool *pool, int64_t deadline,
	const char **token_r, struct sekisho_error *err);

/* What is to be changed, and what was. */
struct directory_edit {
	const char *user;
	const char *const *entries;	/* canonical: approved.h */
	size_t count;
	const char **changed;
	size_t changed_count;
	const char **stored;		/* after adding: each of ->entries as
					 * the list has it */
};

/*
 * Adds those that are not there yet, all of them or none: never more than
 * approved-max, whoever else adds at the same moment.
 */
enum directory_status directory_approved_add(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

/* Removes those that are there; an entry is also found as it is stored. */
enum directory_status directory_approved_remove(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

/*
 * An account that was given too many entries behind our back refuses every
 * change, in OpenLDAP even of its password. Takes away what is too much, the
 * last ones; ->changed is what went. edit->entries is not looked at.
 */
enum directory_status directory_approved_repair(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err);

#endif
