/*
 * senders-change.h - what a command of the user changes in one of his lists of
 * senders, through its folder (SPEC Q11, A6).
 *
 * First the directory, then the folder, under one claim. After a crash between
 * them the folder is behind, and catches up when somebody looks at it.
 */
#ifndef SEKISHO_SENDERS_CHANGE_H
#define SEKISHO_SENDERS_CHANGE_H

#include "sekisho-plugin.h"
#include "senders-entry.h"

/*
 * Adds different entries, which asked messages asked for, all of them or
 * none, and ends the command, whose transaction has stored nothing, as
 * transaction_commit() does: with the UIDs of the new messages in changes_r if
 * each message got one. Returns 0, or -1 with an error set for its mailbox.
 */
int senders_change_add(struct mailbox_transaction_context *command,
	const struct senders_entry *entries, unsigned int count,
	unsigned int asked, struct mail_transaction_commit_changes *changes_r);

/*
 * Approves the senders of held mails that are delivered, all of them or none;
 * the folder shows each with its origin as soon as that can be done. Returns 0,
 * also when they were approved before, or -1.
 */
int senders_change_approve(struct mail_user *user,
	const struct senders_entry *entries, unsigned int count,
	struct control_refusal *refusal_r);

/*
 * Removes the entries of the messages with these UIDs, and commits the command,
 * which expunges them. If that fails, both stay as they are.
 */
int senders_change_remove(struct mailbox_transaction_context *command,
	const ARRAY_TYPE(seq_range) *uids,
	struct mail_transaction_commit_changes *changes_r);

#endif
