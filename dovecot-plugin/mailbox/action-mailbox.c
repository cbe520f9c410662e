/*
 * action-mailbox.c - Deliver, and Deliver and Approve: nothing is ever stored
 * in these folders. Held mail that is moved or copied there goes to INBOX
 * (SPEC Q4, Q5).
 *
 * mbsync does not move: it uploads the message with APPEND, and removes the
 * original before or after. So an upload is taken too, if it bears the lines
 * of a held message. When that is still held, the original is delivered and
 * not the bytes that came; when it was removed already, the bytes that came,
 * after a scan - they go where the user may append whatever he likes anyway.
 */
#include "delivery.h"
#include "folder.h"
#include "quarantine-mail.h"

#include <istream.h>

struct action_transaction {
	union mailbox_transaction_module_context module_ctx;
	struct delivery *delivery;	/* of copied mails, or NULL */
	struct uploads *uploads;	/* or NULL */
};

static struct action_transaction *
action_transaction(struct mailbox_transaction_context *t)
{
	struct action_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);

	if (own == NULL) {
		own = i_new(struct action_transaction, 1);
		MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	}
	return own;
}

static int
action_refuse(struct mailbox *box)
{
	return folder_refuse(box, MAIL_ERROR_PERM, "Only held mail can be "
		"delivered, so nothing else can be put here");
}

static struct delivery *
action_delivery(struct mailbox_transaction_context *t)
{
	struct action_transaction *own = action_transaction(t);

	if (own->delivery == NULL)
		own->delivery = delivery_begin(t,
			folder_inbox_alloc(t->box->storage->user),
			folder_of(t->box) == FOLDER_APPROVE);
	return own->delivery;
}

static int
action_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct delivery *delivery;
	int ret = -1;

	if (!folder_is_leaving(ctx, mail))
		action_refuse(t->box);
	else if ((delivery = action_delivery(t)) != NULL)
		ret = delivery_add(delivery, mail, ctx->moving);
	if (ret == 0)
		quarantine_mail(mail)->moved = ctx->moving;
	mailbox_save_cancel(&ctx);
	return ret;
}

static int
action_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;
	struct action_transaction *own = action_transaction(ctx->transaction);

	/* Neither a sender, by an address with a detail, nor Sieve. */
	if (folder_is_filing_service(box))
		return action_refuse(box);
	if (own->uploads == NULL)
		own->uploads = uploads_new(box);
	uploads_begin(own->uploads, ctx, input);
	return 0;
}

static int
action_save_continue(struct mail_save_context *ctx)
{
	return uploads_continue(
		action_transaction(ctx->transaction)->uploads);
}

static int
action_save_finish(struct mail_save_context *ctx)
{
	struct mailbox *box = ctx->transaction->box;
	struct uploads *uploads =
		action_transaction(ctx->transaction)->uploads;
	int ret = uploads_finish(uploads, NULL);

	SEKISHO_SUPER(box)->save_cancel(ctx);
	if (ret == 0)
		action_refuse(box);
	return ret > 0 ? 0 : -1;
}

static void
action_save_cancel(struct mail_save_context *ctx)
{
	struct action_transaction *own = action_transaction(ctx->transaction);

	if (own->uploads != NULL)
		uploads_cancel(own->uploads);
	SEKISHO_SUPER(ctx->transaction->box)->save_cancel(ctx);
}

static void
action_rollback(struct mailbox_transaction_context *t)
{
	struct action_transaction *own = action_transaction(t);

	if (own->delivery != NULL)
		delivery_rollback(own->delivery);
	uploads_free(&own->uploads);
	i_free(own);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

static int
action_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct action_transaction *own = action_transaction(t);
	struct delivery *delivery = own->delivery;

	if (own->uploads != NULL && ((delivery = action_delivery(t)) == NULL ||
	    delivery_add_uploads(delivery, own->uploads) < 0)) {
		action_rollback(t);
		return -1;
	}
	uploads_free(&own->uploads);
	i_free(own);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
	if (delivery != NULL)
		return delivery_commit(delivery, changes_r);
	return SEKISHO_SUPER(t->box)->transaction_commit(t, changes_r);
}

void
action_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = action_copy;
	v->save_begin = action_save_begin;
	v->save_continue = action_save_continue;
	v->save_finish = action_save_finish;
	v->save_cancel = action_save_cancel;
	v->transaction_commit = action_commit;
	v->transaction_rollback = action_rollback;
	folder_hook(v);
}
