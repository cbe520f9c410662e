/*
 * delivery-add.c - which mails a delivery takes: each is asked whether it may
 * leave, scanned, and copied.
 */
#include "delivery-private.h"
#include "claim.h"
#include "folder.h"
#include "gateway.h"
#include "held-find.h"
#include "held-mail.h"
#include "learn.h"
#include "outgoing.h"
#include "quarantine-mail.h"
#include "release.h"

#include <istream.h>

/*
 * Mail to outside leaves by the action folder and by doveadm, never because
 * somebody puts it into a folder to read it there: what was sent cannot be
 * taken back. NULL: it may go this way.
 */
static const char *
wrong_way(const struct delivery *delivery, bool outside)
{
	const struct sekisho_user *user = delivery->user;

	if (!array_is_empty(&delivery->mails) && outside != delivery->outside)
		return "Mail to outside and other held mail cannot go in one "
			"command";
	if (outside && delivery->approve)
		return "The sender of mail to outside is of this site, there "
			"is nobody to approve; deliver it";
	if (outside && folder_of(delivery->command->box) == FOLDER_ORDINARY &&
	    !user->administrator && !user->link)
		return t_strdup_printf("This mail goes to outside; move it to "
			"%s/%s to send it on", user->quarantine, user->deliver);
	return NULL;
}

static int
delivery_choose_way(struct delivery *delivery, const struct sekisho_held *held)
{
	bool outside = *held->quarantine != '\0';
	const char *wrong = wrong_way(delivery, outside);

	if (wrong != NULL)
		return delivery_refuse(delivery, held->id,
			MAIL_ERROR_NOTPOSSIBLE, wrong);
	delivery->outside = outside;
	if (outside && delivery->gateway == NULL)
		delivery->gateway = gateway_new(
			delivery->into->storage->user);
	return 0;
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

/* What only an administrator can release may have a virus. */
static bool
is_ham(const struct sekisho_held *held, const struct released *released)
{
	return held->held_class != SEKISHO_HELD_VIRUS &&
		strcmp(released->rescan, "refused") != 0;
}

/* mail is NULL when the message is not in the quarantine any more. */
static int
delivery_add_message(struct delivery *delivery, struct mail *mail,
	const struct sekisho_held *held, struct istream *original,
	const struct marks *marks)
{
	struct control_refusal refusal;
	struct released released;
	struct istream *outgoing;
	int ret;

	if (delivery_choose_way(delivery, held) < 0)
		return -1;
	outgoing = outgoing_create(original, held, delivery->user,
		delivery->room);
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
	released.guid = delivery->gateway == NULL ? NULL :
		p_strdup(delivery->pool, held_mail_guid(held));
	/* Not from bytes that a client says were held. */
	if (ret == 0 && mail != NULL && is_ham(held, &released))
		released.learn = learn_prepare(mail->box->storage->user,
			LEARN_HAM, outgoing);
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
	return again ? 0 : claim_refuse(delivery->command->box,
		CLAIM_DELIVERED);
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
	else if (*held.quarantine != '\0')
		ret = 0;
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
	if (claim_is_virus(delivery->claim, mail->uid))
		held.held_class = SEKISHO_HELD_VIRUS;
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
		claim_refuse(delivery->command->box, state);
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

	if (delivery->gateway != NULL || *upload->held.quarantine != '\0')
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
