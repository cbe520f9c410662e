/*
 * senders-mailbox.c - the folders of approved and of blocked senders: whatever
 * is put into one approves or blocks somebody, whatever is removed from it
 * revokes that, and it shows what the list in the directory is whenever a
 * client looks (SPEC Q11). Held mail that comes to the approved senders is
 * delivered, and its sender approved (SPEC Q5); where the blocked senders are,
 * its sender is blocked, and what is moved is deleted.
 */
#include "senders-mailbox.h"
#include "delivery.h"
#include "folder.h"
#include "outgoing.h"
#include "quarantine-mail.h"
#include "senders-change.h"
#include "senders-entry.h"
#include "senders-mirror.h"

#include <ioloop.h>
#include <istream.h>

#define WISHES_MAX 1000		/* senders of one command */
#define LOOK_SECONDS 10

struct senders_mailbox {
	union mailbox_module_context module_ctx;
	bool bypass;
	struct timeout *watch;	/* while a client waits for changes */
};

struct senders_transaction {
	union mailbox_transaction_module_context module_ctx;
	pool_t pool;
	ARRAY(struct senders_entry) entries;	/* to add, different ones */
	ARRAY_TYPE(seq_range) removed;		/* UIDs */
	struct delivery *delivery;	/* of held mails, or NULL */
	struct uploads *uploads;	/* of messages of any kind, or NULL */
	unsigned int wishes;		/* messages that asked for somebody */
	unsigned int held;		/* held messages to deliver */
};

/* Not sekisho_mail_module, which tells held mail. */
static MODULE_CONTEXT_DEFINE_INIT(senders_mail_module, &mail_module_register);

static struct senders_mailbox *
senders_mailbox(struct mailbox *box)
{
	return MODULE_CONTEXT_REQUIRE(box, sekisho_storage_module);
}

enum senders
senders_mailbox_which(struct mailbox *box)
{
	return folder_of(box) == FOLDER_BLOCKED ? SENDERS_BLOCKED :
		SENDERS_APPROVED;
}

void
senders_mailbox_bypass(struct mailbox *box)
{
	senders_mailbox(box)->bypass = true;
}

/* Ours, or dsync's, which copies the folder of another server. */
static bool
passes(const struct mailbox_transaction_context *t)
{
	return senders_mailbox(t->box)->bypass ||
		(t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0;
}

static struct senders_transaction *
senders_transaction(struct mailbox_transaction_context *t)
{
	struct senders_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);
	pool_t pool;

	if (own != NULL)
		return own;
	pool = pool_alloconly_create("sekisho approved senders", 1024);
	own = p_new(pool, struct senders_transaction, 1);
	own->pool = pool;
	p_array_init(&own->entries, pool, 8);
	p_array_init(&own->removed, pool, 8);
	MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	return own;
}

/* -- what is put in ------------------------------------------------------ */

static int
add_wish(struct mailbox_transaction_context *t,
	const struct senders_wish *wish)
{
	struct senders_transaction *own = senders_transaction(t);
	struct senders_entry *entry;

	own->wishes++;
	array_foreach_modifiable(&own->entries, entry)
		if (strcasecmp(entry->name, wish->entry.name) == 0)
			return 0;
	if (array_count(&own->entries) == WISHES_MAX)
		return folder_refuse(t->box, MAIL_ERROR_LIMIT,
			t_strdup_printf("So many senders cannot be %s at once",
			senders_word(senders_mailbox_which(t->box))));
	entry = array_append_space(&own->entries);
	entry->name = p_strdup(own->pool, wish->entry.name);
	entry->origin = origin_dup(own->pool, wish->entry.origin);
	return 0;
}

static int
refuse_nobody(struct mailbox *box)
{
	return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, t_strdup_printf("A "
		"message has no sender who could be %s",
		senders_word(senders_mailbox_which(box))));
}

static int
add_message(struct mailbox_transaction_context *t, struct istream *message,
	bool uploaded, bool moving)
{
	struct sekisho_user *user = sekisho_user(t->box->storage->user);
	struct senders_wish wish;

	if (senders_entry_wish(message, uploaded, user->address, &wish) < 0)
		return refuse_nobody(t->box);
	if (moving && !wish.named)
		return folder_refuse(t->box, MAIL_ERROR_NOTPOSSIBLE, "This "
			"folder keeps senders and no mail, so copy the mail "
			"here, do not move it");
	return add_wish(t, &wish);
}

static struct delivery *
senders_delivery(struct mailbox_transaction_context *t)
{
	struct senders_transaction *own = senders_transaction(t);

	if (own->delivery == NULL)
		own->delivery = delivery_begin(t,
			folder_inbox_alloc(t->box->storage->user), true);
	return own->delivery;
}

/* The sender of a held message is who an approval of it would approve. */
static int
block_sender(struct mailbox_transaction_context *t, struct istream *original,
	const struct sekisho_held *held)
{
	struct senders_wish wish = { .entry = {
		.name = outgoing_sender(original, held),
		.origin = origin_of_held(held) } };

	return wish.entry.name == NULL ? refuse_nobody(t->box) :
		add_wish(t, &wish);
}

/* Moved is deleted, once its sender is blocked. */
static int
block_held(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox *box = ctx->transaction->box;
	struct sekisho_held held;
	struct istream *original;
	int ret;

	if (quarantine_mail_open(mail, &held, &original) < 0) {
		mail_storage_copy_error(box->storage, mail->box->storage);
		return -1;
	}
	ret = block_sender(ctx->transaction, original, &held);
	i_stream_unref(&original);
	sekisho_held_free(&held);
	if (ret == 0)
		quarantine_mail(mail)->bin = ctx->moving ? box->vname : NULL;
	return ret;
}

static int
copy_held(struct mail_save_context *ctx, struct mail *mail)
{
	struct delivery *delivery = senders_delivery(ctx->transaction);

	if (delivery == NULL ||
	    delivery_add(delivery, mail, ctx->moving) < 0)
		return -1;
	senders_transaction(ctx->transaction)->held++;
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
	return folder_refuse(box, MAIL_ERROR_PERM, t_strdup_printf("Mail "
		"cannot be delivered into the folder of %s senders",
		senders_word(senders_mailbox_which(box))));
}

static int
senders_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	int ret;

	if (passes(t))
		return SEKISHO_SUPER(t->box)->copy(ctx, mail);
	if (folder_is_filing_service(t->box))
		ret = refuse_delivery(t->box);
	else if (folder_is_leaving(ctx, mail))
		ret = senders_mailbox_which(t->box) == SENDERS_BLOCKED ?
			block_held(ctx, mail) : copy_held(ctx, mail);
	else
		ret = copy_message(ctx, mail);
	mailbox_save_cancel(&ctx);
	return ret;
}

static int
senders_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;
	struct senders_transaction *own;

	if (passes(ctx->transaction))
		return SEKISHO_SUPER(box)->save_begin(ctx, input);
	if (folder_is_filing_service(box))
		return refuse_delivery(box);
	own = senders_transaction(ctx->transaction);
	if (own->uploads == NULL)
		own->uploads = uploads_new(box);
	uploads_begin(own->uploads, ctx, input);
	return 0;
}

static int
senders_save_continue(struct mail_save_context *ctx)
{
	if (passes(ctx->transaction))
		return SEKISHO_SUPER(ctx->transaction->box)->save_continue(
			ctx);
	return uploads_continue(
		senders_transaction(ctx->transaction)->uploads);
}

/* A client that moves by uploading deletes the original itself. */
static int
add_upload(struct mailbox_transaction_context *t)
{
	struct senders_transaction *own = senders_transaction(t);
	const struct upload *uploads;
	unsigned int count;

	uploads = uploads_get(own->uploads, &count);
	if (senders_mailbox_which(t->box) == SENDERS_BLOCKED)
		return block_sender(t, uploads[count - 1].message,
			&uploads[count - 1].held);
	own->held++;
	return 0;
}

static int
senders_save_finish(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct senders_transaction *own;
	struct istream *message = NULL;
	int ret;

	if (passes(t))
		return SEKISHO_SUPER(t->box)->save_finish(ctx);
	own = senders_transaction(t);
	ret = uploads_finish(own->uploads, &message);
	SEKISHO_SUPER(t->box)->save_cancel(ctx);
	if (ret > 0)
		ret = add_upload(t);
	else if (ret == 0)
		ret = add_message(t, message, true, false);
	i_stream_unref(&message);
	return ret < 0 ? -1 : 0;
}

static void
senders_save_cancel(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;

	if (!passes(t) && senders_transaction(t)->uploads != NULL)
		uploads_cancel(senders_transaction(t)->uploads);
	SEKISHO_SUPER(t->box)->save_cancel(ctx);
}

/* -- what is removed ----------------------------------------------------- */

static void
senders_expunge(struct mail *mail)
{
	union mail_module_context *own = MODULE_CONTEXT_REQUIRE(
		(struct mail_private *)mail, senders_mail_module);

	if (!passes(mail->transaction))
		seq_range_array_add(&senders_transaction(
			mail->transaction)->removed, mail->uid);
	own->super.expunge(mail);
}

void
senders_mail_hook(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	union mail_module_context *own;

	own = p_new(mail->pool, union mail_module_context, 1);
	own->super = *v;
	mail->vlast = &own->super;
	v->expunge = senders_expunge;
	MODULE_CONTEXT_SET_SELF(mail, senders_mail_module, own);
}

/* -- the end of a command ------------------------------------------------ */

static void
senders_end(struct mailbox_transaction_context *t)
{
	struct senders_transaction *own = senders_transaction(t);
	pool_t pool = own->pool;

	uploads_free(&own->uploads);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
	pool_unref(&pool);
}

static void
senders_rollback(struct mailbox_transaction_context *t)
{
	struct senders_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);

	if (own != NULL && own->delivery != NULL)
		delivery_rollback(own->delivery);
	if (own != NULL)
		senders_end(t);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

static int
commit_held(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct senders_transaction *own = senders_transaction(t);
	struct delivery *delivery = senders_delivery(t);

	if (delivery == NULL || (own->uploads != NULL &&
	    delivery_add_uploads(delivery, own->uploads) < 0)) {
		senders_rollback(t);
		return -1;
	}
	senders_end(t);
	return delivery_commit(delivery, changes_r);
}

static int
commit_changes(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct senders_transaction *own = senders_transaction(t);
	const struct senders_entry *entries;
	unsigned int i, count, wishes = own->wishes;
	ARRAY_TYPE(seq_range) removed;
	struct senders_entry *copies;

	t_array_init(&removed, 8);
	seq_range_array_merge(&removed, &own->removed);
	entries = array_get(&own->entries, &count);
	copies = t_new(struct senders_entry, count + 1);
	for (i = 0; i < count; i++) {
		copies[i].name = t_strdup(entries[i].name);
		copies[i].origin = origin_dup(pool_datastack_create(),
			entries[i].origin);
	}
	senders_end(t);
	if (count > 0)
		return senders_change_add(t, copies, count, wishes,
			changes_r);
	if (!array_is_empty(&removed))
		return senders_change_remove(t, &removed, changes_r);
	return SEKISHO_SUPER(t->box)->transaction_commit(t, changes_r);
}

static int
senders_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct senders_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);
	struct sekisho_user *user = sekisho_user(t->box->storage->user);
	int ret;

	compat_keep_error(t->box->storage, &user->kept_error);
	if (own == NULL)
		return SEKISHO_SUPER(t->box)->transaction_commit(t,
			changes_r);
	if (own->held > 0 && own->wishes > 0) {
		senders_rollback(t);
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
	struct senders_list list = { .which = senders_mailbox_which(box) };
	const char *token;
	bool current;

	if (senders_list_token(user, list.which, &token) < 0 ||
	    (mirror = mirror_open(box)) == NULL)
		return;
	current = mirror_is_current(mirror, token);
	mirror_close(&mirror);
	if (current || (mirror = mirror_claim(box, LOOK_SECONDS)) == NULL)
		return;
	if (senders_list_read(user, &list) == 0)
		mirror_update(mirror, &list);
	mirror_close(&mirror);
}

static struct mailbox_sync_context *
senders_sync_init(struct mailbox *box, enum mailbox_sync_flags flags)
{
	if (!senders_mailbox(box)->bypass &&
	    (flags & MAILBOX_SYNC_FLAG_FAST) == 0) {
		T_BEGIN {
			refresh(box);
		} T_END;
	}
	return SEKISHO_SUPER(box)->sync_init(box, flags);
}

static int
senders_get_status(struct mailbox *box, enum mailbox_status_items items,
	struct mailbox_status *status_r)
{
	if (!senders_mailbox(box)->bypass && !box->opened && items != 0) {
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
		changed = senders_list_token(user, senders_mailbox_which(box),
			&token) == 0 &&
			(mirror = mirror_open(box)) != NULL &&
			!mirror_is_current(mirror, token);
		mirror_close(&mirror);
	} T_END;
	if (changed)
		box->notify_callback(box, box->notify_context);
}

static void
senders_notify_changes(struct mailbox *box)
{
	struct senders_mailbox *own = senders_mailbox(box);
	unsigned int seconds = box->storage->set->mailbox_idle_check_interval;

	SEKISHO_SUPER(box)->notify_changes(box);
	timeout_remove(&own->watch);
	if (box->notify_callback != NULL && seconds > 0)
		own->watch = timeout_add_short(seconds * 1000, watch, box);
}

static void
senders_close(struct mailbox *box)
{
	timeout_remove(&senders_mailbox(box)->watch);
	SEKISHO_SUPER(box)->close(box);
}

union mailbox_module_context *
senders_mailbox_alloc(pool_t pool)
{
	return &p_new(pool, struct senders_mailbox, 1)->module_ctx;
}

void
senders_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = senders_copy;
	v->save_begin = senders_save_begin;
	v->save_continue = senders_save_continue;
	v->save_finish = senders_save_finish;
	v->save_cancel = senders_save_cancel;
	v->transaction_commit = senders_commit;
	v->transaction_rollback = senders_rollback;
	v->sync_init = senders_sync_init;
	v->get_status = senders_get_status;
	v->notify_changes = senders_notify_changes;
	v->close = senders_close;
	folder_hook(v);
}
