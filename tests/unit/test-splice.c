/*
 * test-splice.c - changes by place; all other bytes stay (SPEC R15).
 */
#include "splice.h"
#include "test.h"

#define TEXT "0123456789"

static const struct {
	struct splice splices[4];
	size_t count;
	size_t start, end;
	const char *expected;
} cases[] = {
	{ { { 0 } }, 0, 0, 10, TEXT },
	{ { { 0 } }, 0, 3, 5, "34" },
	{ { { 0 } }, 0, 4, 4, "" },
	{ { { 3, 5, "AB", 2, 0 } }, 1, 0, 10, "012AB56789" },
	/* 4: first and last place, inserted, cut, replaced */
	{ { { 10, 10, "Z", 1, 0 }, { 0, 0, "A", 1, 0 } }, 2, 0, 10,
	  "A" TEXT "Z" },
	{ { { 0, 10, NULL, 0, 0 } }, 1, 0, 10, "" },
	{ { { 0, 10, "a\nb", 3, 0 } }, 1, 0, 10, "a\nb" },
	/* 7: given in any order, carried out by place */
	{ { { 7, 8, "C", 1, 0 }, { 1, 2, "A", 1, 0 }, { 4, 4, "B", 1, 0 } }, 3,
	  0, 10, "0A23B456C89" },
	/* 8: at one place the older comes first */
	{ { { 5, 5, "A", 1, 0 }, { 5, 5, "B", 1, 0 }, { 5, 5, "C", 1, 0 } }, 3,
	  0, 10, "01234ABC56789" },
	{ { { 5, 5, "A", 1, 0 }, { 5, 7, "B", 1, 0 } }, 2, 0, 10,
	  "01234AB789" },
	/* 10: one inside another is dropped, in either order */
	{ { { 2, 8, "X", 1, 0 }, { 4, 5, "Y", 1, 0 } }, 2, 0, 10, "01X89" },
	{ { { 4, 5, "Y", 1, 0 }, { 2, 8, "X", 1, 0 } }, 2, 0, 10, "01X89" },
	{ { { 2, 8, "X", 1, 0 }, { 8, 8, "Y", 1, 0 } }, 2, 0, 10, "01XY89" },
	/* 13: only those that lie in the range */
	{ { { 1, 2, "A", 1, 0 }, { 5, 6, "B", 1, 0 }, { 9, 10, "C", 1, 0 } },
	  3, 3, 8, "34B67" },
	{ { { 2, 4, "A", 1, 0 }, { 7, 9, "B", 1, 0 } }, 2, 3, 8, "34567" },
	{ { { 3, 3, "A", 1, 0 }, { 8, 8, "B", 1, 0 } }, 2, 3, 8, "A34567B" },
};

int
main(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][32];
	struct splice_list list;
	struct sekisho_buf out;
	struct pool *pool;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R15: splice case %zu",
			i);
		test_begin(names[i]);
		pool = pool_new();
		memset(&list, 0, sizeof(list));
		sekisho_buf_init(&out, 100);
		for (k = 0; k < cases[i].count; k++)
			splice_add(&list, pool, &cases[i].splices[k]);
		splice_render(&list, TEXT, cases[i].start, cases[i].end,
			&out);
		test_str(out.data, cases[i].expected);
		sekisho_buf_free(&out);
		pool_free(pool);
	}
	return test_done();
}
