/*
 * account_register.c - register, and activate that (SPEC C1, C2).
 *
 * What a stranger registers waits as a pending account, with the password
 * sealed by the token of the mail. With "separate" passwords it is an entry of
 * its own; with "shared" ones it is the entry of the person, who proves with
 * the mail password that it is he.
 */
#include <string.h>

#include "account_private.h"
#include "answer.h"
#include "log.h"

#define ROUNDS 5

struct registration {
	struct inquiry *inquiry;
	struct account_session session;
	struct account_form form;
	struct account account;		/* as it shall be */
	enum account_status before;	/* of the entry; NONE: it is new */
	struct account_letter letter;
};

static void
letter_set(struct registration *registration, const char *template,
	const char *page, const char *token)
{
	registration->letter.template = template;
	registration->letter.page = page;
	registration->letter.token = token;
}

static bool
is_activating(const struct registration *registration)
{
	return strcmp(registration->letter.template, "account-activate") == 0;
}

/* There is an account already: that is all the owner is told. */
static bool
is_taken(struct registration *registration, const struct account *found)
{
	if (found->status == ACCOUNT_PENDING)
		return false;
	letter_set(registration, "account-known", "forgot", "");
	return true;
}

static int
write_account(struct registration *registration, const struct account *found,
	struct sekisho_error *err)
{
	struct account *account = &registration->account;

	if (found == NULL)
		return directory_account_add(&registration->session, account,
			err);
	account->dn = found->dn;
	return directory_account_renew(&registration->session, account,
		found->status, err);
}

/*
 * One who registers the same address at the same moment makes it exist, or
 * pending, between the search and the write: so the search comes again.
 */
static int
register_separate(struct registration *registration, struct sekisho_error *err)
{
	struct account found;
	int known, written = 0, rounds = 0;

	letter_set(registration, "account-activate", "activate",
		account_give_token(registration->inquiry,
		&registration->account, ACCOUNT_ACTIVATE,
		registration->form.password));
	while (written == 0 && rounds++ < ROUNDS) {
		known = directory_account_find(&registration->session,
			registration->form.mail, &found, err);
		if (known < 0)
			return -1;
		if (known > 0 && is_taken(registration, &found))
			return 0;
		registration->before = known > 0 ? found.status :
			ACCOUNT_NONE;
		written = write_account(registration,
			known > 0 ? &found : NULL, err);
	}
	return written > 0 ? 0 : -1;
}

/* The person's entry, or the pending account that it has become. */
static int
find_person(struct registration *registration, struct account *found,
	struct sekisho_error *err)
{
	int known = directory_account_find(&registration->session,
		registration->form.mail, found, err);

	if (known == 0)
		known = directory_account_find_person(&registration->session,
			registration->form.mail, found, err);
	return known;
}

/* Names and password are the site's: they are not touched. */
static int
register_shared(struct registration *registration, struct sekisho_error *err)
{
	struct account *account = &registration->account, found;
	const char *password = registration->form.password;
	int known = find_person(registration, &found, err), right;

	if (known < 0)
		return -1;
	if (known == 0 || (found.status != ACCOUNT_NONE &&
	    is_taken(registration, &found))) {
		/* As long as if a password were compared. */
		answer_matches(registration->session.pool, "", password);
		return 0;
	}
	right = directory_account_login(&registration->session, &found,
		password, err);
	if (right <= 0)
		return right;
	letter_set(registration, "account-activate", "activate",
		account_give_token(registration->inquiry, account,
		ACCOUNT_ACTIVATE, ""));
	registration->before = found.status;
	account->family_name = "";
	if (*found.language != '\0')
		account->language = "";
	return write_account(registration, &found, err) > 0 ? 0 : -1;
}

/* A mail that did not leave leaves nothing behind that could be activated. */
static void
register_undo(struct registration *registration)
{
	const struct account_session *session = &registration->session;
	struct sekisho_error err = { "" };
	struct account found;
	int result;

	if (!is_activating(registration))
		return;
	result = directory_account_find_token(session,
		registration->account.token_hash, &found, &err);
	if (result > 0)
		result = registration->before == ACCOUNT_NONE ?
			directory_account_remove(session, &found, &err) :
			directory_account_set_status(session, &found,
			ACCOUNT_PENDING, &err);
	if (result < 0)
		log_line(LOG_LEVEL_WARNING, "account=%s stays pending: %s",
			registration->form.mail, err.text);
}

static void
register_finish(struct registration *registration)
{
	struct sekisho_error err;

	switch (account_mail_send(registration->inquiry,
	    &registration->letter, &err)) {
	case SUBMISSION_DONE:
		account_log(registration->form.mail,
			registration->form.client,
			registration->letter.template);
		break;
	case SUBMISSION_REFUSED:
		/* Whoever can send mail here knows which mailboxes exist. */
		log_line(LOG_LEVEL_INFO, "register: %s", err.text);
		register_undo(registration);
		break;
	case SUBMISSION_FAILED:
		register_undo(registration);
		account_unavailable(registration->inquiry, &err);
		break;
	}
}

static void
register_account(struct inquiry *inquiry)
{
	struct registration registration = { .inquiry = inquiry };
	struct account_form *form = &registration.form;
	struct sekisho_error err;
	const char *hash;
	int result = -1;

	if (account_begin(inquiry, FORM_NAMES | FORM_MAIL | FORM_MAIL_AGAIN |
	    FORM_PASSWORD | FORM_QUESTION, form) < 0)
		return;
	registration.session = account_session(inquiry);
	registration.letter = (struct account_letter){
		.template = "account-not-registered", .to = form->mail,
		.language = form->language, .client = form->client,
		.page = "register", .token = "",
	};
	hash = answer_hash(inquiry->pool, form->answer, &err);
	registration.account = (struct account){
		.dn = "", .mail = form->mail, .status = ACCOUNT_PENDING,
		.family_name = form->family_name,
		.given_name = form->given_name, .language = form->language,
		.question = form->question, .answer_hash = hash,
	};
	if (hash != NULL)
		result = account_is_shared(inquiry) ?
			register_shared(&registration, &err) :
			register_separate(&registration, &err);
	if (result < 0)
		account_unavailable(inquiry, &err);
	else
		register_finish(&registration);
}

void
account_register(struct inquiry *inquiry)
{
	register_account(inquiry);
	account_end(inquiry);
}

void
account_activate(struct inquiry *inquiry)
{
	struct account_form form;
	struct account account;

	if (account_begin(inquiry, FORM_TOKEN, &form) == 0 &&
	    account_redeem(inquiry, &form, ACCOUNT_ACTIVATE, &account) == 0)
		account_tell(inquiry, &account, &form, "account-activated");
}
