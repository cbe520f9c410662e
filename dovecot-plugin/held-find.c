/*
 * held-find.c - the mail of an id in the quarantine. Its GUID is in the index,
 * so this takes some milliseconds for ten thousand messages.
 */
#include "held-find.h"
#include "held-mail.h"

/* The newest first: a mail that a user handles came lately. */
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
