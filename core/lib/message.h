/*
 * message.h - the first noun: what the MTA saw of one message.
 *
 * Made by the module from Exim's variables (or by `sekisho explain` from a
 * file), read by a clerk. The body travels beside it as a file descriptor.
 */
#ifndef SEKISHO_MESSAGE_H
#define SEKISHO_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sekisho.h"

/* All texts are NUL-terminated and never NULL; "" means none. */
struct sekisho_message {
	const char *id;			/* Exim's message id */
	const char *sender;		/* envelope sender, "" for a bounce */
	const char **recipients;	/* of the envelope, in Exim's order */
	size_t recipient_count;
	bool inside;			/* submitted by this site (SPEC R9) */
	const char *client_address;	/* IP of the client, "" when local */
	const char *helo;
	const char *authenticated_id;
	const char *spam_score;		/* $acl_m_sekisho_spam: times 10 */
	const char *dkim;		/* "example.com=pass b.example=fail" */
	const char *spf;		/* "pass", "softfail" ... */
	const char *dmarc;		/* as Exim's $dmarc_status */
	const char *from_publishes;	/* the From domain: "spf", "dmarc" */
	const char *headers;		/* header lines, LF, no empty line */
	size_t headers_len;
	uint64_t body_start;		/* offset in the descriptor */
	bool body_crlf;			/* CRLF line ends (spool_wireformat) */
};

/* Appends the fields; look at buf->failed afterwards. */
void sekisho_message_encode(const struct sekisho_message *message,
	struct sekisho_buf *buf);

/*
 * Reads the fields of one frame. The texts point into data, the recipient list
 * is allocated; free it with sekisho_message_free(). Returns 0 or -1.
 */
int sekisho_message_decode(struct sekisho_message *message_r,
	const void *data, size_t len, struct sekisho_error *err);

/* Frees the recipient list. message may be NULL. */
void sekisho_message_free(struct sekisho_message *message);

#endif
