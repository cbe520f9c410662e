/*
 * digest_text.h - what strangers wrote, in a mail to a user: readable, and no
 * mail program makes a link of it.
 */
#ifndef SEKISHO_DIGEST_TEXT_H
#define SEKISHO_DIGEST_TEXT_H

#include "pool.h"

/*
 * A copy with a blank behind what makes an address of the web: the colon of
 * "://" and dots within a word. Mail addresses stay as they are: what they lead
 * to is a new mail. Line ends and controls are notice.h's.
 */
const char *digest_text(struct pool *pool, const char *text);

#endif
