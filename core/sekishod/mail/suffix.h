/*
 * suffix.h - what the public suffix list says of a domain (publicsuffix.org).
 * Domains are given in lower case and as A-labels.
 */
#ifndef SEKISHO_SUFFIX_H
#define SEKISHO_SUFFIX_H

#include <stdbool.h>

/* Anybody may get a domain below this one: "com", "co.jp". */
bool suffix_is_public(const char *domain);

/*
 * The part that belongs to one organisation (RFC 7489 section 3.2):
 * "example.co.jp" of "a.b.example.co.jp". Points into domain; domain itself
 * when it is a public suffix.
 */
const char *suffix_organisation(const char *domain);

#endif
