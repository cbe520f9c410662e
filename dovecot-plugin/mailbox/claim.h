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

struct claim;

/* What the keywords of a message say of it. */
enum claim_state {
	CLAIM_HELD,
	CLAIM_DOUBTFUL,		/* $SekishoReleasing: a delivery began */
	CLAIM_DELIVERED,	/* $SekishoReleased: it ended */
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

/*
 * Refuses the user's command on box, for a message that is CLAIM_GONE or
 * CLAIM_DELIVERED. Always returns -1.
 */
int claim_refuse(struct mailbox *box, enum claim_state state);

/*
 * Is it held for a virus that was found after it was filed? Its header cannot
 * say so; its keyword does.
 */
bool claim_is_virus(const struct claim *claim, uint32_t uid);

/* Has its user asked an administrator to release it? */
bool claim_is_requested(const struct claim *claim, uint32_t uid);

/* Our handle of the quarantine, as fresh as the claim. */
struct mailbox *claim_mailbox(struct claim *claim);

/*
 * Notes the state of messages: CLAIM_DOUBTFUL just before they are stored
 * somewhere, CLAIM_DELIVERED just after, CLAIM_HELD when it did not work. A
 * crash between them leaves a doubt, which whoever delivers next has to clear
 * up. Returns 0, or -1 with an error set in the mailbox.
 */
int claim_mark(struct claim *claim, const ARRAY_TYPE(seq_range) *uids,
	enum claim_state state);

/*
 * From now on the message is held for a virus, whatever its header says: in one
 * step, as all of its keywords. Returns 0, or -1 with an error set in the
 * mailbox.
 */
int claim_mark_virus(struct claim *claim, uint32_t uid);

/* Notes that its user has asked. Returns as above. */
int claim_mark_requested(struct claim *claim, uint32_t uid);

#endif
