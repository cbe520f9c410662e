/*
 * release.h - one held message that leaves the quarantine (SPEC Q9): may it,
 * and what is stored where it goes.
 */
#ifndef SEKISHO_RELEASE_H
#define SEKISHO_RELEASE_H

#include "control.h"
#include "held.h"
#include "senders-entry.h"

/* Texts are on the pool that release_check() was given, or constant. */
struct released {
	const char *id;		/* Exim's */
	struct senders_entry approve;	/* whom, or a name of NULL */
	const char *rescan;	/* what the scanner said, a word for the log */
	const char *guid;	/* in the quarantine; NULL: not sent on */
	uint32_t uid;		/* in the quarantine; 0: it is not there */
	char *learn;		/* learn_prepare(), or NULL */
};

/*
 * May it leave? Not when it is held for a virus or when today's scan finds one,
 * unless an administrator wants it. With approve, it must have a sender.
 * Returns 0, or -1 with the reason; released_r->id is set either way.
 */
int release_check(const struct sekisho_user *user,
	const struct sekisho_held *held, struct istream *outgoing,
	bool approve, pool_t pool, struct released *released_r,
	struct control_refusal *refusal_r);

/* What a mailbox knows of a message besides its bytes. */
struct marks {
	enum mail_flags flags;
	const char *const *keywords;
	time_t received;	/* -1: as the quarantine has it, or now */
	int timezone;		/* of received, minutes */
};

/* Those that the user has given a message of the quarantine. */
void marks_of_mail(struct mail *mail, struct marks *marks_r);

/* Those that come with an upload; the texts are on the pool. */
void marks_of_upload(const struct mail_save_context *ctx, pool_t pool,
	struct marks *marks_r);

/*
 * Copies it into the mailbox of transaction t, with other bytes than are
 * stored. Returns 0, or -1 with an error set in that mailbox.
 */
int release_copy(struct mailbox_transaction_context *t, struct mail *mail,
	const struct sekisho_held *held, struct istream *outgoing,
	const struct marks *marks);

/* Saves it there when it is in the quarantine no more. */
int release_save(struct mailbox_transaction_context *t,
	struct istream *outgoing, const struct marks *marks);

#endif
