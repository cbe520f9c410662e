/*
 * digest-choice.h - how often a user wants to be told what was held for him.
 *
 * What he chose is an annotation of his quarantine (IMAP METADATA, RFC 5464),
 * /private/vendor/sekisho/digest; where he chose nothing it is the setting
 * sekisho_digest. Either is "off" or a time from one hour to seven days: "1h",
 * "1d", "7d".
 */
#ifndef SEKISHO_DIGEST_CHOICE_H
#define SEKISHO_DIGEST_CHOICE_H

#include "dovecot-compat.h"

#include <mail-storage.h>

/*
 * Sets the hours between two digests, 0 for none. Returns 0, or -1 with a
 * sentence that quotes what is wrong. What a user chose is never wrong: what we
 * cannot read counts as nothing.
 */
int digest_choice(struct mailbox *quarantine, unsigned int *hours_r,
	const char **error_r);

/*
 * The latest time for a digest that is not after now. They are counted from
 * Monday, 6 o'clock: so a daily one comes in the morning, and nothing has to be
 * remembered but which messages were listed.
 */
time_t digest_time(unsigned int hours, time_t now);

#endif
