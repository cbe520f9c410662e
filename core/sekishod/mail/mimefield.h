/*
 * mimefield.h - the header lines of a MIME part as bytes.
 */
#ifndef SEKISHO_MIMEFIELD_H
#define SEKISHO_MIMEFIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* The end of the field at text (with the lines that continue it), or len. */
size_t mimefield_end(const char *text, size_t len);

/* True when the field at text has that name. */
bool mimefield_is(const char *text, size_t len, const char *name);

/* True for MIME-Version and Content-*. */
bool mimefield_is_mime(const char *text, size_t len);

/*
 * Appends a Content-Type field with charset=UTF-8 and all else as it was.
 * type is what the part counts as ("text/html"), if the field is too odd.
 */
void mimefield_add_utf8(struct sekisho_buf *out, const char *field, size_t len,
	const char *type);

/*
 * The first "\n--", where a part may begin, or NULL. For mails of many MB:
 * memmem() looks at each byte.
 */
const char *mimefield_find_dashes(const char *text, size_t len);

#endif
