/*
 * approved.h - what an approved sender is written like (SPEC A1, A7).
 *
 * Pure: no directory, no network.
 */
#ifndef SEKISHO_APPROVED_H
#define SEKISHO_APPROVED_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"
#include "sekisho.h"

/* Bytes of an entry: 64 of a local part, "@", 253 of a domain. */
#define APPROVED_LOCAL_MAX 64u
#define APPROVED_DOMAIN_MAX 253u

/* Why an entry is refused; approved_refusal_word() names it. */
enum approved_refusal {
	APPROVED_OK,
	APPROVED_EMPTY,
	APPROVED_TOO_LONG,
	APPROVED_CHARACTERS,	/* control characters, blanks, not UTF-8 */
	APPROVED_SYNTAX,	/* neither an address nor *@domain */
	APPROVED_DOMAIN,	/* no name of a mail domain */
	APPROVED_TOO_WIDE,	/* a wildcard that approves too much */
	APPROVED_REFUSALS
};

/* "too-wide" and the like, for programs. */
const char *approved_refusal_word(enum approved_refusal refusal);

/*
 * The canonical form of an entry that somebody wrote: without blanks around it,
 * the domain in lower case and as A-labels (RFC 5890), the local part as it is.
 * Sets *canonical_r, in pool. Else returns the refusal, and err says in one
 * sentence what to write instead.
 */
enum approved_refusal approved_canonical(const char *text, struct pool *pool,
	const char **canonical_r, struct sekisho_error *err);

#define APPROVED_KEYS_MAX 2u

/*
 * The entries that approve mail of this sender: its address, its domain.
 * Returns their number; an address that is none has no keys.
 */
size_t approved_keys(const char *sender, struct pool *pool,
	const char *keys_r[APPROVED_KEYS_MAX]);

/* As the directory compares entries: without regard to case. */
bool approved_equal(const char *a, const char *b);

/*
 * The domain as DNS knows it: lower case, A-labels. NULL when it is none, an
 * address literal for instance. Needs no dot.
 */
const char *approved_domain(const char *domain, struct pool *pool);

#endif
