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

#include "senders-list.h"

/* The message of an entry, with LF, on the data stack. */
const char *senders_entry_message(enum senders which, const char *entry);

/* Its Message-ID, on the data stack. */
const char *senders_entry_id(enum senders which, const char *entry);

/* Is this the Message-ID of any entry of it? Other messages are not ours. */
bool senders_entry_is_id(enum senders which, const char *message_id);

/* What a message asks for that is put into the folder. */
struct senders_wish {
	const char *entry;	/* as it is written there; data stack */
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
