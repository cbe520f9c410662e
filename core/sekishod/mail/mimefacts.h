/*
 * mimefacts.h - what the header lines of a part or a message say.
 */
#ifndef SEKISHO_MIMEFACTS_H
#define SEKISHO_MIMEFACTS_H

#include <stddef.h>

#include "mime.h"
#include "pool.h"

/*
 * The value of the first field of that name among len bytes of header lines:
 * unfolded, UTF-8 where a guess was possible, at most 16 KiB. NULL when there
 * is no such field.
 */
const char *mimefacts_field(struct pool *pool, const char *header, size_t len,
	const char *name);

/*
 * Fills type, charset, encoding, boundary, filename, smime_type, attachment
 * of a part from its header lines. default_type is what it is without any.
 */
void mimefacts_part(struct mime_part *part, struct pool *pool,
	const char *header, size_t len, const char *default_type);

/* Fills from, subject, message_id, date, automatic, list. */
void mimefacts_message(struct mime *mime, struct pool *pool,
	const char *header, size_t len);

#endif
