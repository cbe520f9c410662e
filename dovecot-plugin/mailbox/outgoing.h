/*
 * outgoing.h - a held message as it leaves the quarantine: byte for byte what
 * the sender sent, with a line X-Sekisho-Released in front in place of
 * X-Sekisho-Held.
 *
 * The new line is for people and for the site's own filters. None of our rules
 * looks at it, and Exim removes it from what comes from outside; so nothing is
 * gained by forging it. A released message does not go through Exim again.
 */
#ifndef SEKISHO_OUTGOING_H
#define SEKISHO_OUTGOING_H

#include "sekisho-plugin.h"
#include "held.h"

/* Is this value of that field one of the mail with this id? */
bool outgoing_is(const char *value, const char *id);

/*
 * Copies it into memory, so that what was scanned is what is stored. user is
 * the one who releases; room is where it is put together, and empty or used
 * for the message before. Returns the stream over the copy, which is the
 * caller's, or NULL with a line in the log.
 */
struct istream *outgoing_create(struct istream *original,
	const struct sekisho_held *held, const struct sekisho_user *user,
	string_t *room);

/*
 * A descriptor of its bytes, which the caller closes, or -1 with a line in the
 * log.
 */
int outgoing_open(struct istream *outgoing);

/*
 * The address that an approval of this message approves: that of From, or the
 * envelope sender when there is none; NULL when there is none either. It is on
 * the data stack. Seeks the stream back to its start.
 */
const char *outgoing_sender(struct istream *outgoing,
	const struct sekisho_held *held);

#endif
