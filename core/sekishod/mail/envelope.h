/*
 * envelope.h - addresses in the one form that is compared, sealed and logged.
 *
 * Quotes around a local part mean nothing unless it needs them: RFC 5321
 * section 4.1.2 has "alice"@example.com be alice@example.com. Exim keeps them,
 * Dovecot does not, and a rule, a directory and a seal compare letters.
 */
#ifndef SEKISHO_ENVELOPE_H
#define SEKISHO_ENVELOPE_H

#include "message.h"
#include "pool.h"

/*
 * The address with quotes only where they are needed: when the local part is
 * empty or holds anything but letters, digits, dots (anywhere, as some
 * providers have them), the signs of an atom (RFC 5322) and UTF-8 (RFC 6531).
 * It is the address itself when nothing is quoted in it, otherwise in pool.
 */
const char *envelope_address(const char *address, struct pool *pool);

/* The same for the sender and every recipient of message. */
void envelope_addresses(struct sekisho_message *message, struct pool *pool);

#endif
