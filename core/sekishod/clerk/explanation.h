/*
 * explanation.h - why a message was treated as it was, for people and scripts
 * (SPEC O2). The format is described in sekisho(1) and does not change.
 */
#ifndef SEKISHO_EXPLANATION_H
#define SEKISHO_EXPLANATION_H

#include "buf.h"
#include "examine.h"

/* Appends the explanation of a finished examination, one fact a line. */
void explanation_text(const struct examination *ex, struct sekisho_buf *out);

/* The same facts as one JSON object (RFC 8259). */
void explanation_json(const struct examination *ex, struct sekisho_buf *out);

#endif
