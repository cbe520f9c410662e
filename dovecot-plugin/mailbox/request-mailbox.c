/*
 * request-mailbox.c - Request Release: whoever moves a mail there that only an
 * administrator may release, asks him to do so.
 *
 * The mail stays where it is, as nothing is decided yet. So the command ends
 * with a NO that says that it was done: a client that copies and then deletes
 * would delete the mail otherwise, and one that moves would not show it.
 */
#include "action-log.h"
#include "claim.h"
#include "control.h"
#include "folder.h"
#include "quarantine-mail.h"

#include <mail-storage-private.h>

#define ASK_MS 60000

struct request_transaction {
	union mailbox_transaction_module_context module_ctx;
	struct claim *claim;
	unsigned int asked;
};

static struct request_transaction *
request_transaction(struct mailbox_transaction_context *t)
{
	struct request_transaction *own = MODULE_CONTEXT(t,
		sekisho_storage_module);

	if (own == NULL) {
		own = i_new(struct request_transaction, 1);
		MODULE_CONTEXT_SET(t, sekisho_storage_module, own);
	}
	return own;
}

static void
request_end(struct mailbox_transaction_context *t)
{
	struct request_transaction *own = request_transaction(t);

	claim_close(&own->claim);
	i_free(own);
	MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
	SEKISHO_SUPER(t->box)->transaction_rollback(t);
}

/* The reply to the user's command says it, and a line in the log. */
static int
request_refuse(struct mailbox *box, const char *id, enum mail_error error,
	const char *text)
{
	struct action action = { .id = id, .name = "request",
		.refusal = text };

	action_log(box->storage->user, &action);
	return folder_refuse(box, error, text);
}

/* Why sekishod has not asked; in its words where they help the user. */
static int
refuse_answer(struct mailbox *box, const char *id,
	const struct sekisho_answer *answer)
{
	struct control_refusal refusal;

	switch (answer->status) {
	case SEKISHO_STATUS_LIMIT:
		control_refuse(&refusal, MAIL_ERROR_LIMIT, "The administrator "
			"was asked too often in this hour, so he was not "
			"asked; try again later");
		break;
	case SEKISHO_STATUS_NOT_FOUND:
		control_refuse(&refusal, MAIL_ERROR_NOTPOSSIBLE, "This site "
			"has named no administrator who could be asked");
		break;
	default:
		control_refuse(&refusal, MAIL_ERROR_UNAVAILABLE, "The "
			"administrator could not be asked; try again later");
		break;
	}
	return request_refuse(box, id, refusal.error, refusal.text);
}

/* Has sekishod write to the administrator. */
static int
request_send(struct mailbox *box, struct mail *mail,
	const struct sekisho_held *held)
{
	struct mail_user *login = box->storage->user;
	const struct sekisho_user *user = sekisho_user(login);
	struct sekisho_answer answer = { .status =
		SEKISHO_STATUS_UNAVAILABLE };
	struct sekisho_field fields[] = {
		{ "user", user->address },
		{ "login", login->username },
		{ "header", held_mail_value(held) },
		{ "subject", "" },
	};
	struct sekisho_request request = { "request-release", fields,
		N_ELEMENTS(fields) };
	int ret = 0;

	if (fields[2].value == NULL)
		fields[2].value = "";
	(void)mail_get_first_header_utf8(mail, "Subject", &fields[3].value);
	(void)control_ask(user, &request, -1, ASK_MS, &answer);
	if (answer.status != SEKISHO_STATUS_OK)
		ret = refuse_answer(box, held->id, &answer);
	sekisho_answer_free(&answer);
	return ret;
}

/* Is there a reason not to ask? Returns 0 or -1. */
static int
request_check(struct mailbox *box, struct claim *claim, struct mail *mail,
	const struct sekisho_held *held)
{
	const struct sekisho_user *user = sekisho_user(box->storage->user);
	enum claim_state state = claim_state(claim, mail->uid);

	if (state == CLAIM_GONE || state == CLAIM_DELIVERED)
		return claim_refuse(box, state);
	if (*held->id == '\0' || (held->held_class != SEKISHO_HELD_VIRUS &&
	    !claim_is_virus(claim, mail->uid)))
		return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE,
			t_strdup_printf("Nobody has to be asked for this "
			"message; move it to %s/%s", user->quarantine,
			user->deliver));
	if (claim_is_requested(claim, mail->uid))
		return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, "The "
			"administrator was asked before; the message stays "
			"here until he has decided");
	return 0;
}

/* Noted after it was sent: a crash in between has it asked twice. */
static int
request_ask(struct mailbox_transaction_context *t, struct mail *mail,
	const struct sekisho_held *held)
{
	struct request_transaction *own = request_transaction(t);
	struct mailbox *box = t->box;
	struct action action = { .id = held->id, .name = "request" };

	if (own->claim == NULL)
		own->claim = claim_open(box);
	if (own->claim == NULL ||
	    request_check(box, own->claim, mail, held) < 0 ||
	    request_send(box, mail, held) < 0)
		return -1;
	action_log(box->storage->user, &action);
	own->asked++;
	if (claim_mark_requested(own->claim, mail->uid) == 0)
		return 0;
	mail_storage_copy_error(box->storage,
		claim_mailbox(own->claim)->storage);
	return -1;
}

static int
request_held(struct mailbox_transaction_context *t, struct mail *mail)
{
	struct sekisho_held held;
	int ret;

	if (quarantine_mail_read(mail, &held) < 0) {
		mail_storage_copy_error(t->box->storage, mail->box->storage);
		ret = -1;
	} else {
		ret = request_ask(t, mail, &held);
	}
	sekisho_held_free(&held);
	return ret;
}

static int
refuse_other(struct mailbox *box)
{
	return folder_refuse(box, MAIL_ERROR_PERM, "Only held mail can be "
		"asked for, so nothing else can be put here");
}

static int
request_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	int ret;

	if (!folder_is_leaving(ctx, mail)) {
		ret = refuse_other(t->box);
	} else {
		T_BEGIN {
			ret = request_held(t, mail);
		} T_END;
		/* What follows is no deletion, and is rolled back. */
		quarantine_mail(mail)->moved = ctx->moving;
	}
	mailbox_save_cancel(&ctx);
	return ret;
}

static int
request_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	(void)input;
	return refuse_other(ctx->transaction->box);
}

static int
request_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct request_transaction *own = request_transaction(t);
	unsigned int asked = own->asked;
	struct mailbox *box = t->box;

	if (asked == 0) {
		i_free(own);
		MODULE_CONTEXT_UNSET(t, sekisho_storage_module);
		return SEKISHO_SUPER(box)->transaction_commit(t, changes_r);
	}
	request_end(t);
	return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, asked == 1 ?
		"Done: the administrator was asked to release the message; it "
		"stays here until he has decided" : t_strdup_printf("Done: "
		"the administrator was asked to release %u messages; they "
		"stay here until he has decided", asked));
}

void
request_mailbox_hook(struct mailbox_vfuncs *v)
{
	v->copy = request_copy;
	v->save_begin = request_save_begin;
	v->transaction_commit = request_commit;
	v->transaction_rollback = request_end;
	folder_hook(v);
}
