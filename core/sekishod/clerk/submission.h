/*
 * submission.h - hand a mail to the site's mail server, by SMTP.
 */
#ifndef SEKISHO_SUBMISSION_H
#define SEKISHO_SUBMISSION_H

#include <stddef.h>
#include <stdint.h>

#include "pool.h"
#include "sekisho.h"

struct submission {
	const char *url;	/* smtp://host:port or smtps://host:port */
	const char *sender;	/* of the envelope; NULL or "": empty */
	const char *const *recipients;	/* all of them, or none */
	size_t recipient_count;
	const char *head;	/* header lines to stand first, or NULL */
	const char *text;	/* a whole message; lines end in LF or CRLF */
	size_t text_len;
	int64_t deadline;	/* sekisho_now() milliseconds */
};

enum submission_result {
	SUBMISSION_DONE,
	SUBMISSION_REFUSED,	/* for good: there is no such mailbox; if one
				 * is refused, nobody gets it */
	SUBMISSION_FAILED
};

/*
 * Sends it. err is set unless it is done. A mail
 * whose fate is unknown (the server was lost after the last byte) is FAILED.
 */
enum submission_result submission_send(const struct submission *submission,
	struct pool *pool, struct sekisho_error *err);

/* Does the server greet? 0 or -1. Only url and deadline are looked at. */
int submission_probe(const struct submission *submission,
	struct sekisho_error *err);

#endif
