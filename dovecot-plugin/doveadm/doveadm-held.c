/*
 * doveadm-held.c - opens each user's quarantine and looks for the messages of
 * the query.
 */
#include "doveadm-held.h"
#include "doveadm-log.h"
#include "held.h"
#include "setting.h"

#include <doveadm-print.h>
#include <mail-namespace.h>
#include <mail-search.h>
#include <mail-storage-service.h>
#include <module-dir.h>
#include <str.h>
#include <unichar.h>

struct doveadm_held_context {
	struct doveadm_mail_cmd_context ctx;
	const struct doveadm_held *held;
};

int
doveadm_held_fail(struct doveadm_mail_cmd_context *ctx, enum mail_error error,
	const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	i_error("sekisho: %s", t_strdup_vprintf(fmt, args));
	va_end(args);
	doveadm_mail_failed_error(ctx, error);
	return -1;
}

int
doveadm_held_fail_box(struct doveadm_mail_cmd_context *ctx,
	struct mailbox *box, const char *what)
{
	enum mail_error error;
	const char *text = mailbox_get_last_internal_error(box, &error);

	return doveadm_held_fail(ctx, error, "%s: %s", what, text);
}

/*
 * "id X" is a search key of ours. It stands where a key can stand: at the
 * beginning and after what cannot be the value of another key.
 */
static const char *const *
query_expand(pool_t pool, const char *const *args)
{
	static const char *const before[] = { "or", "not", "(", NULL };
	ARRAY_TYPE(const_string) words;
	const char *header[3] = { "header", SEKISHO_HELD_HEADER, NULL };
	bool key = true;

	p_array_init(&words, pool, 16);
	for (; *args != NULL; args++) {
		if (key && strcasecmp(*args, "id") == 0 && args[1] != NULL) {
			header[2] = p_strdup_printf(pool, "id=%s;", *++args);
			array_append(&words, header, 3);
			continue;
		}
		key = str_array_icase_find(before, *args);
		array_push_back(&words, args);
	}
	array_append_zero(&words);
	return array_front(&words);
}

static void
held_init(struct doveadm_mail_cmd_context *ctx COMPAT_DOVEADM_ARGS)
{
	static const char *const all[] = { "ALL", NULL };
	struct doveadm_held_context *own = container_of(ctx,
		struct doveadm_held_context, ctx);
	const char *const *args, *const *column;

	doveadm_log_init(ctx->cctx->conn_type);
	if (!doveadm_cmd_param_array(ctx->cctx, "query", &args))
		args = own->held->every ? all : NULL;
	if (args != NULL)
		ctx->search_args = doveadm_mail_build_search_args(
			query_expand(ctx->pool, args));
	else if (ctx->cctx->conn_type == DOVEADM_CONNECTION_TYPE_CLI)
		doveadm_mail_help_name(ctx->cmd->name);
	for (column = own->held->columns; *column != NULL; column++)
		doveadm_print_header(*column, *column, 0);
}

/*
 * Returns 1, 0 when there is none yet - nothing was ever held for this user -,
 * or -1. Does not make one: with -A that would be many.
 */
static int
held_open(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	struct mailbox **box_r)
{
	const char *name = setting_get(user, "sekisho_quarantine", NULL);
	enum mailbox_existence existence;
	struct mail_namespace *ns;
	struct mailbox *box;
	int ret = -1;

	if (name == NULL)
		return doveadm_held_fail(ctx, MAIL_ERROR_NOTFOUND, "there is "
			"no quarantine: sekisho_quarantine is not set");
	if (module_dir_find(mail_storage_service_modules, "sekisho") == NULL)
		return doveadm_held_fail(ctx, MAIL_ERROR_NOTFOUND, "doveadm "
			"has not loaded the plug-in: \"sekisho\" is missing "
			"in mail_plugins");
	ns = mail_namespace_find(user->namespaces, name);
	box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_IGNORE_ACLS);
	if (mailbox_exists(box, FALSE, &existence) < 0)
		doveadm_held_fail_box(ctx, box, "cannot look for the "
			"quarantine");
	else if (existence != MAILBOX_EXISTENCE_SELECT)
		ret = 0;
	else if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0)
		doveadm_held_fail_box(ctx, box, "cannot open the quarantine");
	else
		ret = 1;
	if (ret <= 0)
		mailbox_free(&box);
	*box_r = box;
	return ret;
}

/* lib01_sekisho is loaded later than this module, so it cannot be linked. */
static int
act_for_link(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct module *module = module_dir_find(mail_storage_service_modules,
		"sekisho");
	void (*by_link)(struct mail_user *) = NULL;
	void *symbol;

	if (setting_get(user, "sekisho_quarantine", NULL) == NULL)
		module = NULL;
	symbol = module == NULL ? NULL :
		module_get_symbol(module, "sekisho_user_by_link");
	memcpy(&by_link, &symbol, sizeof(by_link));
	if (by_link == NULL)
		return doveadm_held_fail(ctx, MAIL_ERROR_NOTFOUND, "there is "
			"no quarantine, or no plug-in of this release");
	by_link(user);
	return 0;
}

static int
held_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct doveadm_held_context *own = container_of(ctx,
		struct doveadm_held_context, ctx);
	struct mailbox *box;
	int ret;

	if (ctx->search_args == NULL)
		return doveadm_held_fail(ctx, MAIL_ERROR_PARAMS, "query: say "
			"which messages; ALL means all");
	if (own->held->by_link && act_for_link(ctx, user) < 0)
		return -1;
	ret = held_open(ctx, user, &box);
	if (ret > 0) {
		ret = own->held->run(ctx, box);
		mailbox_free(&box);
	}
	/* Who names messages wants to hear that there are none. */
	if (ret == 0 && !own->held->every && ctx->iterate_single_user)
		return doveadm_held_fail(ctx, MAIL_ERROR_NOTFOUND, "%s has no "
			"held message like that", user->username);
	return ret < 0 ? -1 : 0;
}

struct doveadm_mail_cmd_context *
doveadm_held_alloc(const struct doveadm_held *held)
{
	struct doveadm_held_context *own =
		doveadm_mail_cmd_alloc(struct doveadm_held_context);

	own->held = held;
	own->ctx.v.init = held_init;
	own->ctx.v.run = held_run;
	doveadm_print_init(held->format);
	return &own->ctx;
}

void
held_search_begin(struct held_search *search_r,
	struct doveadm_mail_cmd_context *ctx, struct mailbox *box)
{
	search_r->ctx = ctx;
	search_r->box = box;
	mail_search_args_init(ctx->search_args, box, FALSE, NULL);
	search_r->t = mailbox_transaction_begin(box, ctx->transaction_flags,
		ctx->cmd->name);
	search_r->search = mailbox_search_init(search_r->t, ctx->search_args,
		NULL, 0, NULL);
}

bool
held_search_next(struct held_search *search, struct mail **mail_r)
{
	return !doveadm_is_killed() &&
		mailbox_search_next(search->search, mail_r);
}

int
held_search_end(struct held_search *search, bool commit)
{
	int ret = mailbox_search_deinit(&search->search);

	mail_search_args_deinit(search->ctx->search_args);
	if (commit && ret == 0)
		ret = mailbox_transaction_commit(&search->t);
	else
		mailbox_transaction_rollback(&search->t);
	if (ret < 0)
		return doveadm_held_fail_box(search->ctx, search->box,
			"cannot work on the quarantine");
	if (!doveadm_is_killed())
		return mailbox_sync(search->box, 0);
	search->ctx->exit_code = EX_TEMPFAIL;
	return -1;
}

const char *
doveadm_held_printable(const char *text)
{
	string_t *line = t_str_new(128);
	unichar_t c;
	int len;

	for (; *text != '\0'; text += len) {
		len = uni_utf8_get_char(text, &c);
		if (len <= 0 || c < ' ' || (c >= 0x7f && c < 0xa0)) {
			str_append_c(line, '?');
			len = I_MAX(len, 1);
		} else {
			str_append_data(line, text, len);
		}
	}
	return str_c(line);
}
