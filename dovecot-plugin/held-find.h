/*
 * held-find.h - looks for the original of an uploaded message.
 */
#ifndef SEKISHO_HELD_FIND_H
#define SEKISHO_HELD_FIND_H

#include "sekisho-plugin.h"

/*
 * Is a message held that Exim gave this id? Returns 1 with its UID in the
 * mailbox, 0, or -1 with an error set there.
 */
int held_find(struct mailbox *quarantine, const char *id, uint32_t *uid_r);

#endif
