/*
 * senders-mailbox.h - the folders of approved and of blocked senders (SPEC
 * Q11).
 *
 *	senders-mailbox.c	what its mailbox does in place of Dovecot's
 *	senders-mirror.c	makes it agree with the list in the directory
 *	senders-change.c	what users change in it
 *	senders-list.c		the list, at sekishod
 *	senders-entry.c	an entry as a message, a message as an entry
 */
#ifndef SEKISHO_SENDERS_MAILBOX_H
#define SEKISHO_SENDERS_MAILBOX_H

#include "senders-list.h"

/* The plug-in's data of such a mailbox. */
union mailbox_module_context *senders_mailbox_alloc(pool_t pool);

/* Which list such a mailbox, or any handle of it, shows. */
enum senders senders_mailbox_which(struct mailbox *box);

/* Put our functions between Dovecot and the mailbox, and a message in it. */
void senders_mailbox_hook(struct mailbox_vfuncs *v);
void senders_mail_hook(struct mail *mail);

/* From now on this handle is a plain mailbox: the one of the mirror. */
void senders_mailbox_bypass(struct mailbox *box);

#endif
