/*
 * delivery.c - from the quarantine into a folder: all of it or nothing; or to
 * another mail server, message by message.
 */
#include "delivery-private.h"
#include "action-log.h"
#include "claim.h"
#include "deed-count.h"
#include "folder.h"
#include "gateway.h"
#include "learn.h"
#include "release.h"
#include "senders-change.h"
#include "sent-on.h"

#include <str.h>

static void
delivery_free(struct delivery *delivery)
{
	pool_t pool = delivery->pool;
	struct released *mail;

	array_foreach_modifiable(&delivery->mails, mail)
		learn_forget(&mail->learn);
	gateway_free(&delivery->gateway);
	if (delivery->t != NULL)
		mailbox_transaction_rollback(&delivery->t);
	claim_close(&delivery->claim);
	str_free(&delivery->room);
	mailbox_free(&delivery->into);
	deed_count_send(delivery->user);
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

/* Where it goes, for the log. */
static void
delivery_name_way(const struct delivery *delivery, struct action *action)
{
	if (delivery->outside)
		action->server = "outside";
	else if (delivery->gateway != NULL)
		action->server = delivery->user->submission;
	else
		action->folder = delivery->into->vname;
}

/* The reply to the user's command says it, and a line in the log. */
int
delivery_refuse(struct delivery *delivery, const char *id,
	enum mail_error error, const char *text)
{
	struct action action = { .id = id, .name = "deliver",
		.refusal = text };

	delivery_name_way(delivery, &action);
	action_log(delivery->into->storage->user, &action);
	return folder_refuse(delivery->command->box, error, text);
}

/* An error of Dovecot's own, in one of the mailboxes that take part. */
int
delivery_fail(struct delivery *delivery, const char *id, struct mailbox *box)
{
	enum mail_error error;
	const char *text = t_strdup(mailbox_get_last_error(box, &error));

	return delivery_refuse(delivery, id, error, text);
}

static int
delivery_approve(struct delivery *delivery)
{
	struct control_refusal refusal;
	const struct released *mails;
	struct senders_entry *senders;
	unsigned int i, count;

	mails = array_get(&delivery->mails, &count);
	if (!delivery->approve || count == 0)
		return 0;
	senders = t_new(struct senders_entry, count);
	for (i = 0; i < count; i++)
		senders[i] = mails[i].approve;
	if (senders_change_approve(delivery->into->storage->user, senders,
	    count, &refusal) == 0)
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

/* It has been delivered. */
static void
delivery_log(const struct delivery *delivery, struct released *mail)
{
	struct action action = {
		.id = mail->id,
		.name = "deliver",
		.approved = mail->approve.name,
		.rescan = mail->rescan,
	};

	delivery_name_way(delivery, &action);
	action_log(delivery->into->storage->user, &action);
	learn_commit(&mail->learn);
}

/* It was sent on: neither is it filed once more, nor sent on. */
static int
delivery_note(struct delivery *delivery, const struct released *mail,
	const ARRAY_TYPE(seq_range) *uids)
{
	if (sent_on_note(claim_mailbox(delivery->claim), mail->guid) < 0)
		return -1;
	return claim_mark(delivery->claim, uids, CLAIM_DELIVERED);
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
	if ((ret < 0 ? claim_mark(delivery->claim, &uids, CLAIM_HELD) :
	    delivery_note(delivery, mail, &uids)) < 0)
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
	struct released *mails;
	unsigned int i, count;
	int ret = 0;

	mails = array_get_modifiable(&delivery->mails, &count);
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
	struct released *mail;

	if (delivery_approve(delivery) < 0 || (delivery->gateway != NULL ?
	    delivery_send_all(delivery) :
	    delivery_store(delivery, &ours)) < 0) {
		delivery_rollback(delivery);
		SEKISHO_SUPER(named)->transaction_rollback(command);
		return -1;
	}
	if (delivery->gateway == NULL)
		array_foreach_modifiable(&delivery->mails, mail)
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
	delivery_free(delivery);
}
