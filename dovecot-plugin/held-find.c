/*
 * held-find.c - the mail of an id in the quarantine.
 */
#include "held-find.h"
#include "quarantine-mail.h"

#include <mail-search-build.h>

static bool
has_id(struct mail *mail, const char *id)
{
	struct sekisho_held held;
	bool same;

	(void)quarantine_mail_read(mail, &held);
	same = strcmp(held.id, id) == 0;
	sekisho_held_free(&held);
	return same;
}

int
held_find(struct mailbox *quarantine, const char *id, uint32_t *uid_r)
{
	struct mailbox_transaction_context *t;
	struct mail_search_args *args = mail_search_build_init();
	struct mail_search_context *ctx;
	struct mail_search_arg *arg;
	struct mail *mail;
	int ret = 0;

	arg = mail_search_build_add(args, SEARCH_HEADER);
	arg->hdr_field_name = "X-SEKISHO-HELD";
	arg->value.str = p_strdup(args->pool, id);
	t = mailbox_transaction_begin(quarantine, 0, "sekisho: find");
	ctx = mailbox_search_init(t, args, NULL, 0, NULL);
	mail_search_args_unref(&args);
	while (ret == 0 && mailbox_search_next(ctx, &mail)) {
		if (has_id(mail, id)) {
			*uid_r = mail->uid;
			ret = 1;
		}
	}
	if (mailbox_search_deinit(&ctx) < 0)
		ret = -1;
	mailbox_transaction_rollback(&t);
	return ret;
}
