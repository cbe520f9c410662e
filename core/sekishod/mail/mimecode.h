/*
 * mimecode.h - transfer encodings read as leniently as mail programs do.
 *
 * transfer.h is for what must be exact.
 */
#ifndef SEKISHO_MIMECODE_H
#define SEKISHO_MIMECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* How a body is read. Programs differ about "=" in the middle of Base 64. */
enum mimecode {
	MIMECODE_IDENTITY,
	MIMECODE_QP,
	MIMECODE_UUENCODE,	/* from the first "begin" line on */
	MIMECODE_BASE64,	/* "=" ends a group, another may follow */
	MIMECODE_BASE64_STOP,	/* the first "=" is the end */
	MIMECODE_BASE64_SKIP,	/* "=" means nothing */
	MIMECODE_WAYS		/* their number */
};

/* The way for a Content-Transfer-Encoding in lower case. */
enum mimecode mimecode_of(const char *encoding);

/* All ways that words of the text name, as a mask: 1u << way. */
unsigned int mimecode_mask(const char *text, size_t len);

/* True when the ways to read Base 64 differ about this text. */
bool mimecode_base64_is_odd(const char *raw, size_t len);

/*
 * Appends the decoded bytes. What is no letter of the encoding is left out.
 * Look at out->failed afterwards.
 */
void mimecode_decode(enum mimecode way, const char *raw, size_t len,
	struct sekisho_buf *out);

#endif
