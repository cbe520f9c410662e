/*
 * approved-mailbox.c - the folder of approved senders: whatever is put into it
 * approves somebody, whatever is removed from it revokes an approval, and it
 * shows what the list in the directory is whenever a client looks (SPEC Q11).
 * Held mail that comes here is delivered, and its sender approved (SPEC Q5).
 */
#include "approved-mailbox.h"
#include "approved-change.h"
#include "approved-entry.h"
#include "approved-mirror.h"
#include "delivery.h"
#include "folder.h"
#include "quarantine-mail.h"

#include <ioloop.h>
#include <istream.h>

#define WISHES_MAX 1000		/* senders of one command */
#define LOOK_SECONDS 10

struct approved_mailbox {
	union mailbox_module_context module_ctx;
	bool bypass;
	struct timeout *watch;	/* while a client waits for changes */
};

struct approved_transaction {
	union mailbox_transaction_module_context module_ctx;
	pool_t pool;
	ARRAY_TYPE(const_string) entries;	/* to approve, different ones */
	ARRAY_TYPE(seq_range) removed;		/* UIDs */
	struct delivery *delivery;	/* of held mails, or NULL */
	struct uploads *uploads;	/* of messages of any kind, or NULL */
	unsigned int wishes;		/* messages that asked for somebody */
	unsigned int held;		/* messages that were held */
};

/* Not sekisho_mail_module, which tells held mail. */
static MODULE_CONTEXT_DEFINE_INIT(approved_mail_module, &mail_module_register);

static struct approved_mailbox *
approved_mailbox(struct mailbox *box)
{
	return MODULE_CONTEXT_REQUIRE(box, sekisho_storage_module);
}

void
approved_mailbox_bypass(struct mailbox *box)
{
	approved_mailbox(box)->bypass = true;
}

/* Ours, or dsync's, which copies the folder of another server. */
static bool
passes(const struct mailbox_transaction_context *t)
{
	return approved_mailbox(t->box)->bypass ||
		(t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0;
}

static struct approved_transaction *
approved_transaction(struct mailbox_transaction_context *t)
{
	struct approved_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);
	pool_t pool;

	if (own != NULL)
		return own;
	pool = pool_alloconly_create("sekisho approved senders", 1024);
	own = p_new(pool, struct approved_transaction, 1);
	own->pool = pool;
	p_array_init(&own->entries, pool, 8);
	p_array_init(&own->removed, pool, 8);
	MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	return own;
}

/* -- what is put in ------------------------------------------------------ */

static int
add_wish(struct mailbox_transaction_context *t,
	const struct approved_wish *wish)
{
	struct approved_transaction *own = approved_transaction(t);
	const char *entry;

	own->wishes++;
	array_foreach_elem(&own->entries, entry)
		if (strcasecmp(entry, wish->entry) == 0)
			return 0;
	if (array_count(&own->entries) == WISHES_MAX)
		return folder_refuse(t->box, MAIL_ERROR_LIMIT, "So many "
			"senders cannot be approved at once");
	entry = p_strdup(own->pool, wish->entry);
	array_push_back(&own->entries, &entry);
	return 0;
}

static int
add_message(struct mailbox_transaction_context *t, struct istream *message,
	bool uploaded, bool moving)
{
	struct sekisho_user *user = sekisho_user(t->box->storage->user);
	struct approved_wish wish;

	if (approved_entry_wish(message, uploaded, user->address, &wish) < 0)
		return folder_refuse(t->box, MAIL_ERROR_NOTPOSSIBLE, "A "
			"message has no sender who could be approved");
	if (moving && !wish.named)
		return folder_refuse(t->box, MAIL_ERROR_NOTPOSSIBLE, "This "
			"folder keeps senders and no mail, so copy the mail "
			"here, do not move it");
	return add_wish(t, &wish);
}

static struct delivery *
approved_delivery(struct mailbox_transaction_context *t)
{
	struct approved_transaction *own = approved_transaction(t);

	if (own->delivery == NULL)
		own->delivery = delivery_begin(t,
			folder_inbox_alloc(t->box->storage->user), true);
	return own->delivery;
}

static int
copy_held(struct mail_save_context *ctx, struct mail *mail)
{
	struct delivery *delivery = approved_delivery(ctx->transaction);

	if (delivery == NULL ||
	    delivery_add(delivery, mail, ctx->moving) < 0)
		return -1;
	approved_transaction(ctx->transaction)->held++;
	quarantine_mail(mail)->moved = ctx->moving;
	return 0;
}

static int
copy_message(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct istream *input;

	if (mail_get_hdr_stream(mail, NULL, &input) < 0) {
		mail_storage_copy_error(t->box->storage, mail->box->storage);
		return -1;
	}
	return add_message(t, input, false, ctx->moving);
}

/* Neither a stranger, by an address with a detail, nor Sieve. */
static int
refuse_delivery(struct mailbox *box)
{
	return folder_refuse(box, MAIL_ERROR_PERM, "Mail cannot be delivered "
		"into the folder of approved senders");
}

static int
approved_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	int ret;

	if (passes(t))
		return SEKISHO_SUPER(t->box)->copy(ctx, mail);
	if (folder_is_filing_service(t->box))
		ret = refuse_delivery(t->box);
	else if (folder_is_leaving(ctx, mail))
		ret = copy_held(ctx, mail);
	else
		ret = copy_message(ctx, mail);
	mailbox_save_cancel(&ctx);
	return ret;
}

static int
approved_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;
	struct approved_transaction *own;

	if (passes(ctx->transaction))
		return SEKISHO_SUPER(box)->save_begin(ctx, input);
	if (folder_is_filing_service(box))
		return refuse_delivery(box);
	own = approved_transaction(ctx->transaction);
	if (own->uploads == NULL)
		own->uploads = uploads_new(box);
	uploads_begin(own->uploads, ctx, input);
	return 0;
}

static int
approved_save_continue(struct mail_save_context *ctx)
{
	if (passes(ctx->transaction))
		return SEKISHO_SUPER(ctx->transaction->box)->save_continue(
			ctx);
	return uploads_continue(
		approved_transaction(ctx->transaction)->uploads);
}

static int
approved_save_finish(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct approved_transaction *own;
	struct istream *message = NULL;
	int ret;

	if (passes(t))
		return SEKISHO_SUPER(t->box)->save_finish(ctx);
	own = approved_transaction(t);
	ret = uploads_finish(own->uploads, &message);
	SEKISHO_SUPER(t->box)->save_cancel(ctx);
	if (ret > 0)
		own->held++;
	else if (ret == 0)
		ret = add_message(t, message, true, false);
	i_stream_unref(&message);
	return ret < 0 ? -1 : 0;
}

static void
approved_save_cancel(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;

	if (!passes(t) && approved_transaction(t)->uploads != NULL)
		uploads_cancel(approved_transaction(t)->uploads);
	SEKISHO_SUPER(t->box)->save_cancel(ctx);
}

/* -- what is removed ----------------------------------------------------- */

static void
approved_expunge(struct mail *mail)
{
	union mail_module_context *own = MODULE_CONTEXT_REQUIRE(
		(struct mail_private *)mail, approved_mail_module);

	if (!passes(mail->transaction))
		seq_range_array_add(&approved_transaction(
			mail->transaction)->removed, mail->uid);
	own->super.expunge(mail);
}

void
approved_mail_hook(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	union mail_module_context *own;

	own = p_new(mail->pool, union mail_module_context, 1);
	own->super = *v;
	mail->vlast = &own->super;
	v->expunge = approved_expunge;
	MODULE_CONTEXT_SET_SELF(mail, approved_mail_module, own);
}

/* -- the end of a command ------------------------------------------------ */

static void
approved_end(struct mailbox_transaction_context *t)
{
	struct approved_transaction *own = approved_transaction(t);
	pool_t pool = own->pool;

	uploads_free(&own->uploads);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
	pool_unref(&pool);
}

static void
approved_rollback(struct mailbox_transaction_context *t)
{
	struct approved_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);

	if (own != NULL && own->delivery != NULL)
		delivery_rollback(own->delivery);
	if (own != NULL)
		approved_end(t);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

static int
commit_held(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct approved_transaction *own = approved_transaction(t);
	struct delivery *delivery = approved_delivery(t);

	if (delivery == NULL || (own->uploads != NULL &&
	    delivery_add_uploads(delivery, own->uploads) < 0)) {
		approved_rollback(t);
		return -1;
	}
	approved_end(t);
	return delivery_commit(delivery, changes_r);
}

static int
commit_changes(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct approved_transaction *own = approved_transaction(t);
	const char *const *entries;
	unsigned int i, count, wishes = own->wishes;
	ARRAY_TYPE(seq_range) removed;
	const char **copies;

	t_array_init(&removed, 8);
	seq_range_array_merge(&removed, &own->removed);
	entries = array_get(&own->entries, &count);
	copies = t_new(const char *, count + 1);
	for (i = 0; i < count; i++)
		copies[i] = t_strdup(entries[i]);
	approved_end(t);
	if (count > 0)
		return approved_change_add(t, copies, count, wishes,
			changes_r);
	if (!array_is_empty(&removed))
		return approved_change_remove(t, &removed, changes_r);
	return SEKISHO_SUPER(t->box)->transaction_commit(t, changes_r);
}

static int
approved_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct approved_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);
	struct sekisho_user *user = sekisho_user(t->box->storage->user);
	int ret;

	compat_keep_error(t->box->storage, &user->kept_error);
	if (own == NULL)
		return SEKISHO_SUPER(t->box)->transaction_commit(t,
			changes_r);
	if (own->held > 0 && own->wishes > 0) {
		approved_rollback(t);
		return folder_refuse(t->box, MAIL_ERROR_NOTPOSSIBLE, "Held "
			"mail and other mail cannot go in one command");
	}
	T_BEGIN {
		ret = own->held > 0 ? commit_held(t, changes_r) :
			commit_changes(t, changes_r);
	} T_END;
	return ret;
}

/* -- looking at it ------------------------------------------------------- */

/* If the directory cannot be asked, the folder shows what it was. */
static void
refresh(struct mailbox *box)
{
	struct sekisho_user *user = sekisho_user(box->storage->user);
	struct mirror *mirror;
	struct approved_list list;
	const char *token;
	bool current;

	if (approved_list_token(user, &token) < 0 ||
	    (mirror = mirror_open(box)) == NULL)
		return;
	current = mirror_is_current(mirror, token);
	mirror_close(&mirror);
	if (current || (mirror = mirror_claim(box, LOOK_SECONDS)) == NULL)
		return;
	if (approved_list_read(user, &list) == 0)
		mirror_update(mirror, &list);
	mirror_close(&mirror);
}

static struct mailbox_sync_context *
approved_sync_init(struct mailbox *box, enum mailbox_sync_flags flags)
{
	if (!approved_mailbox(box)->bypass &&
	    (flags & MAILBOX_SYNC_FLAG_FAST) == 0) {
		T_BEGIN {
			refresh(box);
		} T_END;
	}
	return SEKISHO_SUPER(box)->sync_init(box, flags);
}

static int
approved_get_status(struct mailbox *box, enum mailbox_status_items items,
	struct mailbox_status *status_r)
{
	if (!approved_mailbox(box)->bypass && !box->opened && items != 0) {
		T_BEGIN {
			refresh(box);
		} T_END;
	}
	return SEKISHO_SUPER(box)->get_status(box, items, status_r);
}

/* IDLE: nobody tells us that the directory has changed, so we ask. */
static void
watch(struct mailbox *box)
{
	struct sekisho_user *user = sekisho_user(box->storage->user);
	struct mirror *mirror = NULL;
	const char *token;
	bool changed;

	T_BEGIN {
		changed = approved_list_token(user, &token) == 0 &&
			(mirror = mirror_open(box)) != NULL &&
			!mirror_is_current(mirror, token);
		mirror_close(&mirror);
	} T_END;
	if (changed)
		box->notify_callback(box, box->notify_context);
}

static void
approved_notify_changes(struct mailbox *box)
{
	struct approved_mailbox *own = approved_mailbox(box);
	unsigned int seconds = box->storage->set->mailbox_idle_check_interval;

	SEKISHO_SUPER(box)->notify_changes(box);
	timeout_remove(&own->watch);
	if (box->notify_callback != NULL && seconds > 0)
		own->watch = timeout_add_short(seconds * 1000, watch, box);
}

static void
approved_close(struct mailbox *box)
{
	timeout_remove(&approved_mailbox(box)->watch);
	SEKISHO_SUPER(box)->close(box);
}

union mailbox_module_context *
approved_mailbox_alloc(pool_t pool)
{
	return &p_new(pool, struct approved_mailbox, 1)->module_ctx;
}

void
approved_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = approved_copy;
	v->save_begin = approved_save_begin;
	v->save_continue = approved_save_continue;
	v->save_finish = approved_save_finish;
	v->save_cancel = approved_save_cancel;
	v->transaction_commit = approved_commit;
	v->transaction_rollback = approved_rollback;
	v->sync_init = approved_sync_init;
	v->get_status = approved_get_status;
	v->notify_changes = approved_notify_changes;
	v->close = approved_close;
	folder_hook(v);
}
