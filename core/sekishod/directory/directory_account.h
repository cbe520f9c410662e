/*
 * directory_account.h - accounts in the directory (SPEC C1 to C8).
 *
 * An account is an entry of class sekishoAccount: that of a person, which the
 * site had before, or one of its own below account-base. Its password is
 * userPassword.
 *
 * Every function returns 1 when it is so or was done, 0 when not, and -1 with
 * err set when the directory is unavailable.
 */
#ifndef SEKISHO_DIRECTORY_ACCOUNT_H
#define SEKISHO_DIRECTORY_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "directory.h"
#include "pool.h"

enum account_status {
	ACCOUNT_NONE,		/* an entry, but no account: a person's */
	ACCOUNT_PENDING,
	ACCOUNT_ACTIVE,
	ACCOUNT_LOCKED
};

/* Texts are never NULL; "" means that there is none. */
struct account {
	const char *dn;
	const char *mail;
	enum account_status status;
	const char *family_name;
	const char *given_name;
	const char *language;		/* "ja", "en" or "" */
	const char *question;
	const char *answer_hash;
	const char *token_hash;
	const char *token_purpose;
	time_t token_expires;
	const char *pending_password;	/* sealed with the token */
	const char *password_changed;	/* "20261124080000Z" */
	const char *const *failures;	/* the same: wrong answers */
	size_t failure_count;
};

struct account_list {
	struct account *accounts;
	size_t count;
};

/* Who asks, until when, and whose memory is used. */
struct account_session {
	struct directory *directory;
	const char *account_base;
	struct pool *pool;
	int64_t deadline;
};

/* "pending" and so on; "" for ACCOUNT_NONE. */
const char *account_status_name(enum account_status status);

/* The moment of a time as it is in an account; 0 for what is none. */
time_t directory_time(const char *text);

/* The account of an address. */
int directory_account_find(const struct account_session *session,
	const char *address, struct account *account_r,
	struct sekisho_error *err);

/* The entry of the person who has that address, without an account yet. */
int directory_account_find_person(const struct account_session *session,
	const char *address, struct account *account_r,
	struct sekisho_error *err);

/* The account that holds the hash of a token. */
int directory_account_find_token(const struct account_session *session,
	const char *token_hash, struct account *account_r,
	struct sekisho_error *err);

/* All accounts; with a status, those that have it. */
int directory_account_list(const struct account_session *session,
	enum account_status status, struct account_list *list_r,
	struct sekisho_error *err);

#endif
