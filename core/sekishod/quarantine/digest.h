/*
 * digest.h - the mail that lists what was held for a user (sekisho-dovecot(8)),
 * and what its links mean.
 */
#ifndef SEKISHO_DIGEST_H
#define SEKISHO_DIGEST_H

#include "inquiry.h"

/* digest-send: Dovecot says what was held for whom, and the mail goes out. */
void digest_send(struct inquiry *inquiry);

/* digest-open: whose message a link is about, and what it may do. */
void digest_open(struct inquiry *inquiry);

#endif
