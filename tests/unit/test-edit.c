/*
 * test-edit.c - lists of body changes, to and from a frame.
 */
#include <stdlib.h>

#include "edit.h"
#include "test.h"

static struct edit edits[] = {
	{ EDIT_STAMP, 0, "a\n関所\n", "" },
	{ EDIT_CLEAN, 3, "", "b.zip/c.com" },
	{ EDIT_REMOVE, UINT32_MAX, "x", NULL },
};
static const struct edit_list sample = { edits, 3 };

static int
decode(struct edit_list *got, struct pool *pool, const void *data, size_t len)
{
	char *copy = malloc(len + (len == 0));
	struct sekisho_error err = { "" };
	int result;

	memcpy(copy, data, len);
	result = edit_list_decode(got, pool, copy, len, &err);
	free(copy);
	if (result < 0)
		test_str(err.text, "edit frame: a field is missing or wrong");
	return result;
}

static void
test_frame(struct pool *pool)
{
	struct edit_list got, empty = { NULL, 0 };
	struct sekisho_buf buf;
	size_t i;

	test_begin("edit: every field arrives");
	sekisho_buf_init(&buf, 1000);
	edit_list_encode(&sample, &buf);
	test_int(decode(&got, pool, buf.data, buf.len), 0);
	test_assert(edit_list_equal(&got, &sample));
	test_begin("edit: a frame cut anywhere is refused");
	for (i = 0; i < buf.len; i++)
		test_int(decode(&got, pool, buf.data, i), -1);
	test_begin("edit: so is one with a byte left over, or of no kind");
	sekisho_buf_add(&buf, "", 1);
	test_int(decode(&got, pool, buf.data, buf.len), -1);
	buf.data[7] = EDIT_KINDS;
	test_int(decode(&got, pool, buf.data, buf.len - 1), -1);
	sekisho_buf_free(&buf);
	test_begin("edit: a number of edits that cannot be");
	test_int(decode(&got, pool, "\xff\xff\xff\xff\0\0\0\0", 8), -1);
	test_begin("edit: an empty list is a list");
	edit_list_encode(&empty, &buf);
	test_int(decode(&got, pool, buf.data, buf.len), 0);
	test_int((long long)got.count, 0);
	sekisho_buf_free(&buf);
}

static void
test_equal(void)
{
	struct edit other[3];
	struct edit_list list = { other, 3 };

	test_begin("edit: equal lists make one body");
	memcpy(other, edits, sizeof(other));
	test_assert(edit_list_equal(&list, &sample));
	other[2].text = "y";
	test_assert(!edit_list_equal(&list, &sample));
	other[2] = edits[2];
	other[1].part = 4;
	test_assert(!edit_list_equal(&list, &sample));
	other[1] = edits[1];
	other[1].member_text = NULL;
	test_assert(!edit_list_equal(&list, &sample));
	other[1] = edits[1];
	other[0].kind = EDIT_REMOVE;
	test_assert(!edit_list_equal(&list, &sample));
	list.count = 2;
	test_assert(!edit_list_equal(&list, &sample));
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_frame(pool);
	test_equal();
	pool_free(pool);
	return test_done();
}
