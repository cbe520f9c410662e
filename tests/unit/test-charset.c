/*
 * test-charset.c - character sets: a character is held exactly, or the caller
 * is told (SPEC R15, N3).
 */
#include "charset.h"
#include "test.h"

static const struct {
	const char *text;
	size_t len;
	size_t expected;
	uint32_t code;
} characters[] = {
	{ "", 0, 0, 0 },
	{ "a", 1, 1, 'a' },
	{ "\0", 1, 1, 0 },
	{ "\xc3\xa4", 2, 2, 0xe4 },
	{ "\xe9\x96\xa2", 3, 3, 0x95a2 },
	{ "\xf0\x9d\x84\x9e", 4, 4, 0x1d11e },
	{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
	/* cut off */
	{ "\xc3\xa4", 1, 0, 0 },
	{ "\xe9\x96\xa2", 2, 0, 0 },
	{ "\xf0\x9d\x84\x9e", 3, 0, 0 },
	/* not the first byte, not the next one */
	{ "\x80", 1, 0, 0 },
	{ "\xc3\x41", 2, 0, 0 },
	{ "\xe9\x96\xc3", 3, 0, 0 },
	/* overlong, surrogates, beyond the last one */
	{ "\xc0\x80", 2, 0, 0 },
	{ "\xc1\xbf", 2, 0, 0 },
	{ "\xe0\x9f\xbf", 3, 0, 0 },
	{ "\xf0\x8f\xbf\xbf", 4, 0, 0 },
	{ "\xed\xa0\x80", 3, 0, 0 },
	{ "\xed\xbf\xbf", 3, 0, 0 },
	{ "\xf4\x90\x80\x80", 4, 0, 0 },
	{ "\xf5\x80\x80\x80", 4, 0, 0 },
	{ "\xff", 1, 0, 0 },
};

static void
test_utf8(void)
{
	uint32_t code;
	size_t i;

	for (i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		test_begin("charset: UTF-8 is what RFC 3629 says");
		code = 0;
		test_int((long long)charset_utf8_next(characters[i].text,
			characters[i].len, &code),
			(long long)characters[i].expected);
		test_int(code, characters[i].code);
		test_int((long long)charset_utf8_next(characters[i].text,
			characters[i].len, NULL),
			(long long)characters[i].expected);
	}
	test_begin("charset: ASCII has no NUL");
	test_assert(charset_is_ascii("a\n\x7f", 3));
	test_assert(charset_is_ascii("", 0));
	test_assert(!charset_is_ascii("a\0", 2));
	test_assert(!charset_is_ascii("\x80", 1));
}

static const struct {
	const char *text;
	size_t max;
	const char *expected;
} lines[] = {
	{ "", 10, "" },
	{ "関所 ä", 10, "関所 ä" },
	{ "a\r\nb\tc\x7f", 10, "a  b c " },
	{ "a\xc2\x85" "b", 10, "a b" },
	/* 4: line separators, marks of direction, an invisible blank */
	{ "a\xe2\x80\xa8" "b\xe2\x80\xa9", 10, "a b " },
	{ "\xe2\x80\xae" "txt.exe", 10, " txt.exe" },
	{ "\xe2\x80\x8e\xe2\x80\x8f\xe2\x81\xa6\xe2\x81\xa9", 10, "    " },
	{ "\xef\xbb\xbf" "a", 10, " a" },
	{ "a\xff\xc3" "b", 10, "a\xef\xbf\xbd\xef\xbf\xbd" "b" },
	{ "\xe9\x96", 10, "\xef\xbf\xbd\xef\xbf\xbd" },
	/* 10: characters are counted, not bytes */
	{ "関所関所", 4, "関所関所" },
	{ "関所関所関", 4, "関所関所..." },
	{ "abc", 0, "..." },
	{ "", 0, "" },
};

static void
test_lines(void)
{
	struct pool *pool = pool_new();
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		test_begin("N3: foreign text on one line");
		test_str(charset_clean_line(pool, lines[i].text,
			lines[i].max), lines[i].expected);
	}
	pool_free(pool);
}

static const struct {
	const char *charset;
	const char *text;	/* UTF-8 */
	const char *bytes;	/* in charset; NULL: it lacks a character */
} texts[] = {
	{ "utf-8", "関所 ä", "関所 ä" },
	{ "UTF8", "関", "関" },
	{ "", "abc", "abc" },
	{ "us-ascii", "ä", NULL },
	{ "ascii", "a", "a" },
	{ "iso-8859-1", "ä", "\xe4" },
	{ "ISO-8859-1", "€", NULL },
	{ "windows-1252", "€", "\x80" },
	/* 8: Japanese */
	{ "iso-2022-jp", "関所a", "\x1b$B4X=j\x1b(Ba" },
	{ "iso-2022-jp", "関", "\x1b$B4X\x1b(B" },
	{ "iso-2022-jp", "①", NULL },
	{ "shift_jis", "関所", "\x8a\xd6\x8f\x8a" },
	{ "x-sjis", "関", "\x8a\xd6" },
	{ "shift_jis", "①", NULL },
	{ "windows-31j", "①", "\x87\x40" },
	{ "euc-jp", "関所", "\xb4\xd8\xbd\xea" },
	/* 16: others */
	{ "gb2312", "关", "\xb9\xd8" },
	{ "ks_c_5601-1987", "관", "\xb0\xfc" },
	{ "big5", "關", "\xc3\xf6" },
	{ "koi8-r", "я", "\xd1" },
	{ "unknown-8bit", "a", NULL },
	{ "utf-8//TRANSLIT", "a", NULL },
	{ "../../tmp/x", "a", NULL },
	{ "iso-8859-1,x", "a", NULL },
};

static void
test_convert(void)
{
	static char names[sizeof(texts) / sizeof(texts[0])][40];
	struct sekisho_buf out;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R15: charset case %zu",
			i);
		test_begin(names[i]);
		sekisho_buf_init(&out, 100);
		sekisho_buf_puts(&out, "-");
		test_int(charset_from_utf8(&out, texts[i].charset,
			texts[i].text, strlen(texts[i].text)),
			texts[i].bytes != NULL ? 0 : -1);
		test_str(out.data + 1, texts[i].bytes != NULL ?
			texts[i].bytes : "");
		sekisho_buf_free(&out);
		if (texts[i].bytes == NULL)
			continue;
		sekisho_buf_puts(&out, "-");
		test_int(charset_to_utf8(&out, texts[i].charset,
			texts[i].bytes, strlen(texts[i].bytes)), 0);
		test_str(out.data + 1, texts[i].text);
		sekisho_buf_free(&out);
	}
}

static void
test_wide(void)
{
	struct sekisho_buf out;
	char large[10000];

	test_begin("charset: what mails really hold under a name is read");
	sekisho_buf_init(&out, 100);
	test_int(charset_to_utf8(&out, "shift_jis", "\x87\x40\x5c", 3), 0);
	test_str(out.data, "①\\");
	sekisho_buf_free(&out);
	test_int(charset_to_utf8(&out, "gb2312", "\x81\x40", 2), 0);
	test_str(out.data, "丂");

	test_begin("charset: broken text adds nothing");
	test_int(charset_to_utf8(&out, "utf-8", "ab\xff", 3), -1);
	test_int(charset_to_utf8(&out, "iso-2022-jp", "ab\x1b$B4", 6), -1);
	test_int(charset_to_utf8(&out, "shift_jis", "a\x8a", 2), -1);
	test_str(out.data, "丂");
	sekisho_buf_free(&out);

	test_begin("charset: a text longer than a piece, and than the maximum");
	memset(large, 'a', sizeof(large));
	sekisho_buf_init(&out, sizeof(large) * 2);
	test_int(charset_from_utf8(&out, "utf-16le", large, sizeof(large)), 0);
	test_int((long long)out.len, 2 * sizeof(large));
	test_int(charset_from_utf8(&out, "utf-16le", "a", 1), -1);
	test_int((long long)out.len, 2 * sizeof(large));
	sekisho_buf_free(&out);
}

static void
test_names(void)
{
	static const char *const holds[] = { "", "us-ascii", "utf-8",
		"iso-2022-jp", "windows-1252", "euc-jp", "gbk" };
	static const char *const lacks[] = { "utf-16", "utf-16le", "utf-7",
		"ibm037", "unknown" };
	char name[80];
	size_t i;

	test_begin("R15: where ASCII means itself, and where not");
	for (i = 0; i < sizeof(holds) / sizeof(holds[0]); i++)
		test_assert(charset_holds_ascii(holds[i]));
	for (i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
		test_assert(!charset_holds_ascii(lacks[i]));
	test_begin("R15: names of character sets");
	test_assert(charset_known("") && charset_known("ISO-8859-8-I"));
	test_assert(!charset_known("iso-8859-99") && !charset_known("/"));
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	test_assert(!charset_known(name));
}

int
main(void)
{
	test_utf8();
	test_lines();
	test_convert();
	test_wide();
	test_names();
	return test_done();
}
