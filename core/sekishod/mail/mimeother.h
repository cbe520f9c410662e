/*
 * mimeother.h - what other mail programs may make of the header lines of a
 * part: every transfer encoding and every file name that is in them anywhere.
 *
 * mimefacts.h is what most make of them.
 */
#ifndef SEKISHO_MIMEOTHER_H
#define SEKISHO_MIMEOTHER_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

struct mimeother {
	unsigned int ways;	/* mask of mimecode.h, without identity */
	const char **names;	/* text.h; some may be the same */
	size_t name_count;
	bool attachment;	/* a Content-Disposition that is not inline */
	bool piece;		/* message/partial (RFC 2046 5.2.2) */
	bool too_long;		/* a field that nobody reads to its end */
};

/* Reads header lines; the list lives in pool. */
void mimeother_read(struct mimeother *other_r, struct pool *pool,
	const char *header, size_t len);

#endif
