/*
 * delivery.c - from the quarantine into a folder: all of it or nothing; or to
 * another mail server, message by message.
 */
#include "delivery.h"
#include "action-log.h"
#include "approved-list.h"
#include "claim.h"
#include "folder.h"
#include "gateway.h"
#include "held-find.h"
#include "outgoing.h"
#include "quarantine-mail.h"
#include "release.h"

#include <istream.h>
#include <str.h>

struct delivery {
	pool_t pool;
	struct mailbox_transaction_context *command;	/* the user's */
	struct sekisho_user *user;
	struct mailbox *into;
	struct mailbox_transaction_context *t;		/* ours, in into */
	struct gateway *gateway;			/* instead of t */
	struct claim *claim;
	ARRAY(struct released) mails;
	ARRAY_TYPE(seq_range) uids;			/* in the quarantine */
	string_t *room;		/* where each mail is put together */
	bool approve;
	bool partial;		/* something else than what was named */
};

static void
delivery_free(struct delivery *delivery)
{
	pool_t pool = delivery->pool;

	gateway_free(&delivery->gateway);
	claim_close(&delivery->claim);
	str_free(&delivery->room);
	mailbox_free(&delivery->into);
	pool_unref(&pool);
}

struct delivery *
delivery_begin(struct mailbox_transaction_context *command,
	struct mailbox *into, bool approve)
{
	pool_t pool = pool_alloconly_create("sekisho delivery", 4096);
	struct delivery *delivery = p_new(pool, struct delivery, 1);

	delivery->pool = pool;
	delivery->command = command;
	delivery->user = sekisho_user(command->box->storage->user);
	delivery->into = into;
	delivery->room = str_new(default_pool, 8192);
	delivery->approve = approve;
	p_array_init(&delivery->mails, pool, 16);
	p_array_init(&delivery->uids, pool, 16);
	/* A copy that differs cannot share a file with the original. */
	into->disable_reflink_copy_to = TRUE;
	if (delivery->user->submission == NULL && mailbox_open(into) < 0)
		mail_storage_copy_error(command->box->storage, into->storage);
	else
		delivery->claim = claim_open(command->box);
	if (delivery->claim == NULL) {
		delivery_free(delivery);
		return NULL;
	}
	if (delivery->user->submission != NULL)
		delivery->gateway = gateway_new(into->storage->user);
	else
		delivery->t = mailbox_transaction_begin(into,
			MAILBOX_TRANSACTION_FLAG_EXTERNAL |
			MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
			"sekisho: deliver");
	return delivery;
}

/* The reply to the user's command says it, and a line in the log. */
static int
delivery_refuse(struct delivery *delivery, const char *id,
	enum mail_error error, const char *text)
{
	struct action action = { .id = id, .name = "deliver",
		.folder = delivery->gateway != NULL ? NULL :
			delivery->into->vname,
		.server = delivery->user->submission, .refusal = text };

	action_log(delivery->into->storage->user, &action);
	return folder_refuse(delivery->command->box, error, text);
}

/* An error of Dovecot's own, in one of the mailboxes that take part. */
static int
delivery_fail(struct delivery *delivery, const char *id, struct mailbox *box)
{
	enum mail_error error;
	const char *text = t_strdup(mailbox_get_last_error(box, &error));

	return delivery_refuse(delivery, id, error, text);
}

/* Copies it into the folder, or to what is to be sent on. */
static int
delivery_copy(struct delivery *delivery, struct mail *mail,
	const struct sekisho_held *held, struct istream *outgoing,
	const struct marks *marks)
{
	struct control_refusal refusal;
	int ret;

	if (delivery->gateway != NULL) {
		ret = gateway_add(delivery->gateway, held, outgoing, &refusal);
		return ret == 0 ? 0 : delivery_refuse(delivery, held->id,
			refusal.error, refusal.text);
	}
	ret = mail != NULL ?
		release_copy(delivery->t, mail, held, outgoing, marks) :
		release_save(delivery->t, outgoing, marks);
	return ret == 0 ? 0 : delivery_fail(delivery, held->id,
		delivery->into);
}

/* mail is NULL when the message is not in the quarantine any more. */
static int
delivery_add_message(struct delivery *delivery, struct mail *mail,
	const struct sekisho_held *held, struct istream *original,
	const struct marks *marks)
{
	struct istream *outgoing = outgoing_create(original, held,
		delivery->user, delivery->room);
	struct control_refusal refusal;
	struct released released;
	int ret;

	if (outgoing == NULL)
		return delivery_refuse(delivery, held->id, MAIL_ERROR_TEMP,
			"Held mail cannot be read; the server's log says why");
	ret = release_check(delivery->user, held, outgoing,
		delivery->approve, delivery->pool, &released, &refusal);
	if (ret < 0)
		delivery_refuse(delivery, released.id, refusal.error,
			refusal.text);
	else
		ret = delivery_copy(delivery, mail, held, outgoing, marks);
	released.uid = mail != NULL ? mail->uid : 0;
	if (ret == 0)
		array_push_back(&delivery->mails, &released);
	if (ret == 0 && mail != NULL)
		seq_range_array_add(&delivery->uids, mail->uid);
	i_stream_unref(&outgoing);
	return ret;
}

/* It was delivered before; what does that mean for the user's command? */
static int
delivery_pass_over(struct delivery *delivery, bool again)
{
	delivery->partial = true;
	return again ? 0 : folder_refuse(delivery->command->box,
		MAIL_ERROR_NOTPOSSIBLE, "A message was delivered before and "
		"only waits here to be deleted");
}

static int
delivery_find_stored(struct delivery *delivery, struct mail *mail,
	const struct sekisho_held *held)
{
	ARRAY_TYPE(seq_range) uids;
	int ret = held_find_released(delivery->into, held);

	if (ret < 0)
		return delivery_fail(delivery, held->id, delivery->into);
	if (ret == 0)
		return 0;
	t_array_init(&uids, 1);
	seq_range_array_add(&uids, mail->uid);
	if (claim_mark(delivery->claim, &uids, CLAIM_DELIVERED) < 0)
		return delivery_fail(delivery, held->id, mail->box);
	return 1;
}

/*
 * A delivery was interrupted: has it stored the mail? We look where it shall go
 * now, for that is where whoever tries again will send it. Returns 1, 0 or -1.
 * Another mail server cannot be asked: the mail goes there once more.
 */
static int
delivery_was_stored(struct delivery *delivery, struct mail *mail)
{
	struct sekisho_held held;
	int ret;

	if (delivery->gateway != NULL)
		return 0;
	if (quarantine_mail_read(mail, &held) < 0)
		ret = delivery_fail(delivery, NULL, mail->box);
	else
		ret = delivery_find_stored(delivery, mail, &held);
	sekisho_held_free(&held);
	return ret;
}

/* Its file cannot be read; which message it is, the index may still know. */
static int
delivery_fail_unread(struct delivery *delivery, struct mail *mail)
{
	enum mail_error error;
	const char *text = t_strdup(mailbox_get_last_error(mail->box, &error));
	struct sekisho_held held;
	int ret;

	(void)quarantine_mail_read(mail, &held);
	ret = delivery_refuse(delivery, held.id, error, text);
	sekisho_held_free(&held);
	return ret;
}

static int
delivery_add_held(struct delivery *delivery, struct mail *mail,
	const struct marks *marks)
{
	struct sekisho_held held;
	struct istream *original;
	int ret;

	if (quarantine_mail_open(mail, &held, &original) < 0)
		return delivery_fail_unread(delivery, mail);
	ret = delivery_add_message(delivery, mail, &held, original, marks);
	i_stream_unref(&original);
	sekisho_held_free(&held);
	return ret;
}

static int
delivery_add_doubtful(struct delivery *delivery, struct mail *mail, bool again,
	const struct marks *marks)
{
	int ret = delivery_was_stored(delivery, mail);

	if (ret < 0)
		return -1;
	return ret > 0 ? delivery_pass_over(delivery, again) :
		delivery_add_held(delivery, mail, marks);
}

static int
delivery_add_marked(struct delivery *delivery, struct mail *mail, bool again,
	const struct marks *marks)
{
	enum claim_state state = claim_state(delivery->claim, mail->uid);
	int ret = -1;

	switch (state) {
	case CLAIM_HELD:
		T_BEGIN {
			ret = delivery_add_held(delivery, mail, marks);
		} T_END;
		break;
	case CLAIM_DOUBTFUL:
		T_BEGIN {
			ret = delivery_add_doubtful(delivery, mail, again,
				marks);
		} T_END;
		break;
	case CLAIM_DELIVERED:
		ret = delivery_pass_over(delivery, again);
		break;
	case CLAIM_GONE:
		mail_set_expunged(mail);
		folder_refuse(delivery->command->box, MAIL_ERROR_EXPUNGED,
			"A message is not in the quarantine any more");
		break;
	}
	return ret;
}

int
delivery_add(struct delivery *delivery, struct mail *mail, bool again)
{
	struct marks marks;

	marks_of_mail(mail, &marks);
	return delivery_add_marked(delivery, mail, again, &marks);
}

static int
delivery_add_bytes(struct delivery *delivery, const struct upload *upload)
{
	struct istream *original;
	int ret;

	if (held_mail_cut(upload->message, &original) < 0) {
		mailbox_set_critical(delivery->command->box,
			"sekisho: read(%s) failed: %s",
			i_stream_get_name(upload->message),
			i_stream_get_error(upload->message));
		return -1;
	}
	ret = delivery_add_message(delivery, NULL, &upload->held, original,
		&upload->marks);
	i_stream_unref(&original);
	return ret;
}

static int
delivery_add_found(struct delivery *delivery, uint32_t uid,
	const struct marks *marks)
{
	struct mailbox_transaction_context *t = mailbox_transaction_begin(
		claim_mailbox(delivery->claim), 0, "sekisho: uploaded");
	struct mail *mail = mail_alloc(t, 0, NULL);
	int ret = -1;

	if (mail_set_uid(mail, uid))
		ret = delivery_add_marked(delivery, mail, true, marks);
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret;
}

/*
 * It was deleted, or delivered by a command whose answer got lost. Bytes and
 * envelope are what the client says, so they are not sent to anybody.
 */
static int
delivery_add_unheld(struct delivery *delivery, const struct upload *upload)
{
	int ret;

	if (delivery->gateway != NULL)
		return delivery_refuse(delivery, upload->held.id,
			MAIL_ERROR_NOTPOSSIBLE, "A message is not in the "
			"quarantine any more, so it cannot be sent on");
	ret = held_find_released(delivery->into, &upload->held);
	if (ret < 0)
		return delivery_fail(delivery, upload->held.id,
			delivery->into);
	return ret > 0 ? delivery_pass_over(delivery, true) :
		delivery_add_bytes(delivery, upload);
}

static int
delivery_add_upload(struct delivery *delivery, const struct upload *upload)
{
	uint32_t uid;
	int ret = held_find(claim_mailbox(delivery->claim), &upload->held,
		&uid);

	T_BEGIN {
		if (ret > 0)
			ret = delivery_add_found(delivery, uid,
				&upload->marks);
		else if (ret == 0)
			ret = delivery_add_unheld(delivery, upload);
	} T_END;
	return ret;
}

int
delivery_add_uploads(struct delivery *delivery, const struct uploads *uploads)
{
	unsigned int i, count;
	const struct upload *upload = uploads_get(uploads, &count);

	for (i = 0; i < count; i++)
		if (delivery_add_upload(delivery, &upload[i]) < 0)
			return -1;
	return 0;
}

static int
delivery_approve(struct delivery *delivery)
{
	struct control_refusal refusal;
	const struct released *mails;
	const char **senders;
	unsigned int i, count;

	mails = array_get(&delivery->mails, &count);
	if (!delivery->approve || count == 0)
		return 0;
	senders = t_new(const char *, count);
	for (i = 0; i < count; i++)
		senders[i] = mails[i].sender;
	if (approved_list_add(delivery->user, senders, count, true, NULL,
	    &refusal) == 0)
		return 0;
	return delivery_refuse(delivery, count == 1 ? mails[0].id : NULL,
		refusal.error, refusal.text);
}

/* The order of these is the table of states in docs/architecture.md. */
static int
delivery_store(struct delivery *delivery,
	struct mail_transaction_commit_changes *ours_r)
{
	struct mailbox *quarantine = claim_mailbox(delivery->claim);

	if (claim_mark(delivery->claim, &delivery->uids, CLAIM_DOUBTFUL) < 0)
		return delivery_fail(delivery, NULL, quarantine);
	if (mailbox_transaction_commit_get_changes(&delivery->t, ours_r) < 0)
		return delivery_fail(delivery, NULL, delivery->into);
	if (claim_mark(delivery->claim, &delivery->uids, CLAIM_DELIVERED) < 0)
		e_error(quarantine->event, "sekisho: delivered mail could not "
			"be marked: %s",
			mailbox_get_last_internal_error(quarantine, NULL));
	return 0;
}

static void
delivery_log(const struct delivery *delivery, const struct released *mail)
{
	struct action action = {
		.id = mail->id,
		.name = "deliver",
		.folder = delivery->gateway != NULL ? NULL :
			delivery->into->vname,
		.server = delivery->user->submission,
		.approved = mail->sender,
		.rescan = mail->rescan,
	};

	action_log(delivery->into->storage->user, &action);
}

/* One mail: noted, sent, noted. The other table of docs/architecture.md. */
static int
delivery_send(struct delivery *delivery, unsigned int i,
	struct control_refusal *refusal_r)
{
	const struct released *mail = array_idx(&delivery->mails, i);
	struct mailbox *quarantine = claim_mailbox(delivery->claim);
	ARRAY_TYPE(seq_range) uids;
	int ret;

	t_array_init(&uids, 1);
	seq_range_array_add(&uids, mail->uid);
	if (claim_mark(delivery->claim, &uids, CLAIM_DOUBTFUL) < 0)
		return control_refuse(refusal_r, MAIL_ERROR_TEMP, "%s",
			mailbox_get_last_error(quarantine, NULL));
	ret = gateway_send(delivery->gateway, i, refusal_r);
	if (ret < 0 && refusal_r->error != MAIL_ERROR_NOTPOSSIBLE)
		return -1;
	if (claim_mark(delivery->claim, &uids, ret < 0 ? CLAIM_HELD :
	    CLAIM_DELIVERED) < 0)
		e_error(quarantine->event, "sekisho: a mail that was sent on "
			"could not be marked: %s",
			mailbox_get_last_internal_error(quarantine, NULL));
	return ret;
}

/* Those that were sent before one fails stay sent. */
static int
delivery_send_all(struct delivery *delivery)
{
	struct control_refusal refusal;
	const struct released *mails;
	unsigned int i, count;
	int ret = 0;

	mails = array_get(&delivery->mails, &count);
	for (i = 0; ret == 0 && i < count; i++) {
		T_BEGIN {
			ret = delivery_send(delivery, i, &refusal);
			if (ret == 0)
				delivery_log(delivery, &mails[i]);
		} T_END_PASS_STR_IF(ret < 0, &refusal.text);
	}
	if (ret == 0)
		return 0;
	if (i > 1)
		refusal.text = t_strdup_printf("%u of %u messages were "
			"delivered. %s", i - 1, count, refusal.text);
	return delivery_refuse(delivery, mails[i - 1].id, refusal.error,
		refusal.text);
}

int
delivery_end_command(struct mailbox_transaction_context *command,
	struct mail_transaction_commit_changes *changes_r)
{
	SEKISHO_SUPER(command->box)->transaction_rollback(command);
	i_zero(changes_r);
	changes_r->pool = pool_alloconly_create("sekisho changes", 512);
	p_array_init(&changes_r->saved_uids, changes_r->pool, 32);
	return 0;
}

/* UIDs are of use to the client if they are of the folder that it named. */
static void
changes_copy(const struct delivery *delivery, struct mailbox *named,
	const struct mail_transaction_commit_changes *ours,
	struct mail_transaction_commit_changes *changes)
{
	if (delivery->gateway != NULL)
		return;
	changes->uid_validity = ours->uid_validity;
	changes->no_read_perm = ours->no_read_perm;
	if (!delivery->partial &&
	    strcmp(delivery->into->vname, named->vname) == 0)
		seq_range_array_merge(&changes->saved_uids, &ours->saved_uids);
}

int
delivery_commit(struct delivery *delivery,
	struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox_transaction_context *command = delivery->command;
	struct mailbox *named = command->box;
	struct mail_transaction_commit_changes ours = { .pool = NULL };
	const struct released *mail;

	if (delivery_approve(delivery) < 0 || (delivery->gateway != NULL ?
	    delivery_send_all(delivery) :
	    delivery_store(delivery, &ours)) < 0) {
		delivery_rollback(delivery);
		SEKISHO_SUPER(named)->transaction_rollback(command);
		return -1;
	}
	if (delivery->gateway == NULL)
		array_foreach(&delivery->mails, mail)
			delivery_log(delivery, mail);
	delivery_end_command(command, changes_r);
	changes_copy(delivery, named, &ours, changes_r);
	pool_unref(&ours.pool);
	delivery_free(delivery);
	return 0;
}

void
delivery_rollback(struct delivery *delivery)
{
	if (delivery->t != NULL)
		mailbox_transaction_rollback(&delivery->t);
	delivery_free(delivery);
}
