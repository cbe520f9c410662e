/*
 * test-mimecode.c - Base 64 as mail programs read it.
 */
#include <stdlib.h>

#include "base64.h"
#include "mimecode.h"
#include "test.h"

#define SIZE 10000

static const struct {
	const char *raw, *group, *stop, *skip;
} cases[] = {
	{ "", "", "", "" },
	{ "Zg==", "f", "f", "f" },
	{ "Zm8", "fo", "fo", "fo" },
	{ "Z", "", "", "" },
	{ "Zm9vYmFy", "foobar", "foobar", "foobar" },
	{ "Zm9v\r\nYmFy\r\n", "foobar", "foobar", "foobar" },
	{ " Z m9v*Ym-F.y", "foobar", "foobar", "foobar" },
	{ "Zg==Zm9v", "ffoo", "f", "f\x06" "f\xf6" },
	{ "Zm9v=Zm9v", "foofoo", "foo", "foofoo" },
	{ "Zm9vZm=9vYmFy", "foof\xf6\xf6&\x17", "foof", "foofoobar" },
	{ "Zm9vYg==\n\n", "foob", "foob", "foob" },
	{ "Zm9vYg==\n--\nlist", "foob\x96+-", "foob", "foob\tb\xb2" },
	{ "++//\xff" "QUJD", "\xfb\xef\xff" "ABC", "\xfb\xef\xff" "ABC",
		"\xfb\xef\xff" "ABC" },
};

static void
check(enum mimecode way, const char *raw, size_t len, const char *expected,
	size_t expected_len)
{
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, 2 * SIZE);
	mimecode_decode(way, raw, len, &buf);
	test_int(buf.failed, false);
	test_assert(buf.len == expected_len && (expected_len == 0 ||
		memcmp(buf.data, expected, expected_len) == 0));
	sekisho_buf_free(&buf);
}

static void
test_ways(void)
{
	size_t i;

	test_begin("mimecode: \"=\" ends a group, ends all, or means nothing");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check(MIMECODE_BASE64, cases[i].raw, strlen(cases[i].raw),
			cases[i].group, strlen(cases[i].group));
		check(MIMECODE_BASE64_STOP, cases[i].raw,
			strlen(cases[i].raw), cases[i].stop,
			strlen(cases[i].stop));
		check(MIMECODE_BASE64_SKIP, cases[i].raw,
			strlen(cases[i].raw), cases[i].skip,
			strlen(cases[i].skip));
		test_int(mimecode_base64_is_odd(cases[i].raw,
			strlen(cases[i].raw)),
			strcmp(cases[i].group, cases[i].stop) != 0 ||
			strcmp(cases[i].group, cases[i].skip) != 0);
	}
}

/* Lines of every length, so that groups are cut at every place. */
static void
test_lines(void)
{
	static char data[SIZE], text[4 * SIZE];
	struct sekisho_buf buf;
	size_t width, i, n;

	test_begin("mimecode: a file in lines of any length is the file");
	for (i = 0; i < SIZE; i++)
		data[i] = (char)(i * 2654435761u >> 13);
	sekisho_buf_init(&buf, 2 * SIZE);
	sekisho_base64_add(&buf, data, SIZE);
	for (width = 1; width < 100; width++) {
		for (i = n = 0; i < buf.len; i++) {
			text[n++] = buf.data[i];
			if ((i + 1) % width == 0)
				text[n++] = '\n';
		}
		check(MIMECODE_BASE64, text, n, data, SIZE);
		check(MIMECODE_BASE64_STOP, text, n, data, SIZE);
	}
	sekisho_buf_free(&buf);
}

int
main(void)
{
	test_ways();
	test_lines();
	return test_done();
}
