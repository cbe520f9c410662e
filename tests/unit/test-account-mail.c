/*
 * test-account-mail.c - the shipped mails about accounts, and the questions
 * (SPEC C1, C2, C5).
 */
#include "account_mail.c"
#include "question.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TEMPLATES "core/sekishod/templates"

static struct config config = { .templates = TEMPLATES,
	.account_url = "https://webmail.example.com/" };
static struct checkpoint checkpoint = { .config = &config };

/* Subjects as they go out; "" stands for any. */
static const struct {
	const char *template;
	const char *english;
	const char *japanese;
} mails[] = {
	{ "account-activate", "Confirmation: account registration",
		/* 確認: アカウントの登録 */
		"56K66KqNOiDjgqLjgqvjgqbjg7Pjg4jjga7nmbvpjLI=" },
	{ "account-reset", "Confirmation: account password reset",
		/* 確認: アカウントパスワードの再設定 */
		"56K66KqNOiDjgqLjgqvjgqbjg7Pjg4jjg5Hjgrnjg6/jg7zjg4k=" },
	{ "account-known", "", "" }, { "account-not-registered", "", "" },
	{ "account-activated", "", "" }, { "account-not-reset", "", "" },
	{ "account-password", "", "" }, { "account-password-set", "", "" },
	{ "account-created", "", "" }, { "account-locked", "", "" },
	{ "account-unlocked", "", "" }, { "account-deleted", "", "" },
};

static const char *
mail_text(struct pool *pool, const char *template, const char *language)
{
	struct inquiry inquiry = { .checkpoint = &checkpoint, .pool = pool };
	struct account_letter about = {
		.template = template, .to = "taro@example.com",
		.language = language, .client = "192.0.2.1",
		.page = "activate", .token = "abc",
	};
	struct sekisho_error err = { "" };
	size_t len;
	struct letter letter = letter_about(&inquiry, &about);
	const char *text = letter_compose(&inquiry, &letter, &len, &err);

	if (text == NULL)
		test_str(err.text, "");
	return text == NULL ? "" : text;
}

static void
test_mails(struct pool *pool)
{
	const char *text;
	size_t i;

	test_begin("C2, C5: every mail there is, in both languages");
	for (i = 0; i < COUNT(mails); i++) {
		text = mail_text(pool, mails[i].template, "en");
		test_assert(strstr(text, mails[i].english) != NULL);
		test_assert(strstr(text, "\nTo: taro@example.com\n") != NULL);
		text = mail_text(pool, mails[i].template, "ja");
		test_assert(strstr(text, mails[i].japanese) != NULL);
		test_assert(strstr(text, "\nSubject: =?UTF-8?B?") != NULL);
	}
	test_begin("C2: the URL stands on a line of its own");
	text = mail_text(pool, "account-activate", "en");
	test_assert(strstr(text, "\n\nhttps://webmail.example.com/?_task=login"
		"&_action=plugin.sekisho.activate&_key=abc\n\n") != NULL);
	test_begin("C2: without a language it is that of the domain's notices");
	text = mail_text(pool, "account-activate", "");
	test_assert(strstr(text, "\nSubject: Confirmation: ") != NULL);
}

/* Every name of one list is in the other. */
static void
check_list(const char *file)
{
	struct sekisho_error err = { "" };
	char line[1024];
	FILE *in = fopen(file, "r");
	int count = 0;

	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		if (line[0] == '#')
			continue;
		test_assert(strlen(line) > strcspn(line, " ") + 5);
		line[strcspn(line, " ")] = '\0';
		test_int(question_known(TEMPLATES, line, &err), 1);
		count++;
	}
	test_int(count, 7);
	if (in != NULL)
		fclose(in);
}

int
main(void)
{
	struct pool *pool = pool_new();

	checkpoint.policy = policy_load("core/sekishod/policy.xml",
		"core/sekishod/policy.rng", NULL);
	test_mails(pool);
	test_begin("C1: both languages have the same questions");
	check_list(TEMPLATES "/questions.en.txt");
	check_list(TEMPLATES "/questions.ja.txt");
	pool_free(pool);
	return test_done();
}
