/*
 * gateway.h - where the user's INBOX is on another mail server, to deliver a
 * message means to send it on by SMTP, with the envelope it came with (SPEC
 * Q10). Mail to outside, which is held for the administrators, is sent on by
 * sekishod, wherever INBOX is: Exim takes its word that this is a release.
 *
 * What SMTP has taken cannot be taken back. So all messages of a command are
 * looked at first and wait in a temporary file; then they are sent one after
 * the other.
 */
#ifndef SEKISHO_GATEWAY_H
#define SEKISHO_GATEWAY_H

#include "control.h"
#include "held.h"

struct gateway;

/* For a user with sekisho_submission, or for mail to outside. */
struct gateway *gateway_new(struct mail_user *user);

/* Sets the pointer to NULL, which it may be already. */
void gateway_free(struct gateway **gateway);

/*
 * Adds a message: the copy of outgoing.h, which may be freed afterwards. What
 * was added before goes the same way, inside or outside.
 * Returns 0, or -1 when it cannot be sent to its recipient.
 */
int gateway_add(struct gateway *gateway, const struct sekisho_held *held,
	struct istream *outgoing, struct control_refusal *refusal_r);

/*
 * Sends the message that was added as number i. Returns 0 when the server has
 * taken it, or -1: with MAIL_ERROR_NOTPOSSIBLE it refuses it, otherwise it has
 * not taken it or its answer got lost.
 */
int gateway_send(struct gateway *gateway, unsigned int i,
	struct control_refusal *refusal_r);

#endif
