/*
 * test-text.c - file names, subjects and names of members as text that can be
 * shown, whatever bytes they are (SPEC R14, N3).
 */
#include "charset.h"
#include "test.h"
#include "text.h"

static const struct {
	const char *bytes;
	const char *guess;
	const char *clean;
} cases[] = {
	{ "", "", "" },
	{ "report.pdf", "report.pdf", "report.pdf" },
	{ "請求書.pdf", "請求書.pdf", "請求書.pdf" },
	/* 3: Japanese without a declaration */
	{ "\x1b$B4X=j\x1b(B.txt", "関所.txt", "関所.txt" },
	{ "\xb4\xd8\xbd\xea.txt", "関所.txt", "関所.txt" },
	{ "\x8a\xd6\x8f\x8a.txt", "関所.txt", "関所.txt" },
	{ "\x90\xbf\x8b\x81\x8f\x91.exe", "請求書.exe", "請求書.exe" },
	/* 7: nothing that fits */
	{ "a\xff", "a\xff", "a\xef\xbf\xbd" },
	{ "a\x1b$B4", "a\x1b$B4", "a $B4" },
	{ "a\x1b[31m", "a\x1b[31m", "a [31m" },
	/* 10: controls, directions */
	{ "a\r\nBcc: b", "a\r\nBcc: b", "a  Bcc: b" },
	{ "\xe2\x80\xae" "fdp.exe", "\xe2\x80\xae" "fdp.exe", " fdp.exe" },
};

static void
test_cases(struct pool *pool)
{
	static char names[sizeof(cases) / sizeof(cases[0])][32];
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "N3: text case %zu", i);
		test_begin(names[i]);
		len = strlen(cases[i].bytes);
		test_str(text_guess(pool, cases[i].bytes, len),
			cases[i].guess);
		test_str(text_clean(pool, cases[i].bytes, len),
			cases[i].clean);
	}
	test_begin("N3: NUL is a blank");
	test_str(text_guess(pool, "a\0b", 3), "a b");
	test_str(text_clean(pool, "a\0b\0", 4), "a b ");
}

static bool
is_utf8(const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n) {
		n = charset_utf8_next(text, strlen(text), NULL);
		if (n == 0)
			return false;
	}
	return true;
}

/* A long text of one character again and again, shifted by ASCII letters. */
static void
test_long(struct pool *pool)
{
	static const char *const japanese[][2] = {
		{ "関", "\xe9\x96\xa2" },	/* UTF-8 */
		{ "関", "\xb4\xd8" },		/* EUC-JP */
		{ "関", "\x8a\xd6" },		/* CP932 */
	};
	char bytes[6000];
	const char *text;
	size_t i, k, shift, len, count;

	for (i = 0; i < 3; i++) {
		test_begin("N3: a long text is cut, not spoiled");
		len = strlen(japanese[i][1]);
		for (shift = 0; shift < 4; shift++) {
			memcpy(bytes, "abcd", shift);
			count = (sizeof(bytes) - 4) / len;
			for (k = 0; k < count; k++)
				memcpy(bytes + shift + k * len,
					japanese[i][1], len);
			text = text_clean(pool, bytes, shift + count * len);
			test_assert(is_utf8(text));
			test_assert(strlen(text) <= TEXT_MAX &&
				strlen(text) > TEXT_MAX - 8);
			test_assert(strncmp(text + shift, "関関関", 9) == 0);
		}
	}
	test_begin("N3: so is one in ISO-2022-JP");
	memcpy(bytes, "\x1b$B", 3);
	for (k = 3; k + 2 < 5900; k += 2)
		memcpy(bytes + k, "4X", 2);
	memcpy(bytes + k, "\x1b(B", 3);
	text = text_clean(pool, bytes, k + 3);
	test_assert(strncmp(text, "関関関", 9) == 0);
	test_assert(is_utf8(text) && strlen(text) <= TEXT_MAX);

	test_begin("N3: cleaning twice changes nothing");
	memset(bytes, 0xff, sizeof(bytes));
	text = text_clean(pool, bytes, sizeof(bytes));
	test_assert(strlen(text) <= TEXT_MAX);
	test_str(text_clean(pool, text, strlen(text)), text);
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_cases(pool);
	test_long(pool);
	pool_free(pool);
	return test_done();
}
