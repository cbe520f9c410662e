/*
 * senders-entry.h - an entry of a list of senders as a small message, and the
 * entry that another message asks for (SPEC Q11).
 *
 * The message is for people: its sender and subject are the entry. We know it
 * by its Message-ID, which is made of the entry and nothing else. Its GUID is
 * one of Dovecot's: mdbox takes two messages with one GUID for damage, and the
 * same entry may be removed and added again.
 */
#ifndef SEKISHO_SENDERS_ENTRY_H
#define SEKISHO_SENDERS_ENTRY_H

#include "dovecot-compat.h"

#include <istream.h>

#include "origin.h"
#include "senders-list.h"

/*
 * An entry, and whom that message was from which made somebody approve or block
 * its sender; NULL where nobody knows. This is in the folder only, not in the
 * directory: a folder that is made anew has lost it.
 */
struct senders_entry {
	const char *name;	/* user01@example.com, *@example.com */
	const struct origin *origin;
};

/*
 * The message of an entry, with LF, on the data stack. The origin stands in it
 * for people, and in a field X-Sekisho-Origin.
 */
const char *senders_entry_message(enum senders which,
	const struct senders_entry *entry);

/* Its Message-ID, on the data stack. */
const char *senders_entry_id(enum senders which, const char *entry);

/* Is this the Message-ID of any entry of it? Other messages are not ours. */
bool senders_entry_is_id(enum senders which, const char *message_id);

/* What a message asks for that is put into the folder; data stack. */
struct senders_wish {
	struct senders_entry entry;	/* named as it is written there */
	bool named;		/* by its subject: it is nobody's mail */
};

/*
 * A message that bears no trace of a transport and whose subject looks like an
 * entry names it; any other asks for its sender. When it was uploaded and has
 * no sender but the user, its subject was meant. Returns 0, or -1 when it has
 * none of these. Reads from the stream's start.
 */
int senders_entry_wish(struct istream *message, bool uploaded,
	const char *user_address, struct senders_wish *wish_r);

#endif
