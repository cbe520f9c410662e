/*
 * account_admin.c - what administrators do with accounts (SPEC C5, C8, Q12).
 *
 * They may do it with LDAP tools as well; here the owner is told by mail, and
 * no step is forgotten.
 */
#include <string.h>

#include "account_private.h"
#include "token.h"

/* The account of "user". Returns 0, or -1 with the answer set. */
static int
admin_find(struct inquiry *inquiry, struct account *account)
{
	struct account_session session = account_session(inquiry);
	const char *user = inquiry_get(inquiry, "user");
	struct sekisho_error err;
	int known = directory_account_find(&session, user, account, &err);

	if (known > 0)
		return 0;
	if (known < 0)
		account_unavailable(inquiry, &err);
	else
		inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "user",
			"%s has no account", user);
	return -1;
}

/* Between our search and our change somebody else was there. */
static void
admin_answer(struct inquiry *inquiry, int result,
	const struct sekisho_error *err)
{
	if (result < 0)
		account_unavailable(inquiry, err);
	else if (result == 0)
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "user",
			"%s is being changed by somebody else; try again",
			inquiry_get(inquiry, "user"));
}

static void
add_account(struct inquiry *inquiry, const struct account *account)
{
	inquiry_add(inquiry, "mail", account->mail);
	inquiry_add(inquiry, "status", account_status_name(account->status));
	inquiry_add(inquiry, "family-name", account->family_name);
	inquiry_add(inquiry, "given-name", account->given_name);
}

void
account_admin_list(struct inquiry *inquiry)
{
	const size_t most = SEKISHO_FIELDS_MAX / 4;
	struct account_session session = account_session(inquiry);
	enum account_status status = ACCOUNT_NONE;
	const char *wanted = inquiry_get(inquiry, "status");
	struct account_list list;
	struct sekisho_error err;
	size_t i;

	while (status <= ACCOUNT_LOCKED &&
	    strcmp(account_status_name(status), wanted) != 0)
		status++;
	if (status > ACCOUNT_LOCKED) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "status",
			"\"%s\" is not pending, active or locked", wanted);
		return;
	}
	if (directory_account_list(&session, status, &list, &err) < 0) {
		account_unavailable(inquiry, &err);
		return;
	}
	for (i = 0; i < list.count && i < most; i++)
		add_account(inquiry, &list.accounts[i]);
	if (list.count > most)
		inquiry_fail(inquiry, SEKISHO_STATUS_LIMIT, "", "%zu accounts "
			"are more than an answer can hold, these are the first "
			"%zu; use ldapsearch(1)", list.count, most);
}

void
account_admin_show(struct inquiry *inquiry)
{
	struct account account;
	char expires[64] = "";
	struct tm tm;

	if (admin_find(inquiry, &account) < 0)
		return;
	add_account(inquiry, &account);
	inquiry_add(inquiry, "language", account.language);
	inquiry_add(inquiry, "question", account.question);
	if (*account.token_hash != '\0') {
		if (gmtime_r(&account.token_expires, &tm) != NULL)
			strftime(expires, sizeof(expires), "%FT%TZ", &tm);
		inquiry_add(inquiry, "token", account.token_purpose);
		inquiry_add(inquiry, "token-expires", expires);
	}
	inquiry_add(inquiry, "password-changed", account.password_changed);
	inquiry_add(inquiry, "wrong-answers", pool_printf(inquiry->pool, "%zu",
		account.failure_count));
	inquiry_add(inquiry, "dn", account.dn);
}

/*
 * The password that the administrator gave, or a new one that he is told. NULL
 * with the answer set when it cannot be one.
 */
static const char *
admin_password(struct inquiry *inquiry)
{
	const char *password = inquiry_get(inquiry, "password");
	char token[TOKEN_SIZE];
	const char *reason;

	if (*password == '\0') {
		token_new(token);
		return pool_strndup(inquiry->pool, token, 16);
	}
	reason = account_form_password_reason(inquiry->pool, password);
	if (reason == NULL)
		return password;
	inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "password",
		"password: %s", reason);
	inquiry_add(inquiry, "password", reason);
	return NULL;
}

/* Sets it, and says which one it is when we made it. 0 or -1. */
static int
admin_set_password(struct inquiry *inquiry, const struct account *account,
	const char *password)
{
	struct account_session session = account_session(inquiry);
	struct sekisho_error err;
	int result = directory_account_set_password(&session, account,
		password, &err);

	if (result < 0) {
		account_unavailable(inquiry, &err);
	} else if (result == 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "password",
			"%s", err.text);
		inquiry_add(inquiry, "password", "refused");
	} else if (*inquiry_get(inquiry, "password") == '\0') {
		inquiry_add(inquiry, "password", password);
	}
	return result > 0 ? 0 : -1;
}

/* The person's entry becomes an account; its password stays. */
static int
create_shared(struct inquiry *inquiry, struct account *account,
	struct sekisho_error *err)
{
	struct account_session session = account_session(inquiry);
	struct account found;
	int known = directory_account_find_person(&session, account->mail,
		&found, err);

	if (known < 0)
		return -1;
	if (known == 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "user",
			"no person in the directory has the mail %s, and the "
			"password of accounts is the person's",
			account->mail);
		return 0;
	}
	account->dn = found.dn;
	account->family_name = "";
	if (*found.language != '\0')
		account->language = "";
	return directory_account_renew(&session, account, ACCOUNT_NONE, err);
}

/* With its password, or not at all. */
static int
create_separate(struct inquiry *inquiry, struct account *account,
	const char *password, struct sekisho_error *err)
{
	struct account_session session = account_session(inquiry);
	struct sekisho_error undo;
	int result = directory_account_add(&session, account, err);

	if (result > 0)
		result = directory_account_find(&session, account->mail,
			account, err);
	if (result > 0 && admin_set_password(inquiry, account, password) < 0) {
		directory_account_remove(&session, account, &undo);
		return 0;
	}
	return result;
}

void
account_admin_create(struct inquiry *inquiry)
{
	bool shared = account_is_shared(inquiry);
	struct account account = { .dn = "", .status = ACCOUNT_ACTIVE,
		.question = "", .answer_hash = "", .token_hash = "",
		.pending_password = "" };
	struct account_session session = account_session(inquiry);
	const char *password = shared ? "" : admin_password(inquiry);
	struct sekisho_error err;
	struct account known;
	int result;

	account.mail = account_form_address(inquiry, "user");
	account.family_name = shared ? "" :
		account_form_text(inquiry, "family-name");
	account.given_name = shared ? "" :
		account_form_text(inquiry, "given-name");
	account.language = account_form_language(inquiry);
	if (inquiry->answer.status != SEKISHO_STATUS_OK)
		return;
	if (!shared && *session.account_base == '\0') {
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"account-base is not set");
		return;
	}
	result = directory_account_find(&session, account.mail, &known, &err);
	if (result > 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_EXISTS, "user",
			"%s has an account, which is %s", account.mail,
			account_status_name(known.status));
		return;
	}
	if (result == 0)
		result = shared ? create_shared(inquiry, &account, &err) :
			create_separate(inquiry, &account, password, &err);
	if (inquiry->answer.status != SEKISHO_STATUS_OK)
		return;
	if (result > 0)
		account_tell(inquiry, &account, NULL, "account-created");
	else
		admin_answer(inquiry, result, &err);
}

/* The owner is told with the template. */
static void
set_status(struct inquiry *inquiry, const struct account *account,
	enum account_status status, const char *template)
{
	struct account_session session = account_session(inquiry);
	struct sekisho_error err;
	int result = directory_account_set_status(&session, account, status,
		&err);

	if (result > 0)
		account_tell(inquiry, account, NULL, template);
	else
		admin_answer(inquiry, result, &err);
}

static bool
has_status(struct inquiry *inquiry, const struct account *account,
	enum account_status status)
{
	if (account->status == status)
		return true;
	inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "user", "%s is %s, not "
		"%s", account->mail, account_status_name(account->status),
		account_status_name(status));
	return false;
}

/* A password that was registered is sealed with a token that we do not have. */
void
account_admin_activate(struct inquiry *inquiry)
{
	struct account account;
	const char *password;

	if (admin_find(inquiry, &account) < 0 ||
	    !has_status(inquiry, &account, ACCOUNT_PENDING))
		return;
	if (*account.pending_password != '\0') {
		password = admin_password(inquiry);
		if (password == NULL ||
		    admin_set_password(inquiry, &account, password) < 0)
			return;
	}
	set_status(inquiry, &account, ACCOUNT_ACTIVE, "account-created");
}

void
account_admin_lock(struct inquiry *inquiry)
{
	struct account account;

	if (admin_find(inquiry, &account) < 0)
		return;
	if (account.status == ACCOUNT_LOCKED)
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "user",
			"%s is locked already", account.mail);
	else
		set_status(inquiry, &account, ACCOUNT_LOCKED,
			"account-locked");
}

void
account_admin_unlock(struct inquiry *inquiry)
{
	struct account account;

	if (admin_find(inquiry, &account) == 0 &&
	    has_status(inquiry, &account, ACCOUNT_LOCKED))
		set_status(inquiry, &account, ACCOUNT_ACTIVE,
			"account-unlocked");
}

void
account_admin_reset(struct inquiry *inquiry)
{
	const char *password = admin_password(inquiry);
	struct account account;

	if (password != NULL && admin_find(inquiry, &account) == 0 &&
	    admin_set_password(inquiry, &account, password) == 0)
		account_tell(inquiry, &account, NULL, "account-password-set");
}

void
account_admin_delete(struct inquiry *inquiry)
{
	struct account_session session = account_session(inquiry);
	struct account account;
	struct sekisho_error err;
	int result;

	if (admin_find(inquiry, &account) < 0)
		return;
	result = directory_account_remove(&session, &account, &err);
	if (result > 0)
		account_tell(inquiry, &account, NULL, "account-deleted");
	else
		admin_answer(inquiry, result, &err);
}
