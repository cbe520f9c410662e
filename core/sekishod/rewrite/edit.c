/*
 * edit.c - lists of body changes, to and from a frame.
 */
#include <string.h>

#include "edit.h"
#include "frame.h"

static const char *
text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

bool
edit_list_equal(const struct edit_list *a, const struct edit_list *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->edits[i].kind != b->edits[i].kind ||
		    a->edits[i].part != b->edits[i].part ||
		    strcmp(a->edits[i].text, b->edits[i].text) != 0 ||
		    strcmp(text_or_empty(a->edits[i].member_text),
		    text_or_empty(b->edits[i].member_text)) != 0)
			return false;
	return true;
}

void
edit_list_encode(const struct edit_list *list, struct sekisho_buf *buf)
{
	size_t i;

	sekisho_put_u32(buf, (uint32_t)list->count);
	for (i = 0; i < list->count; i++) {
		sekisho_put_u32(buf, list->edits[i].kind);
		sekisho_put_u32(buf, list->edits[i].part);
		sekisho_put_text(buf, list->edits[i].text);
		sekisho_put_text(buf,
			text_or_empty(list->edits[i].member_text));
	}
}

int
edit_list_decode(struct edit_list *list_r, struct pool *pool,
	const void *data, size_t len, struct sekisho_error *err)
{
	struct sekisho_reader in;
	struct edit_list list = { 0 };
	struct edit *edit;
	size_t i, count;

	sekisho_reader_init(&in, data, len);
	count = sekisho_get_u32(&in);
	for (i = 0; i < count && !in.failed; i++) {
		edit = pool_append(pool, &list.edits, &list.count,
			sizeof(*edit));
		edit->kind = sekisho_get_below(&in, EDIT_KINDS);
		edit->part = sekisho_get_u32(&in);
		edit->text = pool_strdup(pool, sekisho_get_text(&in));
		edit->member_text = pool_strdup(pool, sekisho_get_text(&in));
	}
	if (!sekisho_reader_done(&in))
		return sekisho_error_set(err,
			"edit frame: a field is missing or wrong");
	*list_r = list;
	return 0;
}
