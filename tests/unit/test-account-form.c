/*
 * test-account-form.c - what may be typed into the account pages (SPEC C1, C4).
 */
#include "account_form.h"
#include "policy.h"
#include "test.h"

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define EVERYTHING (FORM_NAMES | FORM_MAIL | FORM_MAIL_AGAIN | \
	FORM_OLD_PASSWORD | FORM_PASSWORD | FORM_QUESTION | FORM_TOKEN)
#define FIELDS 12

static struct config config = { .templates = "core/sekishod/templates" };
static struct checkpoint checkpoint = { .config = &config };

/* A form that is right; a case replaces one field. */
static const struct sekisho_field right[FIELDS] = {
	{ "family-name", "山田" }, { "given-name", "太郎" },
	{ "mail", "taro@example.com" }, { "mail-again", "taro@example.com" },
	{ "old-password", "x" }, { "password", "correct horse" },
	{ "password-again", "correct horse" }, { "question", "pet" },
	{ "answer", "ポチ" }, { "token", "" }, { "language", "ja" },
	{ "client", "192.0.2.1" },
};

static const struct {
	const char *field;
	const char *value;
	const char *wrong;	/* "field reason, ..." or "" */
} cases[] = {
	{ "family-name", "", "family-name empty" },
	{ "family-name", " \xe3\x80\x80", "family-name blank" },
	{ "family-name", "山", "" },
	{ "family-name", X50 X50, "" },
	{ "family-name", X50 X50 "x", "family-name too-long" },
	{ "family-name", "a\nBcc: b@example.com", "family-name characters" },
	{ "family-name", "*)(uid=*", "" },
	{ "given-name", "\xff", "given-name characters" },
	{ "mail", "", "mail empty, mail-again differs" },
	{ "mail", "taro", "mail syntax, mail-again differs" },
	{ "mail", "@example.com", "mail syntax, mail-again differs" },
	{ "mail", "a@b@example.com", "mail syntax, mail-again differs" },
	{ "mail", "a..b@example.com", "mail syntax, mail-again differs" },
	{ "mail", "*)(mail=*@example.com", "mail syntax, mail-again differs" },
	{ "mail", "a\r\nRCPT TO:<b@example.com>", "mail characters, "
		"mail-again differs" },
	{ "mail", "a,b@example.com", "mail syntax, mail-again differs" },
	{ "mail", "<a@example.com", "mail syntax, mail-again differs" },
	{ "mail", "a@example.com>", "mail syntax, mail-again differs" },
	{ "mail", X50 X10 X10 "@example.com", "mail syntax, "
		"mail-again differs" },
	{ "mail", "taro@example.org", "mail domain, mail-again differs" },
	{ "mail", "taro@sub.example.com", "mail domain, mail-again differs" },
	{ "mail-again", "", "mail-again differs" },
	{ "old-password", "", "old-password empty" },
	{ "password", "short 7", "password too-short, password-again differs" },
	{ "password", "パスワード", "password too-short, "
		"password-again differs" },
	{ "password", "        ", "password blank, password-again differs" },
	{ "password", "correct\nhorse", "password characters, "
		"password-again differs" },
	{ "password", X10 X10 X10 "xxx", "password too-long, "
		"password-again differs" },
	{ "password-again", "correct hors", "password-again differs" },
	{ "question", "", "question empty" },
	{ "question", "pe", "question unknown" },
	{ "question", "pet What", "question unknown" },
	{ "question", "#", "question unknown" },
	{ "answer", "", "answer empty" },
	{ "answer", X50 X50 "x", "answer too-long" },
	{ "token", "'; DROP", "" },
	{ "language", "", "" },
	{ "language", "de", "language unknown" },
	{ "client", "", "client empty" },
	{ "client", "192.0.2", "client syntax" },
	{ "client", "::1%lo", "client syntax" },
};

/* Reads right with a replaced field; the wrong ones as "field reason, ...". */
static const char *
read_form(struct pool *pool, const char *field, const char *value,
	struct account_form *form)
{
	struct sekisho_field fields[FIELDS];
	struct sekisho_request request = { "register", fields, FIELDS };
	struct inquiry inquiry = { .checkpoint = &checkpoint,
		.request = &request, .pool = pool,
		.answer = { .field = "", .text = "" } };
	const char *wrong = "";
	size_t i;

	memcpy(fields, right, sizeof(fields));
	for (i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, field) == 0)
			fields[i].value = value;
	account_form_read(&inquiry, EVERYTHING, form);
	for (i = 0; i < inquiry.answer.field_count; i++)
		wrong = pool_printf(pool, "%s%s%s %s", wrong,
			i > 0 ? ", " : "", inquiry.answer.fields[i].name,
			inquiry.answer.fields[i].value);
	if (inquiry.answer.field_count > 0)
		test_str(inquiry.answer.field, inquiry.answer.fields[0].name);
	return wrong;
}

static void
test_cases(struct pool *pool)
{
	struct account_form form;
	size_t i;

	test_begin("C1: each wrong field is named, with the reason");
	test_str(read_form(pool, "", "", &form), "");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_str(read_form(pool, cases[i].field, cases[i].value,
			&form), cases[i].wrong);
}

static void
test_passwords(struct pool *pool)
{
	test_begin("C1: a password has 8 to 32 characters");
	test_assert(account_form_password_reason(pool, "12345678") == NULL);
	test_assert(account_form_password_reason(pool, X10 X10 X10 "xx") ==
		NULL);
	test_assert(account_form_password_reason(pool, "日本語の暗証文句") ==
		NULL);
	test_assert(account_form_password_reason(pool, "  a     ") == NULL);
	test_str(account_form_password_reason(pool,
		"あいうえおかきくけこさ"), "too-long");
	/* Eight characters with a mark each count as eight. */
	test_assert(account_form_password_reason(pool,
		"e\xcc\x81" "e\xcc\x81" "e\xcc\x81" "e\xcc\x81") != NULL);
}

static void
test_client(struct pool *pool)
{
	struct account_form form;

	test_begin("C7: of IPv6 the network counts");
	read_form(pool, "client", "2001:db8:1:2:3:4:5:6", &form);
	test_str(form.client, "2001:db8:1:2::/64");
	read_form(pool, "client", "::ffff:192.0.2.7", &form);
	test_str(form.client, "192.0.2.7");
	test_begin("C1: spaces around are taken away");
	read_form(pool, "family-name", "\xe3\x80\x80山田 ", &form);
	test_str(form.family_name, "山田");
}

static void
test_questions(struct pool *pool)
{
	struct account_form form;

	test_begin("C1: no list of questions is unavailable, not wrong");
	config.templates = "/nonexistent";
	test_str(read_form(pool, "", "", &form), "");
	config.templates = "core/sekishod/templates";
}

int
main(void)
{
	struct pool *pool = pool_new();
	struct sekisho_error err = { "" };

	checkpoint.policy = policy_load("core/sekishod/policy.xml",
		"core/sekishod/policy.rng", &err);
	test_begin("the shipped policy");
	test_str(err.text, "");
	test_cases(pool);
	test_passwords(pool);
	test_client(pool);
	test_questions(pool);
	pool_free(pool);
	return test_done();
}
