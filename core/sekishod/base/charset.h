/*
 * charset.h - character sets: valid UTF-8, iconv with the names that mails use.
 */
#ifndef SEKISHO_CHARSET_H
#define SEKISHO_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pool.h"

/* True when all bytes are ASCII and none is NUL. */
bool charset_is_ascii(const char *text, size_t len);

/*
 * The length of the UTF-8 character at text (1 to 4), or 0 when the bytes
 * there are none (RFC 3629: no surrogates, nothing overlong). code_r may be
 * NULL.
 */
size_t charset_utf8_next(const char *text, size_t len, uint32_t *code_r);

/*
 * A copy that is safe on one line: invalid bytes become U+FFFD; controls, line
 * ends (also U+2028) and marks that turn the direction of writing become
 * blanks; more than max characters are cut with "...". Never NULL.
 */
char *charset_clean_line(struct pool *pool, const char *text, size_t max);

/* True when ASCII bytes mean themselves wherever a text starts (not UTF-16). */
bool charset_holds_ascii(const char *charset);

/* True when charset is a known name. "" is us-ascii. */
bool charset_known(const char *charset);

/*
 * Appends UTF-8 text in charset (a MIME name). Returns 0, or -1 with nothing
 * appended when charset is unknown or lacks a character.
 */
int charset_from_utf8(struct sekisho_buf *buf, const char *charset,
	const char *text, size_t len);

/* The same in the other direction; -1 too when the text is broken. */
int charset_to_utf8(struct sekisho_buf *buf, const char *charset,
	const char *text, size_t len);

#endif
