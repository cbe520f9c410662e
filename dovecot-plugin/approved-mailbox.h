/*
 * approved-mailbox.h - the folder of approved senders (SPEC Q11).
 *
 *	approved-mailbox.c	what its mailbox does in place of Dovecot's
 *	approved-mirror.c	makes it agree with the list in the directory
 *	approved-change.c	what users change in it
 *	approved-list.c		the list, at sekishod
 *	approved-entry.c	an entry as a message, a message as an entry
 */
#ifndef SEKISHO_APPROVED_MAILBOX_H
#define SEKISHO_APPROVED_MAILBOX_H

#include "sekisho-plugin.h"

/* The plug-in's data of such a mailbox. */
union mailbox_module_context *approved_mailbox_alloc(pool_t pool);

/* Put our functions between Dovecot and the mailbox, and a message in it. */
void approved_mailbox_hook(struct mailbox_vfuncs *v);
void approved_mail_hook(struct mail *mail);

/* From now on this handle is a plain mailbox: the one of the mirror. */
void approved_mailbox_bypass(struct mailbox *box);

#endif
