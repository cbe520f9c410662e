/*
 * test-subject.c - tags in front of subjects, in all encodings (SPEC R14).
 */
#include <stddef.h>

#include "pool.h"
#include "subject.h"
#include "test.h"

#define TAG "[MEIWAKU!!!]"
#define JA_TAG "[迷惑メール]"
#define JA_WORD "=?UTF-8?B?W+i/t+aDkeODoeODvOODq10="

static const struct {
	const char *headers;
	const char *decoded;
	const char *tags[3];
	const char *expected;
} cases[] = {
	{ "Subject: hello\n", "hello", { TAG }, "Subject: " TAG " hello\n" },
	{ "From: a\nSUBJECT:hello\nTo: b\n", "hello", { TAG },
	  "Subject: " TAG " hello\n" },
	{ "Subject : hello\n", "hello", { TAG }, "Subject: " TAG " hello\n" },
	{ "From: a\n", "", { TAG }, "Subject: " TAG "\n" },
	{ "", "", { TAG }, "Subject: " TAG "\n" },
	{ "Subject:\n", "", { TAG }, "Subject: " TAG "\n" },
	{ "Subject:  \n \nTo: b\n", "", { TAG }, "Subject: " TAG "\n" },
	{ "X-Subject: no\nFrom: a\n Subject: no\n", "", { TAG },
	  "Subject: " TAG "\n" },
	/* 8: the first of several fields */
	{ "Subject: one\nSubject: two\n", "one", { TAG },
	  "Subject: " TAG " one\n" },
	/* once, in every encoding and folding */
	{ "Subject: Re: " TAG " x\n", "Re: " TAG " x", { TAG }, "" },
	{ "Subject: =?UTF-8?B?W01FSVdBS1UhISFd?= x\n", TAG " x", { TAG }, "" },
	{ "Subject: [MY\n TAG] x\n", "[MY TAG] x", { "[MY TAG]" }, "" },
	{ "Subject: x\n", "x", { "", " " }, "" },
	{ "Subject: x\n", "x", { "[A]", "[A]" }, "Subject: [A] x\n" },
	/* 14: encoded words, raw 8-bit, ISO-2022-JP and folds stay */
	{ "Subject: =?ISO-2022-JP?B?GyRCJEIbKEI=?=\n =?ISO-2022-JP?B?QQ==?=\n",
	  "あA", { TAG },
	  "Subject: " TAG " =?ISO-2022-JP?B?GyRCJEIbKEI=?=\n"
	  " =?ISO-2022-JP?B?QQ==?=\n" },
	{ "Subject:\n\t=?UTF-8?Q?a?=\n", "a", { TAG },
	  "Subject: " TAG " =?UTF-8?Q?a?=\n" },
	{ "Subject: \x82\xa0\x82\xa2\n", "??", { TAG },
	  "Subject: " TAG " \x82\xa0\x82\xa2\n" },
	{ "Subject: \x1b$B$\"\x1b(B\n", "あ", { TAG },
	  "Subject: " TAG " \x1b$B$\"\x1b(B\n" },
	{ "Subject: あ  b \n", "あ b", { TAG },
	  "Subject: " TAG " あ  b \n" },
	{ "Subject: a\rb\r\n", "ab", { TAG }, "Subject: " TAG " ab\n" },
	/* 20: several tags, of which one is there */
	{ "Subject: x\n", "x", { "[A]", "[B]" }, "Subject: [A] [B] x\n" },
	{ "Subject: [B] x\n", "[B] x", { "[A]", "[B]" },
	  "Subject: [A] [B] x\n" },
	/* 22: tags outside ASCII; the blank moves into the encoded word */
	{ "Subject: x\n", "x", { JA_TAG }, "Subject: " JA_WORD "?= x\n" },
	{ "Subject: =?UTF-8?B?44GC?=\n", "あ", { JA_TAG },
	  "Subject: =?UTF-8?B?W+i/t+aDkeODoeODvOODq10g?= "
	  "=?UTF-8?B?44GC?=\n" },
	{ "Subject: =?not a word\n", "=?not a word", { JA_TAG },
	  "Subject: " JA_WORD "?= =?not a word\n" },
	{ "Subject: x\n", JA_TAG " x", { JA_TAG }, "" },
	/* 26: a tag that could be taken for another header field */
	{ "Subject: x\n", "x", { "[A]\nBcc: b" },
	  "Subject: [A] Bcc: b x\n" },
	/* 27: a line that gets too long is folded */
	{ "Subject: 1234567890123456789012345678901234567890"
	  "12345678901234567890123456789\n", "1", { TAG },
	  "Subject: " TAG "\n 1234567890123456789012345678901234567890"
	  "12345678901234567890123456789\n" },
};

static void
test_table(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][32];
	struct pool *pool;
	size_t i, count;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R14: subject case %zu",
			i);
		test_begin(names[i]);
		pool = pool_new();
		for (count = 0; count < 3 && cases[i].tags[count] != NULL;)
			count++;
		test_str(subject_tag(pool, cases[i].headers, cases[i].decoded,
			cases[i].tags, count), cases[i].expected);
		pool_free(pool);
	}
}

/* Every line of field at most max bytes, and each continued by a blank. */
static void
check_lines(const char *field, size_t max)
{
	size_t len;

	for (; *field != '\0'; field += len + 1) {
		len = strcspn(field, "\n");
		test_assert(len <= max);
		test_assert(field[len] == '\n');
		test_assert(field[len + 1] == '\0' || field[len + 1] == ' ');
	}
}

static void
test_long(void)
{
	struct pool *pool = pool_new();
	char headers[4096], tag[400];
	const char *const tags[] = { tag };
	const char *field;
	size_t i;

	test_begin("R14: a long tag outside ASCII is many encoded words");
	for (i = 0; i < 40; i++)
		memcpy(tag + 3 * i, "\xe8\xbf\xb7", 3);
	tag[120] = '\0';
	field = subject_tag(pool, "Subject: x\n", "x", tags, 1);
	check_lines(field, 76);
	test_assert(strstr(field, "?= x\n") != NULL);

	test_begin("R14: no line beyond 998 bytes");
	memset(headers, 'a', 3000);
	memcpy(headers, "Subject: ", 9);
	strcpy(headers + 3000, "\n");
	strcpy(tag, "[A]");
	check_lines(subject_tag(pool, headers, "aaa", tags, 1), 998);
	pool_free(pool);
}

int
main(void)
{
	test_table();
	test_long();
	return test_done();
}
