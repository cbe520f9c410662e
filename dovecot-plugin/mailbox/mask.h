/*
 * mask.h - the content of a message that is held for a virus, as its user may
 * see it: the header, and a star for each byte of the body.
 *
 * Line ends stay, and so do all sizes; so whatever Dovecot knows of the message
 * - its size, where its parts begin - is true of what the client gets.
 */
#ifndef SEKISHO_MASK_H
#define SEKISHO_MASK_H

#include "sekisho-plugin.h"

/*
 * A new stream over message, which it references, at its start. Bytes before
 * body_offset are shown.
 */
struct istream *mask_create(struct istream *message, uoff_t body_offset);

#endif
