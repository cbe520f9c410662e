/*
 * unicode.h - what people typed: normal forms and characters of Unicode.
 */
#ifndef SEKISHO_UNICODE_H
#define SEKISHO_UNICODE_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/* True when text is UTF-8 in one line: no controls, no marks that turn it. */
bool unicode_is_line(const char *text);

/* True when text is nothing but spaces of any kind, or empty. */
bool unicode_is_blank(const char *text);

/*
 * All below take valid UTF-8. unicode_nfc() gives normal form C (UAX 15);
 * unicode_trim() takes away spaces at both ends. Both copy into pool.
 */
const char *unicode_nfc(struct pool *pool, const char *text);
const char *unicode_trim(struct pool *pool, const char *text);

/*
 * The same for texts that people take for the same: NFKC, without letter case,
 * trimmed.
 */
const char *unicode_fold(struct pool *pool, const char *text);

/* The number of characters. */
size_t unicode_length(const char *text);

#endif
