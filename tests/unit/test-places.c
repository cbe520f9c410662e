/*
 * test-places.c - whose the members of archives are, by the files that
 * libclamav took out of a mail (SPEC R7).
 *
 * A file or a part is a letter here: its digest.
 */
#include "places.h"
#include "test.h"

#define COUNT_MAX 8

static const struct {
	const char *parts;	/* from 1 on; "-": no leaf */
	const char *files;	/* from 1 on, and ... */
	const char *around;	/* ... in which file each is, 0: in the mail */
	const char *members;	/* in which file each is */
	const char *expected;	/* of each part: "members;" from 1 on */
	int lost;
} cases[] = {
	{ "a", "a", "0", "", ";", false },
	{ "-ab", "ab", "00", "1212", ";13;24;", false },
	{ "-ab", "ba", "00", "12", ";2;1;", false },
	/* 3: a file in a file in a part; one that is no part */
	{ "-ab", "axy", "012", "1233", ";1234;;", false },
	{ "-ab", "xay", "012", "23", ";12;;", false },
	{ "-ab", "xa", "01", "12", ";2;;", true },
	{ "-ab", "a", "0", "01", ";2;;", true },
	{ "-ab", "", "", "0", ";;;", true },
	/* 8: the same file, as two parts, and in another part */
	{ "-aab", "aab", "000", "1122", ";12;12;;", false },
	{ "-aab", "a", "0", "11", ";12;12;;", false },
	{ "-ab", "ba", "01", "12", ";;12;", true },
	{ "-ab", "aba", "002", "1233", ";1;234;", false },
	/* 12: what is no leaf has none */
	{ "-", "-", "0", "1", ";", true },
};

static void
set_digest(unsigned char digest_r[SEEN_DIGEST], char letter)
{
	memset(digest_r, letter, SEEN_DIGEST);
}

static void
fill(struct scan_result *whole, struct inspection *inspection,
	unsigned char (*digests)[SEEN_DIGEST], size_t at)
{
	size_t i;

	for (i = 0; cases[at].parts[i] != '\0'; i++) {
		inspection->parts[i + 1].leaf = cases[at].parts[i] != '-';
		set_digest(digests[i + 1], cases[at].parts[i]);
	}
	inspection->part_count = i + 1;
	for (i = 0; cases[at].files[i] != '\0'; i++) {
		set_digest(whole->layers[i].digest, cases[at].files[i]);
		whole->layers[i].around = (size_t)(cases[at].around[i] - '0');
	}
	whole->layer_count = i;
	for (i = 0; cases[at].members[i] != '\0'; i++)
		whole->members[i].file = (size_t)(cases[at].members[i] - '0');
	whole->member_count = i;
}

static void
test_cases(void)
{
	struct part parts[COUNT_MAX] = { 0 };
	struct scan_layer layers[COUNT_MAX] = { 0 };
	struct scan_member members[COUNT_MAX] = { 0 };
	unsigned char digests[COUNT_MAX][SEEN_DIGEST];
	struct inspection inspection = { .parts = parts };
	struct scan_result whole = { .layers = layers, .members = members };
	struct pool *pool = pool_new();
	struct places places;
	size_t i, k, m, len;
	char text[100];

	test_begin("R7: members are of the outermost file that is a part");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(&whole, &inspection, digests, i);
		places_find(&places, pool, &whole, &inspection, digests);
		text[0] = '\0';
		for (k = 1, len = 0; k < inspection.part_count; k++) {
			for (m = places.first[k]; m > 0; m = places.next[m - 1])
				text[len++] = (char)('0' + m);
			text[len++] = ';';
			text[len] = '\0';
		}
		test_str(text, cases[i].expected);
		test_int(places.lost, cases[i].lost);
	}
	pool_free(pool);
}

static void
test_list(void)
{
	struct scan_layer layers[4] = { 0 };
	struct scan_member members[2] = { { .file = 0 }, { .file = 3 } };
	struct scan_result whole = { .layers = layers, .layer_count = 4,
		.members = members, .member_count = 2 };
	struct seen *seen = seen_new();
	size_t i;

	test_begin("R7: files that hold members, and what they are in");
	for (i = 0; i < 4; i++)
		set_digest(layers[i].digest, (char)('a' + i));
	layers[2].around = 2;
	places_list(&whole, seen);
	test_assert(!seen_has(seen, layers[0].digest));
	test_assert(seen_has(seen, layers[1].digest));
	test_assert(seen_has(seen, layers[2].digest));
	test_assert(!seen_has(seen, layers[3].digest));
	seen_free(seen);
}

int
main(void)
{
	test_cases();
	test_list();
	return test_done();
}
