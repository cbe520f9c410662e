/*
 * removal.h - messages that a transaction removes from the quarantine other
 * than by delivering them, so that each is logged once, whoever was first.
 */
#ifndef SEKISHO_REMOVAL_H
#define SEKISHO_REMOVAL_H

#include "sekisho-plugin.h"

/*
 * bin: the folder it was moved to, which means delete; NULL for an expunge.
 * junk: that is the folder for spam.
 */
void removal_add(struct mail *mail, const char *bin, bool junk);

/*
 * What the transactions of the quarantine do. Until the claim is closed after
 * the commit no other session can deliver what is being deleted.
 */
int removal_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r);
void removal_rollback(struct mailbox_transaction_context *t);

#endif
