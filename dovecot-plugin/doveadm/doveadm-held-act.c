/*
 * doveadm-held-act.c - doveadm sekisho quarantine deliver, approve, delete,
 * expire, and digest deliver, approve, delete: what a client does, a
 * MOVE into an action folder or an EXPUNGE. For each user it is done with all
 * messages of the query, or with none.
 */
#include "doveadm-held.h"
#include "held-mail.h"
#include "retention.h"
#include "setting.h"

#include <array.h>
#include <doveadm-print.h>
#include <ioloop.h>
#include <mail-namespace.h>

/* What is printed, once it is done. */
struct act {
	struct held_search search;
	pool_t pool;
	ARRAY_TYPE(const_string) ids;
};

static void
act_begin(struct act *act_r, struct doveadm_mail_cmd_context *ctx,
	struct mailbox *box)
{
	act_r->pool = pool_alloconly_create("sekisho ids", 1024);
	p_array_init(&act_r->ids, act_r->pool, 16);
	held_search_begin(&act_r->search, ctx, box);
}

static void
act_note(struct act *act, struct mail *mail)
{
	struct sekisho_held held;
	struct sekisho_error err;
	const char *id = "-";

	if (held_mail_read(mail, &held, NULL, &err) == HELD_MAIL_FOUND) {
		id = p_strdup(act->pool, held.id);
		sekisho_held_free(&held);
	}
	array_push_back(&act->ids, &id);
}

/* Ends the search with success or not, and says what was done. */
static int
act_end(struct act *act, bool done, const char *result)
{
	const char *id;
	int ret = held_search_end(&act->search, done);

	if (done && ret == 0) {
		array_foreach_elem(&act->ids, id) {
			doveadm_print(id);
			doveadm_print(result);
		}
		ret = array_count(&act->ids);
	}
	pool_unref(&act->pool);
	return done ? ret : -1;
}

static struct mailbox *
action_folder(struct mailbox *quarantine, const char *name,
	const char *preset)
{
	struct mail_namespace *ns = mailbox_get_namespace(quarantine);

	name = setting_get(ns->user, name, preset);
	return mailbox_alloc(ns->list, t_strdup_printf("%s%c%s",
		mailbox_get_vname(quarantine), mail_namespace_get_sep(ns),
		name), MAILBOX_FLAG_SAVEONLY | MAILBOX_FLAG_IGNORE_ACLS);
}

static int
move_all(struct act *act, struct mailbox_transaction_context *t)
{
	struct mail_save_context *save;
	struct mail *mail;
	int ret = 0;

	while (ret == 0 && held_search_next(&act->search, &mail)) {
		T_BEGIN {
			act_note(act, mail);
			save = mailbox_save_alloc(t);
			mailbox_save_copy_flags(save, mail);
			ret = mailbox_move(&save, mail);
		} T_END;
	}
	return doveadm_is_killed() ? -1 : ret;
}

static int
act_move(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine,
	struct mailbox *into, const char *result)
{
	struct mailbox_transaction_context *t;
	struct act act;
	int ret;

	if (mailbox_open(into) < 0)
		return doveadm_held_fail_box(ctx, into, mailbox_get_vname(
			into));
	act_begin(&act, ctx, quarantine);
	t = mailbox_transaction_begin(into, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS | ctx->transaction_flags,
		ctx->cmd->name);
	ret = move_all(&act, t);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else
		ret = mailbox_transaction_commit(&t);
	if (ret < 0)
		doveadm_held_fail_box(ctx, into, "delivery failed");
	return act_end(&act, ret == 0, result);
}

static int
move_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine,
	const char *setting, const char *preset, const char *result)
{
	struct mailbox *into = action_folder(quarantine, setting, preset);
	int ret = act_move(ctx, quarantine, into, result);

	mailbox_free(&into);
	return ret;
}

static int
deliver_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	return move_run(ctx, quarantine, "sekisho_deliver", "Deliver",
		"delivered");
}

static int
approve_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	return move_run(ctx, quarantine, "sekisho_approve",
		"Deliver and Approve", "delivered, sender approved");
}

static int
delete_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	struct mail *mail;
	struct act act;

	act_begin(&act, ctx, quarantine);
	while (held_search_next(&act.search, &mail)) {
		T_BEGIN {
			act_note(&act, mail);
			mail_expunge(mail);
		} T_END;
	}
	return act_end(&act, !doveadm_is_killed(), "deleted");
}

/*
 * Removes what has been held for long enough, whether its user ever logs in or
 * not (SPEC Q7); sekisho-expire.timer runs it every day. The age is counted
 * from when the mail was filed, so mail that waited in Exim's queue is held as
 * long as any other. All messages are looked at, not only those before the
 * first young one: their dates are not in order when the clock was set back.
 */
static int
expire_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	struct mail *mail;
	struct act act;
	unsigned int seconds;
	const char *error;
	time_t date;
	int ret;

	if (retention_age(ctx->cur_mail_user, &seconds, &error) < 0)
		return doveadm_held_fail(ctx, MAIL_ERROR_PARAMS, "%s", error);
	act_begin(&act, ctx, quarantine);
	while (held_search_next(&act.search, &mail)) {
		if (mail_get_save_date(mail, &date) < 0 ||
		    date > ioloop_time - (time_t)seconds)
			continue;
		T_BEGIN {
			act_note(&act, mail);
			mail_autoexpunge(mail);
		} T_END;
	}
	ret = act_end(&act, true, "expired");
	/* What users have deleted leaves the disk here as well. */
	if (ret >= 0 && mail_storage_purge(quarantine->storage) < 0)
		return doveadm_held_fail_box(ctx, quarantine, "cannot free the "
			"disk space of removed mail");
	return ret;
}

static const char *const columns[] = { "id", "result", NULL };

struct doveadm_mail_cmd_context *
doveadm_held_deliver(void)
{
	static const struct doveadm_held held = { false, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, deliver_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_held_approve(void)
{
	static const struct doveadm_held held = { false, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, approve_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_held_delete(void)
{
	static const struct doveadm_held held = { false, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, delete_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_held_expire(void)
{
	static const struct doveadm_held held = { true, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, expire_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_digest_deliver(void)
{
	static const struct doveadm_held held = { false, true,
		DOVEADM_PRINT_TYPE_TABLE, columns, deliver_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_digest_approve(void)
{
	static const struct doveadm_held held = { false, true,
		DOVEADM_PRINT_TYPE_TABLE, columns, approve_run };

	return doveadm_held_alloc(&held);
}

struct doveadm_mail_cmd_context *
doveadm_digest_delete(void)
{
	static const struct doveadm_held held = { false, true,
		DOVEADM_PRINT_TYPE_TABLE, columns, delete_run };

	return doveadm_held_alloc(&held);
}
