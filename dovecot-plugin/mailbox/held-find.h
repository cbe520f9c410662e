/*
 * held-find.h - looks for one held mail: for the original of an upload, for
 * the copy that an interrupted delivery may have stored.
 */
#ifndef SEKISHO_HELD_FIND_H
#define SEKISHO_HELD_FIND_H

#include "sekisho-plugin.h"
#include "held.h"

/*
 * Is a message held that lib95 filed with this field? Returns 1 with its UID in
 * the mailbox, 0, or -1 with an error set there.
 */
int held_find(struct mailbox *quarantine, const struct sekisho_held *held,
	uint32_t *uid_r);

/*
 * Has it been delivered into that mailbox? Returns 1, 0, or -1 with an error
 * set there.
 */
int held_find_released(struct mailbox *like, const struct sekisho_held *held);

#endif
