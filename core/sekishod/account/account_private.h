/*
 * account_private.h - what the verbs about accounts share.
 */
#ifndef SEKISHO_ACCOUNT_PRIVATE_H
#define SEKISHO_ACCOUNT_PRIVATE_H

#include "account.h"
#include "account_form.h"
#include "account_mail.h"
#include "directory_account_write.h"

/* What a token is for; its hash depends on it. */
#define ACCOUNT_ACTIVATE "activate"
#define ACCOUNT_RESET "reset"

/*
 * Begins a request on account.sock: reads the parts of the form, counts the
 * try, and asks the mail server whether it answers, since every verb ends with
 * a mail. Returns 0, or -1 with the answer set.
 */
int account_begin(struct inquiry *inquiry, unsigned int parts,
	struct account_form *form_r);

/*
 * Ends a request that must not tell what was the case: waits for the next whole
 * step of time, which hides what the same work does not make equal.
 */
void account_end(const struct inquiry *inquiry);

/* For the directory; valid as long as the inquiry. */
struct account_session account_session(const struct inquiry *inquiry);

/* True when the site's mail password is the account's too (SPEC C6). */
bool account_is_shared(const struct inquiry *inquiry);

/* Answers that something did not work, and that nothing was changed. */
void account_unavailable(struct inquiry *inquiry,
	const struct sekisho_error *err);

/* A new token for the account, in it as it is stored. Returns it, in pool. */
const char *account_give_token(struct inquiry *inquiry,
	struct account *account, const char *purpose, const char *password);

/*
 * Uses up the token of the form: the account that holds it becomes active, and
 * the password that was sealed with it becomes valid. Returns 0, or -1 with the
 * answer set and nothing changed.
 */
int account_redeem(struct inquiry *inquiry, const struct account_form *form,
	const char *purpose, struct account *account_r);

/* Writes what happened to an account into the log; client may be "". */
void account_log(const char *mail, const char *client, const char *event);

/*
 * Logs what was done to an account and sends its owner the mail about it; a
 * failure of that is only logged, as the thing is done. form is NULL when an
 * administrator did it.
 */
void account_tell(const struct inquiry *inquiry, const struct account *account,
	const struct account_form *form, const char *template);

#endif
