/*
 * test-base64.c - Base 64 (RFC 4648 section 10 has these cases).
 */
#include "base64.h"
#include "test.h"

static const struct {
	const char *data;
	size_t len;
	const char *expected;
} cases[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg==" },
	{ "fo", 2, "Zm8=" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\0\0\0", 3, "AAAA" },
	{ "\xff\xff\xff", 3, "////" },
	{ "\xfb\xef\xbe", 3, "++++" },
	{ "\xff", 1, "/w==" },
};

static void
test_decode(void)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zh==",
		"Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm9-",
		"AAAA", "AA==" };
	struct sekisho_buf buf;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("base64: decoded again, unless there is a NUL");
		sekisho_buf_init(&buf, 100);
		test_int(sekisho_base64_decode(&buf, cases[i].expected),
			memchr(cases[i].data, '\0', cases[i].len) ? -1 : 0);
		test_assert(buf.len == 0 || (buf.len == cases[i].len &&
			memcmp(buf.data, cases[i].data, buf.len) == 0));
		sekisho_buf_free(&buf);
	}
	test_begin("base64: what is not written is not read");
	sekisho_buf_init(&buf, 100);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (sekisho_base64_decode(&buf, bad[i]) == 0)
			test_fail(__FILE__, __LINE__, bad[i]);
	sekisho_buf_free(&buf);
}

int
main(void)
{
	struct sekisho_buf buf;
	char data[3000];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("base64: RFC 4648 section 10, and the last letters");
		sekisho_buf_init(&buf, 100);
		sekisho_buf_puts(&buf, "-");
		sekisho_base64_add(&buf, cases[i].data, cases[i].len);
		test_str(buf.data + 1, cases[i].expected);
		sekisho_buf_free(&buf);
	}
	test_decode();
	test_begin("base64: no line breaks, and a maximum that is kept");
	memset(data, 'a', sizeof(data));
	sekisho_buf_init(&buf, 4000);
	sekisho_base64_add(&buf, data, sizeof(data));
	test_int((long long)buf.len, 4000);
	test_assert(strspn(buf.data, "YWFh") == 4000 && !buf.failed);
	sekisho_base64_add(&buf, "a", 1);
	test_assert(buf.failed);
	sekisho_buf_free(&buf);
	return test_done();
}
