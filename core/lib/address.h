/*
 * address.h - mail addresses as RFC 5321 section 2.3.11 compares them: the
 * domain without regard to case.
 */
#ifndef SEKISHO_ADDRESS_H
#define SEKISHO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* What stands after the last "@", or "" when there is none. Never NULL. */
const char *sekisho_address_domain(const char *address);

/*
 * True when an entry - an address ("a@example.com") or a whole domain
 * ("*@example.com") - covers the address. Letters compare without regard to
 * case, as the directory compares them (caseIgnoreIA5Match).
 */
bool sekisho_address_covered(const char *entry, const char *address);

#endif
