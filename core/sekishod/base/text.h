/*
 * text.h - foreign bytes as a text that can be shown: file names, subjects,
 * names of archive members, virus names.
 */
#ifndef SEKISHO_TEXT_H
#define SEKISHO_TEXT_H

#include <stddef.h>

#include "pool.h"

#define TEXT_MAX 1024u		/* bytes of one text */

/*
 * A copy that is valid UTF-8, one line, without control characters, at most
 * TEXT_MAX bytes. Bytes that are not UTF-8 are taken for a Japanese character
 * set (ISO-2022-JP, EUC-JP, CP932) when they fit it; what fits nothing becomes
 * U+FFFD. The same bytes always give the same text. Never NULL.
 */
const char *text_clean(struct pool *pool, const char *bytes, size_t len);

/*
 * The same guess without the cleaning and the limit: what is not UTF-8 but fits
 * a Japanese set is converted, all else stays as it is. NUL becomes a blank.
 */
const char *text_guess(struct pool *pool, const char *bytes, size_t len);

#endif
