/*
 * quarantine-mail.h - a message in the quarantine, as long as Dovecot has it in
 * hand.
 */
#ifndef SEKISHO_QUARANTINE_MAIL_H
#define SEKISHO_QUARANTINE_MAIL_H

#include "held-mail.h"
#include "sekisho-plugin.h"

struct quarantine_mail {
	union mail_module_context module_ctx;

	/* What copies of the message shall consist of, or NULL: as stored. */
	struct istream *outgoing;
	/* What the user sees of mail that is held for a virus, or NULL. */
	struct istream *masked;
	/* It is us who reads the message. */
	bool trusted;
	/* The next expunge ends a move; it is no deletion. */
	bool moved;
	/* The next expunge is a move to this folder, which means: delete. */
	const char *bin;
	/* That folder is the one for spam. */
	bool junk;
};

/* NULL when the message is not in a quarantine. */
struct quarantine_mail *quarantine_mail(struct mail *mail);

/* Is this keyword ours ("$Sekisho..."), so that users do not change it? */
bool quarantine_keyword(const char *keyword);

/* The names of keywords of a mailbox, on the data stack, NULL at the end. */
const char *const *keyword_names(struct mailbox *box,
	const struct mail_keywords *keywords);

/*
 * Why it is held; empty texts for a message that an administrator put there.
 * Free it with sekisho_held_free(). Returns 0, or -1 with an error set.
 */
int quarantine_mail_read(struct mail *mail, struct sekisho_held *held_r);

/*
 * The same, and the message without our lines: a stream of the caller's that
 * must not outlive the mail. Returns 0, or -1 with an error set and no stream.
 */
int quarantine_mail_open(struct mail *mail, struct sekisho_held *held_r,
	struct istream **original_r);

#endif
