/*
 * origin.h - who a message is from, in words: whom its reader sees in From,
 * whether it is he, and who the mail servers were told.
 */
#ifndef SEKISHO_ORIGIN_H
#define SEKISHO_ORIGIN_H

#include "dovecot-compat.h"
#include "held.h"

#define ORIGIN_HEADER "X-Sekisho-Origin"

/* Never NULL; "" is not known. Addresses as they came: nobody checked them. */
struct origin {
	const char *from;	/* the address in From */
	const char *proof;	/* of held.h: what proves it */
	const char *sender;	/* of the envelope */
};

/*
 * Of a held message, on the data stack with the texts of held. NULL when its
 * field does not say what proves its sender (v=1).
 */
const struct origin *origin_of_held(const struct sekisho_held *held);

/* A copy on the pool. NULL is NULL. */
const struct origin *origin_dup(pool_t pool, const struct origin *origin);

/*
 * For programs, in the manner of held.h: "from=boss@bank.example; proof=none;"
 * and "sender=x@y.example", lines of ASCII folded with LF, on the data stack.
 */
const char *origin_field(const struct origin *origin);

/*
 * "from boss@bank.example, not proved; sent by x@y.example", one line of UTF-8
 * without control characters, on the data stack.
 */
const char *origin_english(const struct origin *origin);
const char *origin_japanese(const struct origin *origin);

#endif
