/*
 * held-room.h - the limit of a quarantine: the oldest mail makes room for new.
 */
#ifndef SEKISHO_HELD_ROOM_H
#define SEKISHO_HELD_ROOM_H

#include "dovecot-compat.h"

#include "sekisho.h"

/*
 * Sees that so many bytes more can be held: with sekisho_quota, removes the
 * oldest messages, as many as needed. What came in the last three days stays,
 * since its user cannot be expected to have seen it. Returns 0, or -1 when
 * there is no room; then nothing was removed.
 */
int held_room_make(struct mailbox *quarantine, uoff_t bytes,
	struct sekisho_error *err);

#endif
