/*
 * stamp.h - put text into a part that a person reads (SPEC R15).
 */
#ifndef SEKISHO_STAMP_H
#define SEKISHO_STAMP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "transfer.h"

/* A text part as it stands in the mail. */
struct stamp_part {
	bool html;		/* else plain text */
	const char *charset;	/* as declared, "" for none */
	enum transfer transfer;
	bool eight_bit;		/* declared 8bit or binary */
	const char *body;	/* encoded */
	size_t len;
};

/* How the part has to change. */
struct stamp_change {
	bool recoded;		/* the part is UTF-8 now ... */
	const char *encoding;	/* ... and has this transfer encoding */
	struct transfer_splice splice;	/* of the encoded body */
};

/* Stamps without their blanks and empty lines; one line each, with LF. */
void stamp_lines(struct sekisho_buf *out, const char *const *stamps,
	size_t count);

/*
 * Finds how to show lines (UTF-8, as made by stamp_lines()) at the top of
 * part. Returns 0, or -1 when the part cannot take it; the caller frees
 * change_r->splice.text in both cases.
 */
int stamp_part(const struct stamp_part *part, const char *lines,
	struct stamp_change *change_r);

#endif
