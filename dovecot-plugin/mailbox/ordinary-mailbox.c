/*
 * ordinary-mailbox.c - every folder outside of the quarantine: what comes from
 * there is delivered, or deleted when the folder is \Trash or \Junk (SPEC Q3,
 * Q4). All other mail passes as if we were not there.
 *
 * A message comes from there by COPY and MOVE, and by APPEND when the client is
 * one that moves by uploading: then its first line is our own.
 */
#include "delivery.h"
#include "folder.h"
#include "learn.h"
#include "quarantine-mail.h"

#include <istream.h>

static const char held_prefix[] = SEKISHO_HELD_HEADER ":";

/* Hung into a transaction as soon as something is copied or saved in it. */
struct ordinary_transaction {
	union mailbox_transaction_module_context module_ctx;
	struct delivery *delivery;	/* of copied mails, or NULL */
	struct uploads *uploads;	/* held mails that were uploaded */
	unsigned int uploaded;
	struct istream *input;		/* of a message that is being saved */
	ARRAY(char *) learn;		/* learn_prepare(), of other mail */
	bool held;			/* there is held mail in it */
	bool looked;			/* at the first line of input ... */
	bool ours;			/* ... and it is ours */
};

static struct ordinary_transaction *
ordinary_transaction(struct mailbox_transaction_context *t)
{
	return MODULE_CONTEXT(t, sekisho_storage_module);
}

static struct ordinary_transaction *
ordinary_begin(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_transaction(t);

	if (own == NULL) {
		own = i_new(struct ordinary_transaction, 1);
		MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	}
	return own;
}

static struct delivery *
ordinary_delivery(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_begin(t);
	struct mailbox *box = t->box;

	if (own->delivery == NULL)
		own->delivery = delivery_begin(t, mailbox_alloc(box->list,
			box->vname, MAILBOX_FLAG_SAVEONLY |
			(box->flags & MAILBOX_FLAG_IGNORE_ACLS)), false);
	return own->delivery;
}

/* A virtual folder can show both, and one APPEND can bring both. */
static int
refuse_mixture(struct mailbox *box)
{
	return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, "Held mail and "
		"other mail cannot go in one command");
}

static int
held_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct quarantine_mail *held = quarantine_mail(mail);
	struct delivery *delivery;

	if (folder_bin_role(t->box) != NULL) {
		held->bin = ctx->moving ? t->box->vname : NULL;
		held->junk = held->bin != NULL && learn_is_junk(t->box);
		return 0;
	}
	delivery = ordinary_delivery(t);
	if (delivery == NULL ||
	    delivery_add(delivery, mail, ctx->moving) < 0)
		return -1;
	held->moved = ctx->moving;
	return 0;
}

/* A mail that is no held one is moved to \Junk, or back. */
static char *
learn_move(const struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox *to = ctx->transaction->box;
	enum learn_class class;
	struct istream *input;

	if (!ctx->moving || !learn_wants(mail->box, to, &class) ||
	    (ctx->transaction->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0 ||
	    mail_get_stream(mail, NULL, NULL, &input) < 0)
		return NULL;
	return learn_prepare(to->storage->user, class, input);
}

static int
other_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	char *learn = learn_move(ctx, mail);
	struct ordinary_transaction *own;
	int ret = SEKISHO_SUPER(t->box)->copy(ctx, mail);

	if (learn != NULL && ret < 0) {
		learn_forget(&learn);
	} else if (learn != NULL) {
		own = ordinary_begin(t);
		if (!array_is_created(&own->learn))
			i_array_init(&own->learn, 4);
		array_push_back(&own->learn, &learn);
	}
	return ret;
}

static int
ordinary_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct ordinary_transaction *own = ordinary_transaction(t);
	bool held = folder_is_leaving(ctx, mail);
	bool held_before = own != NULL && own->held;
	int ret;

	if (!held && !held_before)
		return other_copy(ctx, mail);
	if (held != held_before && t->save_count > 0) {
		ret = refuse_mixture(t->box);
	} else {
		ordinary_begin(t)->held = true;
		ret = held_copy(ctx, mail);
	}
	mailbox_save_cancel(&ctx);
	return ret;
}

/* Only users upload; what LMTP saves may have any header. */
static bool
is_upload(const struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;

	return ctx->saving && !ctx->copying_or_moving &&
		(t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) == 0 &&
		!sekisho_user(t->box->storage->user)->administrator &&
		!folder_is_filing_service(t->box);
}

static int
ordinary_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct ordinary_transaction *own;

	if (is_upload(ctx)) {
		own = ordinary_begin(ctx->transaction);
		own->input = input;
		own->looked = own->ours = false;
	}
	return SEKISHO_SUPER(ctx->transaction->box)->save_begin(ctx, input);
}

/*
 * Looks at the first line, before anybody takes a byte of it. Returns false
 * when not enough has come yet.
 */
static bool
look(struct ordinary_transaction *own)
{
	const size_t len = strlen(held_prefix);
	const unsigned char *data;
	size_t size;
	int ret = i_stream_read_bytes(own->input, &data, &size, len);

	if (ret == 0)
		return false;
	own->looked = true;
	own->ours = ret > 0 &&
		strncasecmp((const char *)data, held_prefix, len) == 0;
	return true;
}

/*
 * From here on the message is an upload. What has begun to be saved gets no
 * byte of it, and is cancelled in the end: cancelling reads from the input.
 */
static void
turn_into_upload(struct mail_save_context *ctx,
	struct ordinary_transaction *own)
{
	if (own->uploads == NULL)
		own->uploads = uploads_new(ctx->transaction->box);
	uploads_begin(own->uploads, ctx, own->input);
	own->held = true;
}

static int
ordinary_save_continue(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct ordinary_transaction *own = ordinary_transaction(t);

	if (own != NULL && own->input != NULL && !own->looked) {
		if (!look(own))
			return 0;
		if (own->ours)
			turn_into_upload(ctx, own);
	}
	if (own != NULL && own->input != NULL && own->ours)
		return uploads_continue(own->uploads);
	return SEKISHO_SUPER(t->box)->save_continue(ctx);
}

static int
ordinary_save_finish(struct mail_save_context *ctx)
{
	struct mailbox *box = ctx->transaction->box;
	struct ordinary_transaction *own =
		ordinary_transaction(ctx->transaction);
	int ret;

	if (own == NULL || own->input == NULL || !own->ours) {
		if (own != NULL)
			own->input = NULL;
		return SEKISHO_SUPER(box)->save_finish(ctx);
	}
	own->input = NULL;
	own->uploaded++;
	ret = uploads_finish(own->uploads, NULL);
	SEKISHO_SUPER(box)->save_cancel(ctx);
	if (ret == 0)
		folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, "The line "
			SEKISHO_HELD_HEADER " of this mail is not genuine");
	return ret > 0 ? 0 : -1;
}

static void
ordinary_save_cancel(struct mail_save_context *ctx)
{
	struct mailbox *box = ctx->transaction->box;
	struct ordinary_transaction *own =
		ordinary_transaction(ctx->transaction);

	if (own != NULL && own->uploads != NULL)
		uploads_cancel(own->uploads);
	if (own != NULL)
		own->input = NULL;
	SEKISHO_SUPER(box)->save_cancel(ctx);
}

static void
ordinary_end(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_transaction(t);
	char **learn;

	if (array_is_created(&own->learn)) {
		array_foreach_modifiable(&own->learn, learn)
			learn_forget(learn);
		array_free(&own->learn);
	}
	uploads_free(&own->uploads);
	i_free(own);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
}

static void
ordinary_rollback(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_transaction(t);

	if (own != NULL && own->delivery != NULL)
		delivery_rollback(own->delivery);
	if (own != NULL)
		ordinary_end(t);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

/* Uploads into \Trash or \Junk: the client deletes the original. */
static int
ordinary_add_uploads(struct mailbox_transaction_context *t)
{
	struct ordinary_transaction *own = ordinary_transaction(t);
	struct delivery *delivery;

	if (own->uploads == NULL)
		return 0;
	if (t->save_count > own->uploaded)
		return refuse_mixture(t->box);
	if (folder_bin_role(t->box) != NULL)
		return 0;
	delivery = ordinary_delivery(t);
	return delivery == NULL ? -1 :
		delivery_add_uploads(delivery, own->uploads);
}

/* Mail of which none is held, as held and other mail do not go together. */
static int
commit_learning(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct ordinary_transaction *own = ordinary_transaction(t);
	ARRAY(char *) paths;
	char **path;
	int ret;

	i_array_init(&paths, 4);
	array_append_array(&paths, &own->learn);
	array_clear(&own->learn);
	ordinary_end(t);
	ret = SEKISHO_SUPER(box)->transaction_commit(t, changes_r);
	array_foreach_modifiable(&paths, path) {
		if (ret == 0)
			learn_commit(path);
		learn_forget(path);
	}
	array_free(&paths);
	return ret;
}

static int
ordinary_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct ordinary_transaction *own = ordinary_transaction(t);
	struct sekisho_user *user = sekisho_user(t->box->storage->user);
	struct delivery *delivery;
	bool held;

	compat_keep_error(t->box->storage, &user->kept_error);
	if (own == NULL)
		return SEKISHO_SUPER(t->box)->transaction_commit(t,
			changes_r);
	if (ordinary_add_uploads(t) < 0) {
		ordinary_rollback(t);
		return -1;
	}
	if (array_is_created(&own->learn))
		return commit_learning(t, changes_r);
	delivery = own->delivery;
	held = own->held;
	ordinary_end(t);
	if (delivery != NULL)
		return delivery_commit(delivery, changes_r);
	return held ? delivery_end_command(t, changes_r) :
		SEKISHO_SUPER(t->box)->transaction_commit(t, changes_r);
}

void
ordinary_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = ordinary_copy;
	v->save_begin = ordinary_save_begin;
	v->save_continue = ordinary_save_continue;
	v->save_finish = ordinary_save_finish;
	v->save_cancel = ordinary_save_cancel;
	v->transaction_commit = ordinary_commit;
	v->transaction_rollback = ordinary_rollback;
	folder_hook(v);
}
