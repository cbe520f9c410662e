/*
 * test-directory-escape.c - what a stranger wrote stays a value.
 */
#include "directory_escape.h"
#include "test.h"

static const struct {
	const char *value;
	const char *escaped;	/* in filters and names alike */
} cases[] = {
	{ "alice@example.test", "alice@example.test" },
	{ "", "" },
	{ "*", "\\2a" },
	{ "*)(uid=*", "\\2a\\29\\28uid\\3d\\2a" },
	{ "\\2a", "\\5c2a" },
	{ "a\nb\tc\x7f", "a\\0ab\\09c\\7f" },
	{ "\xe4\xff", "\\e4\\ff" },
	{ " #a,b+c=d;<e>\"", "\\20\\23a\\2cb\\2bc\\3dd\\3b\\3ce\\3e\\22" },
	{ "a ", "a\\20" },
};

int
main(void)
{
	struct sekisho_buf buf;
	char expected[128];
	size_t i;

	test_begin("values in filters and names of entries");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sekisho_buf_init(&buf, 1000);
		directory_escape_filter(&buf, "mail", cases[i].value);
		snprintf(expected, sizeof(expected), "(mail=%s)",
			cases[i].escaped);
		test_str(buf.data, expected);
		sekisho_buf_free(&buf);
		directory_escape_rdn(&buf, "mail", cases[i].value);
		snprintf(expected, sizeof(expected), "mail=%s",
			cases[i].escaped);
		test_str(buf.data, expected);
		sekisho_buf_free(&buf);
	}
	return test_done();
}
