/*
 * senders-mirror.h - a folder of senders as an image of its list in the
 * directory: one message for each entry (SPEC Q11).
 *
 * The folder is an ordinary mailbox, in whatever format. Whatever was changed,
 * wherever and by whom, and however a change was interrupted: the list is what
 * counts, and the folder is made to agree with it as soon as somebody looks. A
 * note in the mailbox's index says with which list it agrees, so that looking
 * at it costs one short question.
 *
 * All of it goes through a handle of its own, because the client's must not be
 * synchronized behind its back.
 */
#ifndef SEKISHO_SENDERS_MIRROR_H
#define SEKISHO_SENDERS_MIRROR_H

#include "senders-entry.h"
#include "sekisho-plugin.h"

struct mirror;

/*
 * A fresh look at the folder of which like is a handle. Returns NULL with an
 * error set for like when it cannot be opened.
 */
struct mirror *mirror_open(struct mailbox *like);

/*
 * The same, and nobody else changes folder and list until it is closed; waits
 * so many seconds for that.
 */
struct mirror *mirror_claim(struct mailbox *like, unsigned int seconds);

/* Sets the pointer to NULL, which it may be already. */
void mirror_close(struct mirror **mirror);

/* Does it agree with the list that has this token? */
bool mirror_is_current(const struct mirror *mirror, const char *token);

/*
 * Makes a claimed folder agree with the list: removes messages, writes missing
 * ones. Messages that are none of ours stay. What fails is in the log, and is
 * done by the next update.
 */
void mirror_update(struct mirror *mirror, const struct senders_list *list);

/*
 * Writes new messages of entries, in their order, whether or not there are any;
 * an update then removes older ones. changes_r has their UIDs and is the
 * caller's to free. Returns 0, or -1 with an error in the log.
 */
int mirror_write(struct mirror *mirror, const struct senders_entry *entries,
	unsigned int count, struct mail_transaction_commit_changes *changes_r);

/*
 * Those entries of the list whose messages have these UIDs, as far as they are
 * still there: on the data stack, *count_r of them. Returns 0, or -1 with an
 * error set in mirror_mailbox().
 */
int mirror_find(struct mirror *mirror, const ARRAY_TYPE(seq_range) *uids,
	const struct senders_list *list, const char *const **entries_r,
	unsigned int *count_r);

struct mailbox *mirror_mailbox(struct mirror *mirror);

#endif
