/*
 * subject.h - put tags in front of a Subject without breaking it (SPEC R14).
 */
#ifndef SEKISHO_SUBJECT_H
#define SEKISHO_SUBJECT_H

#include <stddef.h>

#include "pool.h"

/*
 * headers are the header lines of the message as received, decoded is its
 * decoded Subject (UTF-8). Returns the whole new field, folded as needed and
 * ending in LF ("Subject: [TAG] ..."), or "" when every tag is already there.
 * The bytes of the old subject are kept; tags outside ASCII become encoded
 * words (RFC 2047). A message without Subject gets one.
 */
const char *subject_tag(struct pool *pool, const char *headers,
	const char *decoded, const char *const *tags, size_t tag_count);

#endif
