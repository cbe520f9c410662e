/*
 * control.h - what the plug-in asks sekishod on control.sock, for one user
 * (sekisho-protocol(7)).
 */
#ifndef SEKISHO_CONTROL_H
#define SEKISHO_CONTROL_H

#include "sekisho-plugin.h"
#include "request.h"

/* Why sekishod, or the road to it, says no. */
struct control_refusal {
	enum mail_error error;
	const char *text;	/* a line of ASCII for the client, data stack */
};

/* Sets why, in printable ASCII whatever the values hold. Always returns -1. */
int control_refuse(struct control_refusal *refusal_r, enum mail_error error,
	const char *fmt, ...) ATTR_FORMAT(3, 4);

/*
 * Asks, with a file beside the request unless fd is -1, and waits so many
 * milliseconds. Returns 0 with an answer, to be freed, or -1 with a line in the
 * log when sekishod gave none.
 */
int control_ask(const struct sekisho_user *user,
	const struct sekisho_request *request, int fd, int ms,
	struct sekisho_answer *answer_r);

/*
 * Has a message (outgoing.h) looked at. Returns 0 when somebody has, or -1. The
 * answer is to be freed in any case; it shall be empty before.
 */
int control_scan(const struct sekisho_user *user, struct istream *outgoing,
	struct sekisho_answer *answer_r);

/*
 * Has a message (outgoing.h) looked at with today's signatures (SPEC Q9).
 * Returns 0 when it may leave, or -1; outcome_r is a word for the log either
 * way: "clean", "off", "unavailable", "refused".
 */
int control_rescan(const struct sekisho_user *user, struct istream *outgoing,
	const char **outcome_r, struct control_refusal *refusal_r);

/*
 * Has sekishod send a mail to outside, in this descriptor, to all recipients of
 * held. Returns 0, or -1: with MAIL_ERROR_NOTPOSSIBLE it is refused, otherwise
 * it was not taken or nobody knows.
 */
int control_release(const struct sekisho_user *user,
	const char *held_field, int fd, struct control_refusal *refusal_r);

#endif
