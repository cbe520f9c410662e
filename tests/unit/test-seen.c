/*
 * test-seen.c - which files count as one (SPEC R1).
 */
#include "seen.h"
#include "test.h"

#define FILE_OF(text) { text, sizeof(text) - 1 }

static const struct {
	struct {
		const char *data;
		size_t len;
	} a, b;
	int same;
} cases[] = {
	{ FILE_OF(""), FILE_OF(""), true },
	{ FILE_OF("text"), FILE_OF("text"), true },
	{ FILE_OF("text"), FILE_OF("test"), false },
	{ FILE_OF("a\nb"), FILE_OF("a\r\nb\r\n"), true },
	{ FILE_OF("a\rb"), FILE_OF("ab"), true },
	/* 5: no text */
	{ FILE_OF("P\0K\r\n"), FILE_OF("P\0K\r\n"), true },
	{ FILE_OF("P\0K\r\n"), FILE_OF("P\0K\n"), false },
	{ FILE_OF("P\0K\r"), FILE_OF("P\0K\n"), false },
	{ FILE_OF("PK\0"), FILE_OF("PK"), false },
};

static void
test_digests(void)
{
	unsigned char a[SEEN_DIGEST], b[SEEN_DIGEST];
	struct seen *seen;
	size_t i;

	test_begin("R1: line ends make no other file of a text, of others do");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		seen_digest(a, cases[i].a.data, cases[i].a.len);
		seen_digest(b, cases[i].b.data, cases[i].b.len);
		test_int(memcmp(a, b, SEEN_DIGEST) == 0, cases[i].same);
		seen = seen_new();
		test_assert(seen_add(seen, a));
		test_int(seen_has(seen, b), cases[i].same);
		test_int(seen_add(seen, b), !cases[i].same);
		seen_free(seen);
	}
}

int
main(void)
{
	if (seen_init() < 0)
		return 1;
	test_digests();
	return test_done();
}
