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
#include "held-find.h"
#include "quarantine-mail.h"
#include "upload.h"

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
	uploads_begin(own->uploads, input);
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
	int ret = uploads_finish(uploads);

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

static int
deliver_held(struct delivery *delivery, uint32_t uid)
{
	struct mailbox *box = delivery_quarantine(delivery);
	struct mailbox_transaction_context *t =
		mailbox_transaction_begin(box, 0, "sekisho: uploaded");
	struct mail *mail = mail_alloc(t, 0, NULL);
	int ret = -1;

	if (mail_set_uid(mail, uid))
		ret = delivery_add(delivery, mail, true);
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret;
}

static int
deliver_upload(struct delivery *delivery, const struct upload *upload)
{
	uint32_t uid;
	int ret = held_find(delivery_quarantine(delivery), &upload->held,
		&uid);

	if (ret > 0)
		return deliver_held(delivery, uid);
	return ret < 0 ? -1 : delivery_add_upload(delivery, upload->message,
		&upload->held);
}

/* All that were uploaded with one command. */
static int
deliver_uploads(struct mailbox_transaction_context *t,
	const struct uploads *uploads)
{
	struct delivery *delivery = action_delivery(t);
	unsigned int i, count;
	const struct upload *upload = uploads_get(uploads, &count);

	if (delivery == NULL)
		return -1;
	for (i = 0; i < count; i++)
		if (deliver_upload(delivery, &upload[i]) < 0)
			return -1;
	return 0;
}

static void
action_rollback(struct mailbox_transaction_context *t)
{
	struct action_transaction *own = action_transaction(t);

	if (own->delivery != NULL)
		delivery_rollback(own->delivery);
	uploads_free(&own->uploads);
	i_free(own);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

static int
action_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct action_transaction *own = action_transaction(t);
	struct delivery *delivery;

	if (own->uploads != NULL && deliver_uploads(t, own->uploads) < 0) {
		action_rollback(t);
		return -1;
	}
	delivery = own->delivery;
	uploads_free(&own->uploads);
	i_free(own);
	if (delivery != NULL)
		return delivery_commit(delivery, changes_r);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
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
