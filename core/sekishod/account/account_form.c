/*
 * account_form.c - what a stranger typed into a form of the webmail, checked.
 *
 * Each check returns NULL or one word that says what is wrong; the webmail
 * translates the words, which are listed in sekisho-protocol(7).
 */
#include <arpa/inet.h>
#include <string.h>

#include "account_form.h"
#include "address.h"
#include "policy.h"
#include "question.h"
#include "senders.h"
#include "unicode.h"

#define TEXT_LENGTH 100u	/* characters of a name or an answer */
#define PASSWORD_SHORTEST 8u
#define PASSWORD_LONGEST 32u
#define PASSWORD_BYTES 32u	/* slapd, which counts these, takes no more */
#define MAIL_LONGEST 254u	/* bytes, RFC 5321 section 4.5.3.1.3 */
#define LOCAL_LONGEST 64u

static void
form_wrong(struct inquiry *inquiry, const char *field, const char *reason)
{
	if (inquiry->answer.status == SEKISHO_STATUS_OK)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, field,
			"%s: %s", field, reason);
	inquiry_add(inquiry, field, reason);
}

/* A name or an answer: 1 to 100 characters, without the spaces around. */
const char *
account_form_text(struct inquiry *inquiry, const char *field)
{
	const char *value = inquiry_get(inquiry, field);
	size_t length;

	if (*value == '\0') {
		form_wrong(inquiry, field, "empty");
	} else if (!unicode_is_line(value)) {
		form_wrong(inquiry, field, "characters");
	} else if (unicode_is_blank(value)) {
		form_wrong(inquiry, field, "blank");
	} else {
		value = unicode_trim(inquiry->pool,
			unicode_nfc(inquiry->pool, value));
		length = unicode_length(value);
		if (length <= TEXT_LENGTH)
			return value;
		form_wrong(inquiry, field, "too-long");
	}
	return "";
}

const char *
account_form_password_reason(struct pool *pool, const char *password)
{
	size_t length;

	if (*password == '\0')
		return "empty";
	if (!unicode_is_line(password))
		return "characters";
	password = unicode_nfc(pool, password);
	length = unicode_length(password);
	if (length < PASSWORD_SHORTEST)
		return "too-short";
	if (length > PASSWORD_LONGEST || strlen(password) > PASSWORD_BYTES)
		return "too-long";
	return unicode_is_blank(password) ? "blank" : NULL;
}

static const char *
form_password(struct inquiry *inquiry)
{
	const char *value = inquiry_get(inquiry, "password");
	const char *reason = account_form_password_reason(inquiry->pool,
		value);

	if (reason != NULL)
		form_wrong(inquiry, "password", reason);
	if (strcmp(value, inquiry_get(inquiry, "password-again")) != 0)
		form_wrong(inquiry, "password-again", "differs");
	return reason == NULL ? unicode_nfc(inquiry->pool, value) : "";
}

/* It was right when it was set; here it only has to be a text. */
static const char *
form_old_password(struct inquiry *inquiry)
{
	const char *value = inquiry_get(inquiry, "old-password");

	if (*value == '\0')
		form_wrong(inquiry, "old-password", "empty");
	else if (!unicode_is_line(value) || strlen(value) > 1024)
		form_wrong(inquiry, "old-password", "characters");
	else
		return unicode_nfc(inquiry->pool, value);
	return "";
}

/* What RFC 5321 calls a Dot-string, and a domain of letters and digits. */
static bool
mail_is_address(const char *mail)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	static const char others[] = "!#$%&'*+/=?^_`{|}~";
	const char *domain = sekisho_address_domain(mail);
	size_t local = (size_t)(domain - mail) - 1, i;

	if (strlen(mail) > MAIL_LONGEST || *domain == '\0' || local == 0 ||
	    local > LOCAL_LONGEST)
		return false;
	for (i = 0; i < local; i++)
		if (strchr(letters, mail[i]) == NULL &&
		    strchr(others, mail[i]) == NULL)
			return false;
	return mail[0] != '.' && mail[local - 1] != '.' &&
		strstr(mail, "..") == NULL && domain[0] != '.' &&
		domain[strspn(domain, letters)] == '\0';
}

/* The domain as DNS knows it, RFC 5890; the directory has it that way. */
static const char *
mail_canonical(struct pool *pool, const char *mail)
{
	const char *at = strrchr(mail, '@'), *domain;

	domain = at == NULL ? NULL : senders_domain(at + 1, pool);
	return domain == NULL ? mail : pool_printf(pool, "%.*s@%s",
		(int)(at - mail), mail, domain);
}

const char *
account_form_address(struct inquiry *inquiry, const char *field)
{
	const char *value = inquiry_get(inquiry, field);

	if (!unicode_is_line(value)) {
		form_wrong(inquiry, field, "characters");
		return "";
	}
	value = unicode_trim(inquiry->pool, value);
	if (*value == '\0')
		form_wrong(inquiry, field, "empty");
	else if (!mail_is_address(value = mail_canonical(inquiry->pool, value)))
		form_wrong(inquiry, field, "syntax");
	else if (!policy_protects(inquiry->checkpoint->policy,
	    sekisho_address_domain(value)))
		form_wrong(inquiry, field, "domain");
	else
		return value;
	return "";
}

static void
form_mail_again(struct inquiry *inquiry)
{
	if (strcmp(inquiry_get(inquiry, "mail"),
	    inquiry_get(inquiry, "mail-again")) != 0)
		form_wrong(inquiry, "mail-again", "differs");
}

static const char *
form_question(struct inquiry *inquiry)
{
	const char *value = inquiry_get(inquiry, "question");
	struct sekisho_error err;
	int known = question_known(inquiry->checkpoint->config->templates,
		value, &err);

	if (known < 0)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
	else if (known == 0)
		form_wrong(inquiry, "question", *value == '\0' ? "empty" :
			"unknown");
	return value;
}

const char *
account_form_language(struct inquiry *inquiry)
{
	const char *value = inquiry_get(inquiry, "language");

	if (*value == '\0' || strcmp(value, "ja") == 0 ||
	    strcmp(value, "en") == 0)
		return value;
	form_wrong(inquiry, "language", "unknown");
	return "";
}

/* One who has IPv6 has 2^64 addresses at hand, so the network counts. */
static const char *
form_client(struct inquiry *inquiry)
{
	const char *value = inquiry_get(inquiry, "client");
	char text[INET6_ADDRSTRLEN];
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, value, &four) == 1) {
		inet_ntop(AF_INET, &four, text, sizeof(text));
		return pool_strdup(inquiry->pool, text);
	}
	if (inet_pton(AF_INET6, value, &six) != 1) {
		form_wrong(inquiry, "client", *value == '\0' ? "empty" :
			"syntax");
		return "";
	}
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof(text));
		return pool_strdup(inquiry->pool, text);
	}
	memset(&six.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &six, text, sizeof(text));
	return pool_printf(inquiry->pool, "%s/64", text);
}

int
account_form_read(struct inquiry *inquiry, unsigned int parts,
	struct account_form *form_r)
{
	struct account_form form = { "", "", "", "", "", "", "", "", "", "" };

	if (parts & FORM_NAMES) {
		form.family_name = account_form_text(inquiry, "family-name");
		form.given_name = account_form_text(inquiry, "given-name");
	}
	if (parts & FORM_MAIL)
		form.mail = account_form_address(inquiry, "mail");
	if (parts & FORM_MAIL_AGAIN)
		form_mail_again(inquiry);
	if (parts & FORM_OLD_PASSWORD)
		form.old_password = form_old_password(inquiry);
	if (parts & FORM_PASSWORD)
		form.password = form_password(inquiry);
	if (parts & FORM_QUESTION) {
		form.question = form_question(inquiry);
		form.answer = account_form_text(inquiry, "answer");
	}
	if (parts & FORM_TOKEN)
		form.token = inquiry_get(inquiry, "token");
	form.language = account_form_language(inquiry);
	form.client = form_client(inquiry);
	*form_r = form;
	return inquiry->answer.status == SEKISHO_STATUS_OK ? 0 : -1;
}
