/*
 * headerfield.h - one field of a header after the other, as it stands: for who
 * compares fields and does not want to know what they mean.
 */
#ifndef SEKISHO_HEADERFIELD_H
#define SEKISHO_HEADERFIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/* All point into the header. What is no field has an empty name. */
struct header_field {
	const char *whole;	/* with its line ends and folded lines */
	size_t len;
	size_t name_len;	/* without blanks before the colon */
	const char *value;	/* behind the colon */
};

/* The field at *at, which moves on; false at the end. Lines end in LF. */
bool header_field_next(const char **at, const char *end,
	struct header_field *field_r);

/* Is it called that? Case does not count. */
bool header_field_is(const struct header_field *field, const char *name);

/* The value without line ends and the blanks before it; at most 64 KB. */
const char *header_field_text(const struct header_field *field,
	struct pool *pool);

#endif
