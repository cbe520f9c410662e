/*
 * delivery.h - held mail that one IMAP command takes out of the quarantine
 * into one folder (SPEC Q4, Q5, Q9), or on to another mail server (Q10).
 *
 * The mails are copied through a handle of our own, in a transaction of our
 * own, while the user's command works on its own transaction, which stays
 * empty. So it is in our hand what is stored, in which order approving, storing
 * and marking happen, and that all of it happens or nothing
 * (docs/architecture.md has the table of states).
 */
#ifndef SEKISHO_DELIVERY_H
#define SEKISHO_DELIVERY_H

#include "sekisho-plugin.h"
#include "upload.h"

struct delivery;

/*
 * Begins a delivery into a mailbox, which it owns from now on, and claims the
 * quarantine. command is the transaction of the user's command. Returns NULL
 * with an error set for command's mailbox.
 */
struct delivery *delivery_begin(struct mailbox_transaction_context *command,
	struct mailbox *into, bool approve);

/*
 * Adds one message of the quarantine: asks whether it may leave, has it
 * scanned, copies it. One that was delivered before is passed over if again,
 * else an error. Returns 0, or -1 with an error set for command's mailbox; then
 * the delivery can only be rolled back.
 */
int delivery_add(struct delivery *delivery, struct mail *mail, bool again);

/*
 * Adds messages that a client has uploaded: the original of each that is held,
 * else - the client has removed it before it brought it back - its bytes.
 */
int delivery_add_uploads(struct delivery *delivery,
	const struct uploads *uploads);

/*
 * Approves the senders, stores the mails, marks what was delivered, and ends
 * the user's command as transaction_commit() does, with UIDs in changes_r if
 * the mails went to its mailbox. The delivery is freed.
 */
int delivery_commit(struct delivery *delivery,
	struct mail_transaction_commit_changes *changes_r);

/* Nothing has happened. Frees the delivery; the caller ends the command. */
void delivery_rollback(struct delivery *delivery);

/* Ends a user's command that has stored nothing and is a success. Returns 0. */
int delivery_end_command(struct mailbox_transaction_context *command,
	struct mail_transaction_commit_changes *changes_r);

#endif
