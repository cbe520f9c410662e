/*
 * places.h - which part of a mail the members of archives are in that the scan
 * of the whole mail has named, so that no part is scanned again to know it.
 */
#ifndef SEKISHO_PLACES_H
#define SEKISHO_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "engine.h"
#include "inspection.h"
#include "pool.h"
#include "seen.h"

/* Indices are one more than they are; 0 is none. All lives in the pool. */
struct places {
	size_t *first;	/* of each part: a member of it in whole->members */
	size_t *next;	/* of each member: another one of that part */
	bool lost;	/* this is not all: some part or member is not known */
};

/* digests are those of the leaves of the inspection, others are not read. */
void places_find(struct places *places_r, struct pool *pool,
	const struct scan_result *whole, const struct inspection *inspection,
	unsigned char (*digests)[SEEN_DIGEST]);

/* Adds the files that hold members. */
void places_list(const struct scan_result *whole, struct seen *files);

#endif
