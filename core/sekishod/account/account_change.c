/*
 * account_change.c - a new password for one who knows the old one (SPEC C4).
 */
#include "account_private.h"
#include "answer.h"

/* 1 when the old password is his, 0, or -1. */
static int
change_is_right(struct inquiry *inquiry, const struct account_form *form,
	struct account *account, struct sekisho_error *err)
{
	struct account_session session = account_session(inquiry);
	int known = directory_account_find(&session, form->mail, account,
		err);

	if (known < 0)
		return -1;
	if (known > 0 && account->status == ACCOUNT_ACTIVE)
		return directory_account_login(&session, account,
			form->old_password, err);
	/* As long as if a password were compared. */
	answer_matches(inquiry->pool, "", form->old_password);
	return 0;
}

static void
change(struct inquiry *inquiry)
{
	struct account_session session = account_session(inquiry);
	struct account_form form;
	struct account account;
	struct sekisho_error err;
	int result;

	if (account_begin(inquiry, FORM_MAIL | FORM_OLD_PASSWORD |
	    FORM_PASSWORD, &form) < 0)
		return;
	result = change_is_right(inquiry, &form, &account, &err);
	if (result == 0) {
		account_log(form.mail, form.client, "password-not-changed");
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "old-password",
			"no active account has this address and this "
			"password");
		return;
	}
	if (result > 0)
		result = directory_account_set_password(&session, &account,
			form.password, &err);
	if (result < 0) {
		account_unavailable(inquiry, &err);
	} else if (result == 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "password", "%s",
			err.text);
		inquiry_add(inquiry, "password", "refused");
	} else {
		account_tell(inquiry, &account, &form, "account-password");
	}
}

void
account_change(struct inquiry *inquiry)
{
	change(inquiry);
	account_end(inquiry);
}
