/*
 * held-filing.h - puts a held message into its user's quarantine (SPEC Q1).
 */
#ifndef SEKISHO_HELD_FILING_H
#define SEKISHO_HELD_FILING_H

#include "held-mail.h"

enum held_filing_result {
	HELD_FILING_FILED,
	HELD_FILING_THERE,	/* Exim came again, its first try had worked,
				   and it may have been sent on already */
	HELD_FILING_FAILED	/* nothing was stored; err says why */
};

/*
 * Saves mail, which LMTP got with the field of held, into the mailbox of the
 * setting sekisho_quarantine ("Quarantine"), in the form of held-mail.h. The
 * same held->id for the same recipient is filed once: it has always the same
 * GUID, which is looked for first.
 */
enum held_filing_result held_filing(struct mail_user *user, struct mail *mail,
	const struct sekisho_held *held, struct sekisho_error *err);

#endif
