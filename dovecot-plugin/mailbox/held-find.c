/*
 * held-find.c - the newest messages are looked at first: a mail that a user
 * handles came lately, and a copy of it is younger still.
 */
#include "held-find.h"
#include "held-mail.h"
#include "outgoing.h"

#include <time.h>

#define CLOCK_SECONDS (24 * 60 * 60)	/* clocks of two hosts may differ */

/* The GUID is in the index: some milliseconds for ten thousand messages. */
static int
find_guid(struct mail *mail, uint32_t messages, const char *wanted,
	uint32_t *uid_r)
{
	const char *guid;
	uint32_t seq;

	for (seq = messages; seq > 0; seq--) {
		mail_set_seq(mail, seq);
		if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0) {
			if (mail->expunged)
				continue;
			return -1;
		}
		if (strcmp(guid, wanted) == 0) {
			*uid_r = mail->uid;
			return 1;
		}
	}
	return 0;
}

int
held_find(struct mailbox *quarantine, const struct sekisho_held *held,
	uint32_t *uid_r)
{
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct mail *mail;
	int ret;

	mailbox_get_open_status(quarantine, STATUS_MESSAGES, &status);
	t = mailbox_transaction_begin(quarantine, 0, "sekisho: find");
	mail = mail_alloc(t, MAIL_FETCH_GUID, NULL);
	ret = find_guid(mail, status.messages, held_mail_guid(held), uid_r);
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret;
}

/* This reads messages, back to the time when the mail was held. */
static int
find_released(struct mail *mail, uint32_t messages,
	const struct sekisho_held *held)
{
	time_t oldest = I_MIN((time_t)held->time, time(NULL)) - CLOCK_SECONDS;
	const char *value;
	uint32_t seq;
	time_t date;

	for (seq = messages; seq > 0; seq--) {
		mail_set_seq(mail, seq);
		if (mail_get_save_date(mail, &date) < 0 ||
		    mail_get_first_header(mail, SEKISHO_RELEASED_HEADER,
		    &value) < 0) {
			if (mail->expunged)
				continue;
			return -1;
		}
		if (date < oldest)
			return 0;
		if (value != NULL && outgoing_is(value, held->id))
			return 1;
	}
	return 0;
}

static int
search_released(struct mailbox *box, const struct sekisho_held *held)
{
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct mail *mail;
	int ret;

	mailbox_get_open_status(box, STATUS_MESSAGES, &status);
	t = mailbox_transaction_begin(box, 0, "sekisho: find");
	mail = mail_alloc(t, MAIL_FETCH_SAVE_DATE, NULL);
	ret = find_released(mail, status.messages, held);
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	return ret;
}

int
held_find_released(struct mailbox *like, const struct sekisho_held *held)
{
	struct mailbox *box = mailbox_alloc(like->list, like->vname,
		MAILBOX_FLAG_READONLY |
		(like->flags & MAILBOX_FLAG_IGNORE_ACLS));
	int ret = -1;

	/* A handle of its own: like has a transaction open. */
	if (mailbox_open(box) == 0 && mailbox_sync(box, 0) == 0)
		ret = search_released(box, held);
	if (ret < 0)
		mail_storage_copy_error(like->storage, box->storage);
	mailbox_free(&box);
	return ret;
}
