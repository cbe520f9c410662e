/*
 * doveadm-digest.c - doveadm sekisho digest send: asks sekishod to send each
 * user who wants it a mail about what is held for him since the last one.
 *
 * A message that was listed has the keyword $SekishoListed. It is set after the
 * mail was sent: so what is broken in between makes a digest come twice, and
 * none is lost.
 */
#include "digest-choice.h"
#include "doveadm-held.h"
#include "held-mail.h"
#include "log-line.h"
#include "request.h"
#include "retention.h"
#include "setting.h"

#include <doveadm-print.h>
#include <file-lock.h>
#include <ioloop.h>
#include <str.h>

#define LISTED "$SekishoListed"
#define RELEASED "$SekishoReleased"
#define LOCK_NAME "sekisho-digest.lock"
#define LOCK_SECONDS 30
#define LISTED_MAX 100		/* in one mail; more are only counted */
#define ASK_MS 60000

struct digest {
	struct doveadm_mail_cmd_context *ctx;
	struct mailbox *box;
	unsigned int hours;
	unsigned int expire;	/* seconds that mail is held */
	pool_t pool;
	ARRAY(struct sekisho_field) fields;
	ARRAY_TYPE(uint32_t) uids;	/* of new messages */
	unsigned int listed;
	bool due;		/* one of them is older than its time */
};

static void
digest_add(struct digest *digest, const char *name, const char *value)
{
	struct sekisho_field field = { name, p_strdup(digest->pool, value) };

	array_push_back(&digest->fields, &field);
}

static void
add_header(struct digest *digest, struct mail *mail, const char *field,
	const char *name)
{
	const char *value;

	if (mail_get_first_header_utf8(mail, name, &value) > 0)
		digest_add(digest, field, doveadm_held_printable(value));
}

/* What administrators put there has no field of ours and is left alone. */
static void
list_message(struct digest *digest, struct mail *mail, time_t saved)
{
	struct sekisho_held held;
	struct sekisho_error err;
	const char *guid;

	if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ||
	    held_mail_read(mail, &held, NULL, &err) != HELD_MAIL_FOUND)
		return;
	digest_add(digest, "guid", guid);
	digest_add(digest, "class", sekisho_held_class_name(
		held_mail_class(mail, &held)));
	digest_add(digest, "sender", held.sender);
	digest_add(digest, "reason", held.reason);
	digest_add(digest, "time", dec2str(held.time));
	digest_add(digest, "expires", dec2str(saved + digest->expire));
	add_header(digest, mail, "subject", "Subject");
	add_header(digest, mail, "from", "From");
	sekisho_held_free(&held);
	digest->listed++;
}

static void
look_at(struct digest *digest, struct mail *mail)
{
	const char *const *keywords = mail_get_keywords(mail);
	time_t saved;

	if (str_array_icase_find(keywords, LISTED) ||
	    str_array_icase_find(keywords, RELEASED) ||
	    mail_get_save_date(mail, &saved) < 0)
		return;
	array_push_back(&digest->uids, &mail->uid);
	if (saved < digest_time(digest->hours, ioloop_time))
		digest->due = true;
	if (digest->listed < LISTED_MAX)
		list_message(digest, mail, saved);
}

/* Returns 0 or -1. */
static int
look_for_new(struct digest *digest)
{
	struct held_search search;
	struct mail *mail;

	held_search_begin(&search, digest->ctx, digest->box);
	while (held_search_next(&search, &mail)) {
		T_BEGIN {
			look_at(digest, mail);
		} T_END;
	}
	return held_search_end(&search, false);
}

static int
digest_ask(struct digest *digest)
{
	struct mail_user *user = digest->ctx->cur_mail_user;
	struct sekisho_answer answer = { .status = SEKISHO_STATUS_UNAVAILABLE,
		.text = "" };
	struct sekisho_request request = { .verb = "digest-send" };
	struct sekisho_error err;
	unsigned int count = array_count(&digest->uids);
	int ret = 0;

	digest_add(digest, "count", dec2str(count));
	if (count > digest->listed)
		digest_add(digest, "more", dec2str(count - digest->listed));
	request.fields = array_get_modifiable(&digest->fields, &count);
	request.field_count = count;
	if (sekisho_request_call(setting_get(user, "sekisho_socket",
	    SEKISHO_CONTROL_SOCKET), &request, -1, sekisho_deadline(ASK_MS),
	    &answer, &err) < 0)
		answer.text = err.text;
	if (answer.status != SEKISHO_STATUS_OK)
		ret = doveadm_held_fail(digest->ctx, MAIL_ERROR_TEMP,
			"no digest to %s: %s", user->username, answer.text);
	sekisho_answer_free(&answer);
	return ret;
}

static int
mark_listed(struct digest *digest)
{
	static const char *const names[] = { LISTED, NULL };
	struct mailbox_transaction_context *t = mailbox_transaction_begin(
		digest->box, MAILBOX_TRANSACTION_FLAG_EXTERNAL,
		digest->ctx->cmd->name);
	struct mail_keywords *keywords = mailbox_keywords_create_valid(
		digest->box, names);
	struct mail *mail = mail_alloc(t, 0, NULL);
	uint32_t uid;

	array_foreach_elem(&digest->uids, uid)
		if (mail_set_uid(mail, uid))
			mail_update_keywords(mail, MODIFY_ADD, keywords);
	mail_free(&mail);
	mailbox_keywords_unref(&keywords);
	if (mailbox_transaction_commit(&t) == 0 &&
	    mailbox_sync(digest->box, 0) == 0)
		return 0;
	return doveadm_held_fail_box(digest->ctx, digest->box, "the digest "
		"was sent and will come again");
}

static void
digest_done(const struct digest *digest)
{
	struct mail_user *user = digest->ctx->cur_mail_user;
	const char *count = dec2str(array_count(&digest->uids));
	string_t *line = t_str_new(128);

	doveadm_print(user->username);
	doveadm_print(count);
	log_line_add(line, "id", "-");
	log_line_add(line, "user", setting_get(user, "sekisho_address",
		user->username));
	log_line_add(line, "action", "digest");
	log_line_add(line, "messages", count);
	log_line_add(line, "result", "ok");
	e_info(user->event, "sekisho: %s", str_c(line));
}

static int
digest_make(struct digest *digest)
{
	struct mail_user *user = digest->ctx->cur_mail_user;
	int ret;

	digest->pool = pool_alloconly_create("sekisho digest", 4096);
	p_array_init(&digest->fields, digest->pool, 64);
	p_array_init(&digest->uids, digest->pool, 16);
	digest_add(digest, "user", setting_get(user, "sekisho_address",
		user->username));
	digest_add(digest, "login", user->username);
	ret = look_for_new(digest);
	if (ret == 0 && digest->due && digest->listed > 0) {
		ret = digest_ask(digest);
		if (ret == 0)
			ret = mark_listed(digest);
		if (ret == 0)
			digest_done(digest);
	}
	pool_unref(&digest->pool);
	return ret;
}

/* Two at once would send it twice. */
static int
digest_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	struct digest digest = { .ctx = ctx, .box = quarantine };
	struct file_lock *lock = NULL;
	const char *error;
	int ret;

	if (digest_choice(quarantine, &digest.hours, &error) < 0 ||
	    retention_age(ctx->cur_mail_user, &digest.expire, &error) < 0)
		return doveadm_held_fail(ctx, MAIL_ERROR_PARAMS, "%s", error);
	if (digest.hours == 0)
		return 0;
	if (mailbox_lock_file_create(quarantine, LOCK_NAME, LOCK_SECONDS,
	    &lock, &error) <= 0)
		return doveadm_held_fail(ctx, MAIL_ERROR_INUSE, "%s", error);
	if (mailbox_sync(quarantine, 0) < 0)
		ret = doveadm_held_fail_box(ctx, quarantine,
			"cannot work on the quarantine");
	else
		ret = digest_make(&digest);
	file_lock_free(&lock);
	return ret;
}

struct doveadm_mail_cmd_context *
doveadm_digest_send(void)
{
	static const char *const columns[] = { "user", "messages", NULL };
	static const struct doveadm_held held = { true, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, digest_run };

	return doveadm_held_alloc(&held);
}
