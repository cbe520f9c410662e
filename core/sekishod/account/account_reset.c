/*
 * account_reset.c - a forgotten password (SPEC C5).
 *
 * The new password waits in the account, sealed with the token that only the
 * mail holds, until somebody who can read that mail makes it valid.
 */
#include <string.h>

#include "account_private.h"
#include "answer.h"
#include "log.h"

/* Our table of tries is of this host; the directory counts for all of them. */
static bool
has_failed_enough(const struct inquiry *inquiry, const struct account *account)
{
	unsigned int limit = inquiry->checkpoint->config->tries_per_address;
	time_t hour_ago = time(NULL) - 3600;
	size_t i, recent = 0;

	for (i = 0; i < account->failure_count; i++)
		recent += directory_time(account->failures[i]) > hour_ago;
	return limit > 0 && recent >= limit;
}

/*
 * Whoever asks learns nothing: neither whether there is an account, nor whether
 * he guessed the answer. 1 when it is he, 0, or -1.
 */
static int
reset_is_right(struct inquiry *inquiry, const struct account_form *form,
	struct account *account, struct sekisho_error *err)
{
	struct account_session session = account_session(inquiry);
	int known = directory_account_find(&session, form->mail, account,
		err);
	bool active, right;

	if (known < 0)
		return -1;
	active = known > 0 && account->status == ACCOUNT_ACTIVE &&
		!has_failed_enough(inquiry, account);
	right = answer_matches(inquiry->pool,
		active ? account->answer_hash : "", form->answer);
	if (right && strcmp(account->question, form->question) == 0)
		return 1;
	return active && directory_account_note_failure(&session, account,
		err) < 0 ? -1 : 0;
}

/* The mail did not leave: what waits for it goes too. */
static void
reset_undo(struct inquiry *inquiry, const struct account *account)
{
	struct account_session session = account_session(inquiry);
	struct sekisho_error err;

	if (directory_account_set_status(&session, account, ACCOUNT_ACTIVE,
	    &err) < 0)
		log_line(LOG_LEVEL_WARNING, "account=%s keeps a token that "
			"nobody was sent: %s", account->mail, err.text);
}

static void
reset(struct inquiry *inquiry)
{
	struct account_session session = account_session(inquiry);
	struct account account = { .mail = "" };
	struct account_letter letter;
	struct account_form form;
	struct sekisho_error err;
	int right;

	if (account_begin(inquiry, FORM_MAIL | FORM_QUESTION | FORM_PASSWORD,
	    &form) < 0)
		return;
	letter = (struct account_letter){ .template = "account-not-reset",
		.to = form.mail, .language = form.language,
		.client = form.client, .page = "forgot", .token = "" };
	right = reset_is_right(inquiry, &form, &account, &err);
	if (right > 0) {
		letter.template = "account-reset";
		letter.page = "reset";
		letter.token = account_give_token(inquiry, &account,
			ACCOUNT_RESET, form.password);
		right = directory_account_give_token(&session, &account, &err);
	}
	if (right < 0) {
		account_unavailable(inquiry, &err);
		return;
	}
	if (account_mail_send(inquiry, &letter, &err) == SUBMISSION_FAILED) {
		if (right > 0)
			reset_undo(inquiry, &account);
		account_unavailable(inquiry, &err);
		return;
	}
	account_log(form.mail, form.client, letter.template);
}

void
account_reset_request(struct inquiry *inquiry)
{
	reset(inquiry);
	account_end(inquiry);
}

void
account_reset_confirm(struct inquiry *inquiry)
{
	struct account_form form;
	struct account account;

	if (account_begin(inquiry, FORM_TOKEN, &form) == 0 &&
	    account_redeem(inquiry, &form, ACCOUNT_RESET, &account) == 0)
		account_tell(inquiry, &account, &form, "account-password");
}
