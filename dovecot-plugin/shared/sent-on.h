/*
 * sent-on.h - which held mails a quarantine has sent on to another server
 * lately. Exim gives a mail to outside once for each of its recipients, and
 * comes again after a lost answer; what was sent on meanwhile, and is gone from
 * the quarantine, must not be filed and sent once more.
 *
 * It is known by the GUIDs of the latest ones, in the header of the mailbox's
 * index: what is lost with an index is filed again, and is seen.
 */
#ifndef SEKISHO_SENT_ON_H
#define SEKISHO_SENT_ON_H

#include "dovecot-compat.h"
#include <mail-storage.h>

/*
 * Notes it, once the other server has taken the mail. The quarantine is open
 * and locked by a claim (claim.h). Returns 0, or -1 with an error set in it.
 */
int sent_on_note(struct mailbox *quarantine, const char *guid);

/* Has it been sent on? The quarantine is open and synchronized. */
bool sent_on_is_noted(struct mailbox *quarantine, const char *guid);

#endif
