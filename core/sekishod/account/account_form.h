/*
 * account_form.h - what a stranger typed into a form of the webmail, checked
 * (SPEC C1, C4, C5).
 */
#ifndef SEKISHO_ACCOUNT_FORM_H
#define SEKISHO_ACCOUNT_FORM_H

#include "inquiry.h"

/* What a verb wants to know, besides client and language. */
enum account_form_part {
	FORM_NAMES = 1,		/* family-name, given-name */
	FORM_MAIL = 2,
	FORM_MAIL_AGAIN = 4,
	FORM_OLD_PASSWORD = 8,
	FORM_PASSWORD = 16,	/* and again */
	FORM_QUESTION = 32,	/* and answer */
	FORM_TOKEN = 64
};

/* Texts are valid UTF-8 on one line; those not asked for are "". */
struct account_form {
	const char *family_name;
	const char *given_name;
	const char *mail;
	const char *old_password;
	const char *password;
	const char *question;
	const char *answer;
	const char *token;
	const char *language;	/* "ja", "en" or "" */
	const char *client;	/* an IP address; of IPv6 the network, /64 */
};

/*
 * Reads the parts of the request. Returns 0, or -1 with the answer of the
 * inquiry set: INVALID with a field for each wrong one, or UNAVAILABLE.
 */
int account_form_read(struct inquiry *inquiry, unsigned int parts,
	struct account_form *form_r);

/*
 * Single fields, for administrators' forms: a text of 1 to 100 characters, an
 * address in a protected domain, a language. "" when they are wrong; then the
 * answer says so.
 */
const char *account_form_text(struct inquiry *inquiry, const char *field);
const char *account_form_address(struct inquiry *inquiry, const char *field);
const char *account_form_language(struct inquiry *inquiry);

/* Why a password cannot be one, in one word; NULL when it can. */
const char *account_form_password_reason(struct pool *pool,
	const char *password);

#endif
