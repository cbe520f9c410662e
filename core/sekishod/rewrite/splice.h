/*
 * splice.h - changes of a text by place, so that all other bytes stay.
 */
#ifndef SEKISHO_SPLICE_H
#define SEKISHO_SPLICE_H

#include <stddef.h>

#include "buf.h"
#include "pool.h"

struct splice {
	size_t start;		/* bytes [start, end) of the old text ... */
	size_t end;
	const char *text;	/* ... become these */
	size_t len;
	size_t order;		/* of two at one place, the older is first */
};

struct splice_list {
	struct splice *splices;
	size_t count;
};

/* text is copied into pool. */
void splice_add(struct splice_list *list, struct pool *pool,
	const struct splice *splice);

/*
 * Appends bytes [start, end) of text with the changes that lie in them. A
 * change inside the range of another change is dropped with it.
 */
void splice_render(struct splice_list *list, const char *text, size_t start,
	size_t end, struct sekisho_buf *out);

#endif
