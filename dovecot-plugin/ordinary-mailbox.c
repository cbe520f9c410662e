/*
 * ordinary-mailbox.c - every folder outside of the quarantine: what comes from
 * there is delivered, or deleted when the folder is \Trash or \Junk (SPEC Q3,
 * Q4). All other mail passes as if we were not there.
 */
#include "delivery.h"
#include "folder.h"
#include "quarantine-mail.h"

/* Hung into a transaction as soon as there is held mail in it. */
struct ordinary_transaction {
	union mailbox_transaction_module_context module_ctx;
	struct delivery *delivery;	/* NULL: to be deleted */
};

static struct ordinary_transaction *
ordinary_transaction(struct mailbox_transaction_context *t)
{
	return MODULE_CONTEXT(t, sekisho_storage_module);
}

static int
ordinary_begin(struct mailbox_transaction_context *t)
{
	struct mailbox *box = t->box, *into;
	struct delivery *delivery = NULL;
	struct ordinary_transaction *own;

	if (folder_bin_role(box) == NULL) {
		into = mailbox_alloc(box->list, box->vname,
			MAILBOX_FLAG_SAVEONLY |
			(box->flags & MAILBOX_FLAG_IGNORE_ACLS));
		delivery = delivery_begin(t, into, false);
		if (delivery == NULL)
			return -1;
	}
	own = i_new(struct ordinary_transaction, 1);
	own->delivery = delivery;
	MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	return 0;
}

static int
held_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct quarantine_mail *held = quarantine_mail(mail);
	struct delivery *delivery;

	if (ordinary_transaction(t) == NULL && ordinary_begin(t) < 0)
		return -1;
	delivery = ordinary_transaction(t)->delivery;
	if (delivery == NULL) {
		held->bin = ctx->moving ? t->box->vname : NULL;
		return 0;
	}
	if (delivery_add(delivery, mail, ctx->moving) < 0)
		return -1;
	held->moved = ctx->moving;
	return 0;
}

static int
ordinary_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	bool held = folder_is_leaving(ctx, mail);
	int ret;

	if (!held && ordinary_transaction(t) == NULL)
		return SEKISHO_SUPER(t->box)->copy(ctx, mail);
	/* A virtual folder can show both. */
	if (!held || (t->save_count > 0 && ordinary_transaction(t) == NULL))
		ret = folder_refuse(t->box, MAIL_ERROR_NOTPOSSIBLE,
			"Held mail and other mail cannot go in one command");
	else
		ret = held_copy(ctx, mail);
	mailbox_save_cancel(&ctx);
	return ret;
}

static int
ordinary_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct ordinary_transaction *own = ordinary_transaction(t);
	struct delivery *delivery;

	if (own == NULL)
		return SEKISHO_SUPER(t->box)->transaction_commit(t,
			changes_r);
	delivery = own->delivery;
	i_free(own);
	return delivery != NULL ? delivery_commit(delivery, changes_r) :
		delivery_end_command(t, changes_r);
}

static void
ordinary_rollback(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_transaction(t);

	if (own != NULL && own->delivery != NULL)
		delivery_rollback(own->delivery);
	i_free(own);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

void
ordinary_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = ordinary_copy;
	v->transaction_commit = ordinary_commit;
	v->transaction_rollback = ordinary_rollback;
	folder_hook(v);
}
