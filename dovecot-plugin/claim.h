/*
 * claim.h - one session at a time takes messages out of a user's quarantine.
 *
 * Two sessions may move the same message at once, and Dovecot would copy it
 * twice. So whoever delivers or deletes held mail holds a lock meanwhile, and
 * looks at the mailbox afresh: through a handle of its own, because the
 * client's must not be synchronized behind its back.
 */
#ifndef SEKISHO_CLAIM_H
#define SEKISHO_CLAIM_H

#include "sekisho-plugin.h"

/*
 * A message that was delivered by COPY, or whose removal after a move did not
 * happen any more: it is not delivered again, and deleting it deletes nothing.
 */
#define CLAIM_RELEASED "$SekishoReleased"

struct claim;

enum claim_state {
	CLAIM_HELD,
	CLAIM_DELIVERED,	/* has the keyword */
	CLAIM_GONE,		/* expunged by another session */
};

/*
 * Waits for the lock. Returns the claim, or NULL with an error set in the
 * storage of box, the mailbox that the user's command is about.
 */
struct claim *claim_open(struct mailbox *box);

/* Gives the lock back; sets the pointer to NULL, which it may be already. */
void claim_close(struct claim **claim);

/* The state of a message, now and until the claim is closed. */
enum claim_state claim_state(const struct claim *claim, uint32_t uid);

/* Our handle of the quarantine, as fresh as the claim. */
struct mailbox *claim_mailbox(struct claim *claim);

/* Notes that these were delivered. Returns 0, or -1 with a line in the log. */
int claim_mark(struct claim *claim, const ARRAY_TYPE(seq_range) *uids);

#endif
