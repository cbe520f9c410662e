/*
 * inspection.h - the second noun: what an inspector found in one message.
 *
 * Made in the jail (inspect.c), read by policy, rewrite and notice. It holds
 * facts only; what they mean for the mail is the policy's business.
 */
#ifndef SEKISHO_INSPECTION_H
#define SEKISHO_INSPECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "pool.h"
#include "sekisho.h"

enum finding_kind {
	FINDING_VIRUS,
	FINDING_PHISHING,
	FINDING_SPAM,		/* a spam name of a signature set */
	FINDING_ENCRYPTED,	/* nobody opens it without a password */
	FINDING_UNSCANNABLE,	/* a limit, a failure or a doubt: never clean */
	FINDING_MACRO,		/* an Office document with macros */
	FINDING_KINDS		/* their number */
};

/* "virus", "phishing", ...; the words of logs, explain and policies. */
const char *finding_kind_name(enum finding_kind kind);

/* Part 0 is the whole message; 1 is the first MIME part, in reading order. */
struct part {
	const char *path;	/* IMAP part specifier, "1.2"; RFC 9051 6.4.5 */
	const char *filename;	/* decoded, UTF-8, "" for none */
	const char *type;	/* declared, lower case: "application/zip" */
	const char *true_type;	/* what its bytes are (libmagic), "" unknown */
	uint64_t size;		/* decoded bytes */
	bool leaf;		/* no multipart, no message/rfc822 */
	bool attachment;	/* has a file name, or Content-Disposition so */
	bool sealed;		/* inside a signed or encrypted part */
};

/* A file inside an archive. */
struct member {
	uint32_t part;		/* index of the part that is the archive */
	const char *name;	/* as the archive has it, made valid UTF-8 */
	uint64_t size;		/* unpacked bytes, as declared */
	bool encrypted;
};

struct finding {
	enum finding_kind kind;
	uint32_t part;		/* 0: in the message, no single part */
	const char *name;	/* signature or reason; printable ASCII/UTF-8 */
	const char *member;	/* file inside the part's archive, or "" */
	bool cleanable;		/* virus only: can be taken out of the mail */
};

/* All texts are UTF-8, without control characters, never NULL. */
struct inspection {
	struct part *parts;	/* parts[0] is the whole message */
	size_t part_count;
	struct member *members;
	size_t member_count;
	struct finding *findings;
	size_t finding_count;
	const char *from;	/* address of the first From mailbox, or "" */
	const char *subject;	/* decoded */
	const char *message_id;	/* with its angle brackets, or "" */
	const char *date;	/* text of the Date field, or "" */
	bool automatic;		/* Auto-Submitted (RFC 3834) other than "no" */
	bool list;		/* a List-Id, or Precedence list/bulk/junk */
};

/* An empty inspection: one part, the whole message. */
void inspection_init(struct inspection *inspection, struct pool *pool);

/* Appends a finding unless the very same one is there. */
void inspection_add(struct inspection *inspection, struct pool *pool,
	const struct finding *finding);

/* True when there is a finding of that kind. */
bool inspection_has(const struct inspection *inspection,
	enum finding_kind kind);

void inspection_encode(const struct inspection *inspection,
	struct sekisho_buf *buf);

/*
 * Reads what an inspector sent; a jailed process is not trusted more than a
 * stranger, so every index and enum is checked and every text is cleaned.
 * Texts are copied into pool. Returns 0 or -1.
 */
int inspection_decode(struct inspection *inspection_r, struct pool *pool,
	const void *data, size_t len, struct sekisho_error *err);

#endif
