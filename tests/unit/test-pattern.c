/*
 * test-pattern.c - values of a policy: globs, sizes, scores, networks, regular
 * expressions.
 */
#include "pattern.c"

#include "test.h"

static void
test_globs(void)
{
	static const struct {
		const char *glob, *text;
		bool matches;
	} cases[] = {
		{ "", "", true }, { "*", "", true }, { "?", "", false },
		{ "a", "A", true }, { "a", "ab", false }, { "ab", "a", false },
		{ "*.exe", "x.exe", true }, { "*.exe", ".exe", true },
		{ "*.exe", "x.exe.txt", false }, { "*.exe*", "x.exe.t", true },
		{ "a*b*c", "axxbyyc", true }, { "a*b*c", "axxbyy", false },
		{ "**a", "xa", true }, { "a?c", "abc", true },
		{ "a?c", "a\xe5\xa0\xb1" "c", true },
		{ "?", "\xe5\xa0\xb1", true }, { "??", "\xe5\xa0\xb1", false },
		{ "[ab]", "[ab]", true }, { "[ab]", "a", false },
		{ "*ab", "aab", true }, { "*?b", "b", false },
	};
	size_t i;
	char text[70000];

	test_begin("R11: globs");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (pattern_glob_matches(cases[i].glob, cases[i].text) !=
		    cases[i].matches)
			test_fail(__FILE__, __LINE__, cases[i].glob);
	test_begin("R11: a hostile name costs no time");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	test_assert(!pattern_glob_matches("*a*a*a*a*a*a*a*a*a*a*b", text));
}

static void
test_files(void)
{
	test_begin("R7: names of files as Windows sees them");
	test_assert(pattern_glob_matches_file("*.exe", "x.EXE. ."));
	test_assert(pattern_glob_matches_file("a.exe", "d/e\\a.exe "));
	test_assert(pattern_glob_matches_file("d/*", "d/a.exe"));
	test_assert(!pattern_glob_matches_file("a.exe", "d/ba.exe"));
	test_assert(!pattern_glob_matches_file("*.exe", "exe"));
	test_assert(!pattern_glob_matches_file("*.exe", ""));
	test_assert(pattern_glob_matches_file("*", " . "));
}

static void
test_sizes(void)
{
	static const char *const wrong[] = { "", "K", "-1", "1k", "1KB", " 1",
		"1.5M", "99999999999999999999", "17179869184G", "0x10" };
	unsigned long long size;
	const char *why;
	size_t i;

	test_begin("R11: sizes");
	test_assert(pattern_size_read("0", &size, &why) == 0 && size == 0);
	test_assert(pattern_size_read("10K", &size, &why) == 0);
	test_int(size, 10240);
	test_assert(pattern_size_read("2G", &size, &why) == 0);
	test_int(size, 2147483648);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (pattern_size_read(wrong[i], &size, &why) == 0)
			test_fail(__FILE__, __LINE__, wrong[i]);
}

static void
test_scores(void)
{
	static const char *const wrong[] = { "", "-", ".5", "6.", "6.55", "6,5",
		" 6", "1234567", "six" };
	const char *why;
	int score;
	size_t i;

	test_begin("R4: spam scores");
	test_assert(pattern_score_read("6", &score, &why) == 0 && score == 60);
	test_assert(pattern_score_read("4.5", &score, &why) == 0 &&
		score == 45);
	test_assert(pattern_score_read("-0.1", &score, &why) == 0 &&
		score == -1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (pattern_score_read(wrong[i], &score, &why) == 0)
			test_fail(__FILE__, __LINE__, wrong[i]);
}

static void
test_networks(void)
{
	static const char *const wrong[] = { "", "1.2.3", "1.2.3.4/33",
		"1.2.3.4/", "1.2.3.4/x", "1.2.3.4/24", "2001:db8::/129",
		"2001:db8::1/32", "example.com", "1.2.3.4/0032" };
	struct pattern_network network;
	const char *why;
	size_t i;

	test_begin("R11: clients");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (pattern_network_read(wrong[i], &network, &why) == 0)
			test_fail(__FILE__, __LINE__, wrong[i]);
	test_assert(pattern_network_read("10.0.0.0/9", &network, &why) == 0);
	test_assert(pattern_network_holds(&network, "10.127.255.255"));
	test_assert(!pattern_network_holds(&network, "10.128.0.0"));
	test_assert(pattern_network_holds(&network, "::ffff:10.1.1.1"));
	test_assert(!pattern_network_holds(&network, ""));
	test_assert(!pattern_network_holds(&network, "::1"));
	test_assert(pattern_network_read("0.0.0.0/0", &network, &why) == 0);
	test_assert(pattern_network_holds(&network, "203.0.113.9"));
	test_assert(!pattern_network_holds(&network, "2001:db8::1"));
}

static void
test_regexes(void)
{
	struct pattern_regex *regex;
	char why[200] = "", text[5001];

	test_begin("R11: header patterns");
	test_assert(pattern_regex_new("(", why, sizeof(why)) == NULL);
	test_assert(strstr(why, "at character 2") != NULL);
	regex = pattern_regex_new("^caf\xc3\xa9$", why, sizeof(why));
	test_assert(regex != NULL);
	test_int(pattern_regex_matches(regex, "CAF\xc3\x89", 5), 1);
	test_int(pattern_regex_matches(regex, "caf\xff", 4), 0);
	pattern_regex_free(regex);
	test_begin("R11: a pattern cannot take for ever");
	regex = pattern_regex_new("^(a|a)*$", why, sizeof(why));
	memset(text, 'a', sizeof(text));
	text[5000] = 'b';
	test_int(pattern_regex_matches(regex, text, sizeof(text)), -1);
	pattern_regex_free(regex);
	pattern_regex_free(NULL);
}

int
main(void)
{
	test_globs();
	test_files();
	test_sizes();
	test_scores();
	test_networks();
	test_regexes();
	return test_done();
}
