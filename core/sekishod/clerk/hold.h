/*
 * hold.h - held messages: what the plan says of them, and the verbs
 * "held-verify" and "held-forward" (sekisho-protocol(7)).
 */
#ifndef SEKISHO_HOLD_H
#define SEKISHO_HOLD_H

#include "examine.h"
#include "inquiry.h"
#include "plan.h"

/*
 * Fills plan->recipient_held, and for recipients outside the headers of their
 * outcomes: a sealed header field for whomever the message is held. Returns 0,
 * or -1 when one of them cannot be written.
 */
int hold_recipients(const struct examination *ex, struct sekisho_plan *plan,
	struct sekisho_error *err);

/*
 * Reads the field "header" of a request and looks at its seal. Returns 0, then
 * free it with sekisho_held_free(), or -1 with the answer set.
 */
int hold_receive(struct inquiry *inquiry, struct sekisho_held *held_r);

/* The same of mail in the quarantine of user, an address of envelope.h. */
int hold_receive_of(struct inquiry *inquiry, const char *user,
	struct sekisho_held *held_r);

/*
 * control.sock: may Dovecot file this message into the quarantine of "user"?
 * "header" is the value of its field X-Sekisho-Held. OK; REFUSED when the seal
 * is false; INVALID when the mail is held for somebody else; UNAVAILABLE when
 * the seal was made with a key that this sekishod does not have.
 */
void hold_verify_answer(struct inquiry *inquiry);

/*
 * scan.sock: Exim has found out that the recipient of "header" is an alias and
 * stands for "recipient". OK with the field "header" for him: the whole header
 * field, as in hold_recipients(). Otherwise as above.
 */
void hold_forward_answer(struct inquiry *inquiry);

#endif
