/*
 * frame.h - the fields of a frame: put them in, take them out.
 *
 * A field is a 32-bit number in network byte order, or bytes with such a number
 * before them and a NUL after them, so that a text can be used where it lies.
 * Nothing is separated by characters, so no value can pose as another field.
 */
#ifndef SEKISHO_FRAME_H
#define SEKISHO_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

void sekisho_put_u32(struct sekisho_buf *buf, uint32_t value);
void sekisho_put_u64(struct sekisho_buf *buf, uint64_t value);
void sekisho_put_bytes(struct sekisho_buf *buf, const void *data, size_t len);

/* text may be NULL, which arrives as "". */
void sekisho_put_text(struct sekisho_buf *buf, const char *text);

/*
 * Reads fields one after the other. The first field that does not fit sets
 * ->failed; from then on every get returns 0 or "". Look at it once at the end.
 */
struct sekisho_reader {
	const unsigned char *next;
	const unsigned char *end;
	bool failed;
};

void sekisho_reader_init(struct sekisho_reader *in, const void *data,
	size_t len);
uint32_t sekisho_get_u32(struct sekisho_reader *in);
uint64_t sekisho_get_u64(struct sekisho_reader *in);

/* A number that must be below limit: an index, a count, an enum. */
uint32_t sekisho_get_below(struct sekisho_reader *in, uint32_t limit);

/* Points into the frame; valid as long as the frame is. Never NULL. */
const void *sekisho_get_bytes(struct sekisho_reader *in, size_t *len_r);

/* The same for a text: an embedded NUL is a failure. Never NULL. */
const char *sekisho_get_text(struct sekisho_reader *in);

/* True when every field was there and nothing is left over. */
bool sekisho_reader_done(const struct sekisho_reader *in);

#endif
