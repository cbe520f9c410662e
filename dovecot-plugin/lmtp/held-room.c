/*
 * held-room.c - first counts what may go, removes it only when it is enough.
 */
#include "held-room.h"
#include "retention.h"

#include <ioloop.h>

static int
box_failed(struct mailbox *box, struct sekisho_error *err)
{
	return sekisho_error_set(err, "cannot make room in %s: %s", box->vname,
		mailbox_get_last_internal_error(box, NULL));
}

/* The last message of those that go, or 0; they begin with the first. */
static int
room_find(struct mail *mail, uint32_t messages, uoff_t needed, uint32_t *last_r)
{
	uoff_t size, freed = 0;
	time_t date;
	uint32_t seq;

	*last_r = 0;
	for (seq = 1; seq <= messages && freed < needed; seq++) {
		mail_set_seq(mail, seq);
		if (mail_get_save_date(mail, &date) < 0 ||
		    mail_get_virtual_size(mail, &size) < 0) {
			if (mail->expunged)
				continue;
			return -1;
		}
		if (date > ioloop_time - RETENTION_MIN_SECONDS)
			return 0;
		freed += size;
	}
	if (freed >= needed)
		*last_r = seq - 1;
	return 0;
}

static int
room_free(struct mailbox *box, uoff_t needed, struct sekisho_error *err)
{
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct mail *mail;
	uint32_t seq, last;
	int ret;

	mailbox_get_open_status(box, STATUS_MESSAGES, &status);
	t = mailbox_transaction_begin(box, 0, __func__);
	mail = mail_alloc(t, MAIL_FETCH_SAVE_DATE | MAIL_FETCH_VIRTUAL_SIZE,
		NULL);
	ret = room_find(mail, status.messages, needed, &last);
	for (seq = 1; ret == 0 && seq <= last; seq++) {
		mail_set_seq(mail, seq);
		mail_autoexpunge(mail);
	}
	mail_free(&mail);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else if ((ret = mailbox_transaction_commit(&t)) == 0)
		ret = mailbox_sync(box, 0);
	if (ret < 0)
		return box_failed(box, err);
	return last > 0 ? 0 : sekisho_error_set(err, "%s is full "
		"(sekisho_quota), and what is in it is younger than three "
		"days", box->vname);
}

int
held_room_make(struct mailbox *box, uoff_t bytes, struct sekisho_error *err)
{
	struct mailbox_metadata metadata;
	const char *error;
	uoff_t limit;

	if (retention_quota(box->storage->user, &limit, &error) < 0)
		return sekisho_error_set(err, "%s", error);
	if (limit == 0)
		return 0;
	if (bytes > limit)
		return sekisho_error_set(err, "a mail of %"PRIuUOFF_T" bytes "
			"is more than sekisho_quota allows", bytes);
	if (mailbox_get_metadata(box, MAILBOX_METADATA_VIRTUAL_SIZE,
	    &metadata) < 0)
		return box_failed(box, err);
	if (metadata.virtual_size + bytes <= limit)
		return 0;
	return room_free(box, metadata.virtual_size + bytes - limit, err);
}
