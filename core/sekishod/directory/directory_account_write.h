/*
 * directory_account_write.h - changes of accounts, each in one step of the
 * directory that is done as a whole or not at all.
 *
 * They return 1 when it was done, 0 when the account is not (any more) as the
 * change expects it, -1 with err set when the directory is unavailable.
 */
#ifndef SEKISHO_DIRECTORY_ACCOUNT_WRITE_H
#define SEKISHO_DIRECTORY_ACCOUNT_WRITE_H

#include "directory_account.h"

/* A new entry below account-base, of all that is not "" but ->dn. */
int directory_account_add(const struct account_session *session,
	const struct account *account, struct sekisho_error *err);

/*
 * Writes all that is not "" into the entry ->dn, which becomes an account if it
 * was none. Expects that status.
 */
int directory_account_renew(const struct account_session *session,
	const struct account *account, enum account_status expected,
	struct sekisho_error *err);

/* Writes the token. Expects ->status. */
int directory_account_give_token(const struct account_session *session,
	const struct account *account, struct sekisho_error *err);

/*
 * Uses up the token: takes it away, with what was sealed, and sets the status.
 * Expects the token, still valid, and ->status.
 */
int directory_account_claim(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err);

/* Takes that back. Expects the status that was set. */
int directory_account_unclaim(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err);

/* Sets the status and drops any token. Expects ->status. */
int directory_account_set_status(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err);

/* Notes a wrong answer. Keeps the last ten. */
int directory_account_note_failure(const struct account_session *session,
	const struct account *account, struct sekisho_error *err);

/*
 * Has the server hash and set the password (RFC 3062). 0 with err set: its
 * password policy refuses it.
 */
int directory_account_set_password(const struct account_session *session,
	const struct account *account, const char *password,
	struct sekisho_error *err);

/* 1 when that is the password. Asked on a connection of its own. */
int directory_account_login(const struct account_session *session,
	const struct account *account, const char *password,
	struct sekisho_error *err);

/*
 * Deletes an entry below account-base; of any other entry only the class and
 * all that came with it. Expects ->status.
 */
int directory_account_remove(const struct account_session *session,
	const struct account *account, struct sekisho_error *err);

#endif
