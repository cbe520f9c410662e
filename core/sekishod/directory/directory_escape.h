/*
 * directory_escape.h - values of strangers in filters and names.
 */
#ifndef SEKISHO_DIRECTORY_ESCAPE_H
#define SEKISHO_DIRECTORY_ESCAPE_H

#include "buf.h"

/* Appends (attribute=value): every byte of value is meant as it is, a "*" too
 * (RFC 4515 section 3). */
void directory_escape_filter(struct sekisho_buf *filter,
	const char *attribute, const char *value);

/* Appends attribute=value as one part of a name (RFC 4514 section 2.4). */
void directory_escape_rdn(struct sekisho_buf *dn, const char *attribute,
	const char *value);

#endif
