/*
 * held-find.h - looks for the original of an uploaded message.
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

#endif
