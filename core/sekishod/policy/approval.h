/*
 * approval.h - the senders of a message that a recipient may have approved or
 * blocked.
 */
#ifndef SEKISHO_APPROVAL_H
#define SEKISHO_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "alignment.h"
#include "message.h"
#include "policy.h"
#include "pool.h"
#include "senders.h"

#define APPROVAL_SENDERS_MAX 2u

struct approval_sender {
	const char *address;
	bool counts;		/* it is who it says (SPEC A8) */
	const char *reason;	/* why it counts, or not */
};

struct approval {
	struct approval_sender senders[APPROVAL_SENDERS_MAX];
	size_t sender_count;
	/*
	 * What proves the sender in From: a word of alignment_evidence(), or
	 * "inside": somebody of this site.
	 */
	const char *proof;
	/* The entries of a list that approve one of those that count. */
	const char *entries[APPROVAL_SENDERS_MAX * SENDERS_KEYS_MAX];
	size_t entry_count;
	/* The entries that block one of them: a block asks for no proof. */
	const char *blocks[APPROVAL_SENDERS_MAX * SENDERS_KEYS_MAX];
	size_t block_count;
};

/*
 * Pure. from is the address of the From field, or "". Whatever the envelope
 * says, no sender counts when the From domain fails; mail that was submitted
 * by this site needs no proof. Mail from outside that names a sender of one of
 * the domains that policy protects needs one always: nobody is forged more
 * often than a colleague. policy may be NULL: it protects none.
 */
void approval_weigh(const struct sekisho_message *message, const char *from,
	enum alignment_mode mode, const struct policy *policy,
	struct pool *pool, struct approval *approval_r);

#endif
