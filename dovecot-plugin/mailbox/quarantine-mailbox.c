/*
 * quarantine-mailbox.c - the quarantine as a place: nobody puts anything in
 * (SPEC Q8), and it stays where and what it is.
 */
#include "folder.h"
#include "filing.h"
#include "removal.h"

#define NOTHING_IN "Mail cannot be put into the quarantine"

static bool
may_put_in(struct mailbox *box)
{
	return sekisho_filing() ||
		sekisho_user(box->storage->user)->administrator;
}

static int
held_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;

	if (!may_put_in(box))
		return folder_refuse(box, MAIL_ERROR_PERM, NOTHING_IN);
	return SEKISHO_SUPER(box)->save_begin(ctx, input);
}

static int
held_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox *box = ctx->transaction->box;

	if (!may_put_in(box)) {
		mailbox_save_cancel(&ctx);
		return folder_refuse(box, MAIL_ERROR_PERM, NOTHING_IN);
	}
	return SEKISHO_SUPER(box)->copy(ctx, mail);
}

void
quarantine_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->save_begin = held_save_begin;
	v->copy = held_copy;
	v->transaction_commit = removal_commit;
	v->transaction_rollback = removal_rollback;
	folder_hook(v);
}
