/*
 * held.h - the fifth noun: one message that is held for one recipient, and the
 * header field that says so.
 *
 *	X-Sekisho-Held: v=2; id=1vNq2T-0000Ab-2X; time=1795478400; class=spam;
 *		rule=R4; reason=Inbound%20spam; sender=bounce@list.example;
 *		from=a@partner.example; proof=dkim;
 *		recipient=alice@example.com; key=0b9c24e1; seal=8f3e...
 *
 * sekishod makes it, Exim carries it to the quarantine, Dovecot keeps it with
 * the message. A value holds letters, digits and "-._@+"; every other byte is
 * "%" and two hexadecimal digits (RFC 3986), so no value can begin a line or
 * another field. White space means nothing and may be put anywhere (folding).
 * The fields stand in this order, each once; there is one way to write them.
 * Version 1 had neither from nor proof. Mail to outside has version 3: all its
 * recipients stand in recipient, with commas between them, and the address in
 * whose quarantine it is held in quarantine, before key.
 *
 * Only a seal that sekishod has verified makes a field true.
 */
#ifndef SEKISHO_HELD_H
#define SEKISHO_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sekisho.h"

#define SEKISHO_HELD_HEADER "X-Sekisho-Held"
#define SEKISHO_REASON_HEADER "X-Sekisho-Reason"
#define SEKISHO_RELEASED_HEADER "X-Sekisho-Released" /* held no more */
#define SEKISHO_HELD_MAX 65536u		/* bytes of the whole field */
#define SEKISHO_HELD_RECIPIENTS_MAX 500u /* of mail to outside */
#define SEKISHO_HELD_REASON_MAX 300u	/* bytes of a reason */
#define SEKISHO_HELD_SEAL 64		/* hexadecimal digits of a seal ... */
#define SEKISHO_HELD_KEY 8		/* ... and of the name of its key */

/* Of the rule that holds the message; SPEC Q9 looks at the last one. */
enum sekisho_held_class {
	SEKISHO_HELD_SPAM,
	SEKISHO_HELD_CONTENT,
	SEKISHO_HELD_VIRUS,	/* only an administrator may release it */
	SEKISHO_HELD_CLASSES	/* their number */
};

/* "spam", "content", "virus". */
const char *sekisho_held_class_name(enum sekisho_held_class held_class);

/* Texts are never NULL and without control characters. */
struct sekisho_held {
	const char *id;		/* Exim's id of the message */
	uint64_t time;		/* when it was held, seconds since 1970 */
	enum sekisho_held_class held_class;
	const char *rule;	/* id of the rule */
	const char *reason;	/* for people, UTF-8 */
	const char *sender;	/* of the envelope, "" for a bounce */
	const char *from;	/* the address in From, or "" */
	const char *proof;	/* a word for what proves from: approval.h;
				 * "" in a field of version 1 */
	const char *recipient;	/* of the envelope; to outside: all of them */
	const char *quarantine;	/* to outside: in whose it is held, else "" */
	const char *key;	/* which key the seal was made with */
	const char *seal;	/* HMAC-SHA256, see sekisho_held_sealed() */
	char *storage;		/* of a decoded one: owns the texts */
};

/*
 * Appends the whole header field, folded, each line ending in LF. The caller
 * keeps the limits above.
 */
void sekisho_held_encode(const struct sekisho_held *held,
	struct sekisho_buf *buf);

/* Appends the bytes that the seal covers: every value up to and with key. */
void sekisho_held_sealed(const struct sekisho_held *held,
	struct sekisho_buf *buf);

/* Appends a value as it stands in the field: "Inbound%20spam". */
void sekisho_held_put_value(struct sekisho_buf *buf, const char *value);

/*
 * Reads the value of a header field - what stands after the colon, folded or
 * not. Refuses whatever sekisho_held_encode() does not write; does not look
 * whether the seal is true. Returns 0, then free it with sekisho_held_free(),
 * or -1.
 */
int sekisho_held_decode(struct sekisho_held *held_r, const char *value,
	struct sekisho_error *err);

/* The address in whose quarantine it is held. */
const char *sekisho_held_keeper(const struct sekisho_held *held);

/* The length of the first address in held->recipient, up to a comma. */
size_t sekisho_held_recipient_len(const char *list);

/* Frees a decoded one. held may be NULL. */
void sekisho_held_free(struct sekisho_held *held);

#endif
