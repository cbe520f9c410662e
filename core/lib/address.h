/*
 * address.h - mail addresses as RFC 5321 section 2.3.11 compares them: the
 * domain without regard to case.
 */
#ifndef SEKISHO_ADDRESS_H
#define SEKISHO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* What stands after the last "@", or "" when there is none. Never NULL. */
const char *sekisho_address_domain(const char *address);

/*
 * Appends the local part - all of the address, when it has no "@" - without
 * its quotes and backslashes, as Exim's $local_part has it: quotes may stand
 * anywhere in it. Returns the rest of the address: "@domain", or "".
 */
const char *sekisho_address_local(const char *address,
	struct sekisho_buf *buf);

/*
 * True when an entry - an address ("a@example.com") or a whole domain
 * ("*@example.com") - covers the address. Letters compare without regard to
 * case, as the directory compares them (caseIgnoreIA5Match).
 */
bool sekisho_address_covered(const char *entry, const char *address);

#endif
