/*
 * senders.h - lists of senders, and what an entry of one is written like (SPEC
 * A1, A7): one address, or one domain.
 *
 * Pure: no directory, no network.
 */
#ifndef SEKISHO_SENDERS_H
#define SEKISHO_SENDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"
#include "sekisho.h"

/* The lists that each user has. An entry is written alike in both. */
enum senders_list {
	SENDERS_APPROVED,	/* their mail is not taken for spam */
	SENDERS_BLOCKED,	/* their mail is not wanted */
	SENDERS_LISTS
};

/* What a recipient says of a mail's sender: his block goes before all. */
enum senders_opinion {
	OPINION_NONE,
	OPINION_APPROVED,
	OPINION_BLOCKED
};

/* "approved", "blocked". */
const char *senders_list_name(enum senders_list list);

/* Bytes of an entry: 64 of a local part, "@", 253 of a domain. */
#define SENDERS_LOCAL_MAX 64u
#define SENDERS_DOMAIN_MAX 253u

/* Why an entry is refused; senders_refusal_word() names it. */
enum senders_refusal {
	SENDERS_OK,
	SENDERS_EMPTY,
	SENDERS_TOO_LONG,
	SENDERS_CHARACTERS,	/* control characters, blanks, not UTF-8 */
	SENDERS_SYNTAX,	/* neither an address nor *@domain */
	SENDERS_DOMAIN,	/* no name of a mail domain */
	SENDERS_TOO_WIDE,	/* a wildcard that names too many */
	SENDERS_REFUSALS
};

/* "too-wide" and the like, for programs. */
const char *senders_refusal_word(enum senders_refusal refusal);

/*
 * The canonical form of an entry that somebody wrote: without blanks around it,
 * the domain in lower case and as A-labels (RFC 5890), the local part as it is.
 * Sets *canonical_r, in pool. Else returns the refusal, and err says in one
 * sentence what to write instead.
 */
enum senders_refusal senders_canonical(const char *text, struct pool *pool,
	const char **canonical_r, struct sekisho_error *err);

#define SENDERS_KEYS_MAX 2u

/*
 * The entries that stand for this sender: its address, its domain.
 * Returns their number; an address that is none has no keys.
 */
size_t senders_keys(const char *sender, struct pool *pool,
	const char *keys_r[SENDERS_KEYS_MAX]);

/* As the directory compares entries: without regard to case. */
bool senders_equal(const char *a, const char *b);

/*
 * The domain as DNS knows it: lower case, A-labels. NULL when it is none, an
 * address literal for instance. Needs no dot.
 */
const char *senders_domain(const char *domain, struct pool *pool);

#endif
