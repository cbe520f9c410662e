/*
 * held-mail.h - a held message as Dovecot keeps it.
 *
 *	X-Sekisho-Held: ...	held.h, as sekishod sealed it
 *	X-Sekisho-Reason: ...	the same for people, RFC 2047
 *	the message as LMTP got it, byte for byte: its trace fields and the
 *	original
 *
 * and one keyword, after the class of the rule, or that of viruses when one was
 * found later (retro-scan.h). lib95_sekisho_lmtp verifies the
 * seal before it files a message, and nobody else can put one there; so what
 * lies in the quarantine is true. Anywhere else these fields mean nothing.
 */
#ifndef SEKISHO_HELD_MAIL_H
#define SEKISHO_HELD_MAIL_H

#include "dovecot-compat.h"
#include <istream.h>
#include <mail-storage.h>

#include "held.h"

/* The keyword of a class: "$SekishoSpam", "$SekishoVirus" ... */
const char *held_mail_keyword(enum sekisho_held_class held_class);

/* To how many outside it goes; 0 when it is held for its recipient. */
unsigned int held_mail_outside(const struct sekisho_held *held);

/* "; to a@x.example and 2 others outside", or "". On the data stack. */
const char *held_mail_outside_text(const struct sekisho_held *held);

/* Which message for whom, as a text on the data stack. */
const char *held_mail_identity(const struct sekisho_held *held);

/*
 * The GUID that a message is filed with, from the data stack: made of its
 * identity, so that it can be found without reading any message.
 */
const char *held_mail_guid(const struct sekisho_held *held);

/*
 * The value of the field X-Sekisho-Held, for sekishod, on the data stack; NULL
 * when it is too long.
 */
const char *held_mail_value(const struct sekisho_held *held);

enum held_mail_result {
	HELD_MAIL_FOUND,
	HELD_MAIL_NONE,		/* there is no such field */
	HELD_MAIL_WRONG,	/* it is malformed, or there are two */
	HELD_MAIL_FAILED,	/* the storage's error says why */
};

/*
 * The class of a message whose field was read: that of the field, unless a
 * virus was found later.
 */
enum sekisho_held_class held_mail_class(struct mail *mail,
	const struct sekisho_held *held);

/*
 * Reads the field X-Sekisho-Held, does not verify it. With HELD_MAIL_FOUND
 * held_r is filled, to be freed with sekisho_held_free(); value_r, unless it is
 * NULL, gets the field's value from the data stack.
 */
enum held_mail_result held_mail_read(struct mail *mail,
	struct sekisho_held *held_r, const char **value_r,
	struct sekisho_error *err);

/* The same from a stream, which is where it was afterwards: at its start. */
enum held_mail_result held_mail_parse(struct istream *message,
	struct sekisho_held *held_r, struct sekisho_error *err);

/*
 * The message without the fields X-Sekisho-Held and X-Sekisho-Reason and with
 * every other byte as it is: what goes to the user when it is released. The
 * stream is the caller's to unref and must not outlive the mail. 0 or -1 with
 * the storage's error.
 */
int held_mail_original(struct mail *mail, struct istream **input_r);

/*
 * Both at once, for a thousand messages: the field X-Sekisho-Held, and the
 * original. input_r is set unless the result is HELD_MAIL_FAILED.
 */
enum held_mail_result held_mail_open(struct mail *mail,
	struct sekisho_held *held_r, struct istream **input_r,
	struct sekisho_error *err);

/* The same of a stream, which must live as long. 0, or -1 with its error. */
int held_mail_cut(struct istream *message, struct istream **input_r);

#endif
