/*
 * explain_held.h - a held mail says itself who sent it to whom.
 */
#ifndef SEKISHO_EXPLAIN_HELD_H
#define SEKISHO_EXPLAIN_HELD_H

#include "buf.h"
#include "held.h"
#include "sekisho.h"

/*
 * Takes the fields of the quarantine out of the header lines, which end in LF,
 * so that they are what came in; what they say goes to held_r, to be freed with
 * sekisho_held_free(). Nobody looks whether its seal is true. A first line
 * "text:" of doveadm fetch is taken out as well. Returns 0, or -1 when it is no
 * held mail.
 */
int explain_held_take(struct sekisho_buf *headers,
	struct sekisho_held *held_r, struct sekisho_error *err);

/* Appends the line "held id=... rule=..." of sekisho(1). */
void explain_held_print(const struct sekisho_held *held,
	struct sekisho_buf *out);

#endif
