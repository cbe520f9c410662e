/*
 * delivery-private.h - what delivery.c and delivery-add.c have in common.
 */
#ifndef SEKISHO_DELIVERY_PRIVATE_H
#define SEKISHO_DELIVERY_PRIVATE_H

#include "delivery.h"

struct delivery {
	pool_t pool;
	struct mailbox_transaction_context *command;	/* the user's */
	struct sekisho_user *user;
	struct mailbox *into;
	struct mailbox_transaction_context *t;		/* ours, in into */
	struct gateway *gateway;			/* instead of t */
	bool outside;		/* the mails go there, by gateway */
	struct claim *claim;
	ARRAY(struct released) mails;
	ARRAY_TYPE(seq_range) uids;			/* in the quarantine */
	string_t *room;		/* where each mail is put together */
	bool approve;
	bool partial;		/* something else than what was named */
};

/*
 * The reply to the user's command says it, and a line in the log. id is that
 * of the mail, or NULL for several. Returns -1.
 */
int delivery_refuse(struct delivery *delivery, const char *id,
	enum mail_error error, const char *text);

/*
 * The same with an error of Dovecot's own, in box, one of the mailboxes that
 * take part. Returns -1.
 */
int delivery_fail(struct delivery *delivery, const char *id,
	struct mailbox *box);

#endif
