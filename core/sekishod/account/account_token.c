/*
 * account_token.c - tokens of accounts: given, and used up exactly once
 * (SPEC C2, C5, C7).
 */
#include <string.h>

#include "account_private.h"
#include "log.h"
#include "token.h"

#define TOKEN_SECONDS (24 * 3600)

const char *
account_give_token(struct inquiry *inquiry, struct account *account,
	const char *purpose, const char *password)
{
	char *token = pool_alloc(inquiry->pool, TOKEN_SIZE);
	char *hash = pool_alloc(inquiry->pool, TOKEN_HASH_SIZE);

	token_new(token);
	token_hash(purpose, token, hash);
	account->token_hash = hash;
	account->token_purpose = purpose;
	account->token_expires = time(NULL) + TOKEN_SECONDS;
	account->pending_password = *password == '\0' ? "" :
		token_seal(inquiry->pool, token, password);
	return token;
}

static int
no_token(struct inquiry *inquiry)
{
	inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "token",
		"unknown, used, or older than 24 hours");
	return -1;
}

/*
 * The password becomes valid only after the token was claimed, so that a second
 * use, however late, can set nothing. When it cannot be set, the token is given
 * back.
 */
static int
set_password(struct inquiry *inquiry, const struct account *account,
	const char *password)
{
	struct account_session session = account_session(inquiry);
	struct sekisho_error err, undo;
	int result = directory_account_set_password(&session, account,
		password, &err);

	if (result > 0)
		return 0;
	if (directory_account_unclaim(&session, account, ACCOUNT_ACTIVE,
	    &undo) <= 0)
		log_line(LOG_LEVEL_ERROR, "account=%s lost its token: %s",
			account->mail, undo.text);
	if (result < 0)
		account_unavailable(inquiry, &err);
	else
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "", "the "
			"directory's password policy does not accept it: %s",
			err.text);
	return -1;
}

int
account_redeem(struct inquiry *inquiry, const struct account_form *form,
	const char *purpose, struct account *account_r)
{
	struct account_session session = account_session(inquiry);
	enum account_status from = strcmp(purpose, ACCOUNT_ACTIVATE) == 0 ?
		ACCOUNT_PENDING : ACCOUNT_ACTIVE;
	const char *password = NULL;
	char hash[TOKEN_HASH_SIZE];
	struct sekisho_error err;
	int result;

	token_hash(purpose, form->token, hash);
	result = directory_account_find_token(&session, hash, account_r,
		&err);
	if (result > 0 && account_r->status != from)
		result = 0;
	if (result > 0 && *account_r->pending_password != '\0') {
		password = token_open(inquiry->pool, form->token,
			account_r->pending_password);
		if (password == NULL)
			return no_token(inquiry);
	}
	if (result > 0)
		result = directory_account_claim(&session, account_r,
			ACCOUNT_ACTIVE, &err);
	if (result == 0)
		return no_token(inquiry);
	if (result < 0) {
		account_unavailable(inquiry, &err);
		return -1;
	}
	if (password != NULL && set_password(inquiry, account_r, password) < 0)
		return -1;
	inquiry_add(inquiry, "mail", account_r->mail);
	return 0;
}
