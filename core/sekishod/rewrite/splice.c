/*
 * splice.c - changes of a text by place, so that all other bytes stay.
 *
 * rewrite.c collects all changes of a mail in one list and renders it once.
 */
#include <stdlib.h>
#include <string.h>

#include "splice.h"

void
splice_add(struct splice_list *list, struct pool *pool,
	const struct splice *splice)
{
	struct splice *new;

	new = pool_append(pool, &list->splices, &list->count, sizeof(*new));
	*new = *splice;
	new->text = splice->len == 0 ? "" :
		pool_strndup(pool, splice->text, splice->len);
	new->order = list->count;
}

static int
splice_compare(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
splice_render(struct splice_list *list, const char *text, size_t start,
	size_t end, struct sekisho_buf *out)
{
	const struct splice *splice;
	size_t i;

	if (list->count > 0)
		qsort(list->splices, list->count, sizeof(*list->splices),
			splice_compare);
	for (i = 0; i < list->count; i++) {
		splice = &list->splices[i];
		if (splice->start < start || splice->end > end)
			continue;
		sekisho_buf_add(out, text + start, splice->start - start);
		sekisho_buf_add(out, splice->text, splice->len);
		start = splice->end;
	}
	sekisho_buf_add(out, text + start, end - start);
}
