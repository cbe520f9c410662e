/*
 * edit.h - the body changes that a policy asks for and rewrite.c carries out.
 */
#ifndef SEKISHO_EDIT_H
#define SEKISHO_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pool.h"
#include "sekisho.h"

enum edit_kind {
	EDIT_CLEAN,	/* take the virus out of part: the infected members of
			 * a zip, else all of it; text stands in its place */
	EDIT_REMOVE,	/* take part out; text stands in its place */
	EDIT_STAMP,	/* text into what the reader sees first; part is 0 */
	EDIT_KINDS
};

struct edit {
	enum edit_kind kind;
	uint32_t part;		/* as in inspection.h */
	const char *text;	/* UTF-8, lines end in LF */
	const char *member_text;	/* EDIT_CLEAN: the same about infected
				 * members of a zip; NULL or "": text */
};

struct edit_list {
	struct edit *edits;	/* in the order the policy made them */
	size_t count;
};

bool edit_list_equal(const struct edit_list *a, const struct edit_list *b);
void edit_list_encode(const struct edit_list *list, struct sekisho_buf *buf);

/* Texts are copied into pool. Returns 0 or -1. */
int edit_list_decode(struct edit_list *list_r, struct pool *pool,
	const void *data, size_t len, struct sekisho_error *err);

#endif
