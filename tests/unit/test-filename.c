/*
 * test-filename.c - names that hide what a file is (SPEC R7, R8).
 */
#include "filename.h"
#include "test.h"

static const struct {
	const char *name;
	const char *plain;	/* NULL: no difference */
} cases[] = {
	{ "a.exe", NULL },
	{ "a b.exe", NULL },
	{ "請求書.pdf", NULL },
	{ "", NULL },
	{ "a.exe. . ", "a.exe" },
	{ "a.pdf        .exe", NULL },
	{ "ａ．ｅｘｅ", "a.exe" },
	{ "請求書。ｅｘｅ", "請求書.exe" },
	{ "a.e\xe2\x80\x8bxe", "a.exe" },
	{ "a.exe\xe2\x80\x8e", "a.exe" },
	{ "ann\xe2\x80\xae" "fdp.exe", "annfdp.exe" },
	/* as text.h leaves a mark */
	{ "a.e xe", "a.exe" },
	{ "a.exe\xc2\xa0", "a.exe" },
	{ "a.\xe3\x80\x80" "exe", "a.exe" },
	{ "a. b/c", NULL },
	{ "a.scr\xef\xbb\xbf", "a.scr" },
	{ "soft\xc2\xad.j\xc2\xads", "soft.js" },
};

int
main(void)
{
	char plain[FILENAME_ROOM], name[2 * TEXT_MAX];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("R7: names as the system sees them");
		test_int(filename_plain(plain, cases[i].name),
			cases[i].plain != NULL);
		test_str(plain, cases[i].plain != NULL ? cases[i].plain :
			cases[i].name);
	}
	test_begin("R7: the end of a very long name");
	memset(name, 'n', sizeof(name));
	strcpy(name + sizeof(name) - 6, ".exe.");
	test_assert(filename_plain(plain, name));
	test_int((long long)strlen(plain), TEXT_MAX - 1);
	test_str(plain + strlen(plain) - 5, "n.exe");
	return test_done();
}
