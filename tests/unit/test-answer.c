/*
 * test-answer.c - answers to security questions (SPEC C5, C7), and what is the
 * same text.
 */
#include "answer.h"
#include "test.h"
#include "unicode.h"

static const struct {
	const char *registered;
	const char *given;
	bool right;
} answers[] = {
	{ "Tama", "Tama", true },
	{ "Tama", "  tAMA\t", true },
	{ "ポチ", "ﾎﾟﾁ", true },		/* half width */
	{ "ポチ", "ホ\xe3\x82\x9aチ", true },	/* combining mark */
	{ "ＴＯＫＹＯ", "tokyo", true },	/* full width */
	{ "\xe3\x80\x80東京\xe3\x80\x80", "東京", true },
	{ "Straße", "STRASSE", true },
	{ "Ἀθῆναι", "ἀθῆναι", true },
	{ "ポチ", "ぽち", false },
	{ "Tama", "Tamas", false },
	{ "New York", "NewYork", false },
	{ "Tama", "", false },
};

static void
test_answers(struct pool *pool)
{
	struct sekisho_error err;
	const char *hash;
	bool right;
	size_t i;

	test_begin("C5: answers compare as people mean them");
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		hash = answer_hash(pool, answers[i].registered, &err);
		test_assert(hash != NULL);
		right = answer_matches(pool, hash, answers[i].given);
		if (right != answers[i].right)
			test_str(answers[i].given, answers[i].registered);
	}
}

static void
test_hashes(struct pool *pool)
{
	const char *one = answer_hash(pool, "Tama", NULL);

	test_begin("C7: an answer is stored as salted Argon2id");
	test_assert(strncmp(one, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
	test_assert(strcmp(one, answer_hash(pool, "Tama", NULL)) != 0);
	test_begin("C7: without a hash, or with a wrong one, none is right");
	test_assert(!answer_matches(pool, "", ""));
	test_assert(!answer_matches(pool, "", "Tama"));
	test_assert(!answer_matches(pool, "Tama", "Tama"));
	test_assert(!answer_matches(pool, "$argon2id$", ""));
}

static const struct {
	const char *text;
	bool line;
} lines[] = {
	{ "", true }, { "山田", true }, { "O'Brien", true },
	{ "a\nb", false }, { "a\rb", false }, { "a\tb", false },
	{ "a\x7f", false }, { "a\xc2\x85z", false },
	{ "a\xe2\x80\xa8z", false },		/* U+2028 */
	{ "a\xe2\x80\xaez", false },		/* right-to-left override */
	{ "a\xe2\x80\x8dz", true },		/* zero width joiner */
	{ "\xff", false }, { "\xc0\xaf", false }, { "\xed\xa0\x80", false },
};

static void
test_unicode(struct pool *pool)
{
	size_t i;

	test_begin("C1: controls, line ends and broken UTF-8 are no text");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (unicode_is_line(lines[i].text) != lines[i].line)
			test_str(lines[i].text, lines[i].line ? "a line" :
				"not a line");
	test_begin("C1: lengths count characters");
	test_int((long long)unicode_length("パスワード"), 5);
	test_int((long long)unicode_length(unicode_nfc(pool,
		"ハ\xe3\x82\x9a")), 1);
	test_int((long long)unicode_length("𠮷野家"), 3);
	test_begin("C1: spaces of every width are blank");
	test_assert(unicode_is_blank(" \xe3\x80\x80\xc2\xa0"));
	test_assert(!unicode_is_blank(" a "));
	test_str(unicode_trim(pool, "\xe3\x80\x80 a b \xe3\x80\x80"), "a b");
	test_str(unicode_trim(pool, " \xe3\x80\x80"), "");
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_answers(pool);
	test_hashes(pool);
	test_unicode(pool);
	pool_free(pool);
	return test_done();
}
