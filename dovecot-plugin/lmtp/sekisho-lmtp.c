/*
 * sekisho-lmtp.c - lib95_sekisho_lmtp: the first to see a message that LMTP or
 * LDA delivers, before Sieve.
 *
 * A message without the field X-Sekisho-Held is none of our business. One with
 * it is shown to sekishod: when the seal is true it is filed into the
 * quarantine or not taken at all, so that Exim comes again; never is it
 * delivered instead. When the seal is false, the field means nothing and the
 * message goes its ordinary way. One log line says which.
 */
#include "dovecot-compat.h"
#include <mail-deliver.h>
#include <mail-storage-private.h>
#include <smtp-address.h>

#include "held-filing.h"
#include "held-mail.h"
#include "log-line.h"
#include "no-memory.h"
#include "request.h"
#include "setting.h"

#define VERIFY_MS 10000

void sekisho_lmtp_plugin_init(struct module *module);
void sekisho_lmtp_plugin_deinit(void);
extern const char *sekisho_lmtp_plugin_version;
extern const char *sekisho_lmtp_plugin_dependencies[];

const char *sekisho_lmtp_plugin_version = DOVECOT_ABI_VERSION;
const char *sekisho_lmtp_plugin_dependencies[] = { "sekisho", NULL };

/* The hook that was set before ours: Sieve's, when it is loaded. */
static deliver_mail_func_t *next_deliver;

enum verdict {
	VERDICT_HELD,
	VERDICT_ORDINARY,	/* the field is not true */
	VERDICT_UNKNOWN		/* nobody could say */
};

/* What sekishod says of the field. */
static enum verdict
held_verify(struct mail_deliver_context *ctx, const char *value,
	struct sekisho_error *err)
{
	const char *socket = setting_get(ctx->rcpt_user, "sekisho_socket",
		SEKISHO_CONTROL_SOCKET);
	struct sekisho_field fields[] = {
		{ "user", smtp_address_encode(ctx->rcpt_to) },
		{ "header", value },
	};
	struct sekisho_request request = { "held-verify", fields, 2 };
	struct sekisho_answer answer;
	enum verdict verdict = VERDICT_UNKNOWN;

	if (sekisho_request_call(socket, &request, -1,
	    sekisho_deadline(VERIFY_MS), &answer, err) < 0)
		return VERDICT_UNKNOWN;
	if (answer.status == SEKISHO_STATUS_OK)
		verdict = VERDICT_HELD;
	else if (answer.status == SEKISHO_STATUS_REFUSED)
		verdict = VERDICT_ORDINARY;
	sekisho_error_set(err, "%s", answer.text);
	sekisho_answer_free(&answer);
	return verdict;
}

static void
lmtp_log(struct mail_deliver_context *ctx, const struct sekisho_held *held,
	const char *result, const char *text)
{
	string_t *line = t_str_new(256);

	log_line_add(line, "id", held == NULL ? "-" : held->id);
	log_line_add(line, "user", smtp_address_encode(ctx->rcpt_to));
	log_line_add(line, "action", "hold");
	if (held != NULL) {
		log_line_add(line, "rule", held->rule);
		log_line_add(line, "class",
			sekisho_held_class_name(held->held_class));
		if (*held->quarantine != '\0')
			log_line_add(line, "outside", dec2str(
				held_mail_outside(held)));
	}
	log_line_add(line, "result", result);
	if (text == NULL) {
		e_info(ctx->event, "sekisho: %s", str_c(line));
		return;
	}
	log_line_add(line, "text", text);
	e_warning(ctx->event, "sekisho: %s", str_c(line));
}

/* Not now: the client gets a 451, and nothing falls back to INBOX. */
static int
lmtp_defer(struct mail_deliver_context *ctx, const struct sekisho_held *held,
	const char *reason)
{
	lmtp_log(ctx, held, "defer", reason);
	ctx->tempfail_error = "The quarantine is not available, "
		"please try again";
	return -1;
}

static int
lmtp_file(struct mail_deliver_context *ctx, const struct sekisho_held *held)
{
	struct sekisho_error err = { "" };

	switch (held_filing(ctx->rcpt_user, ctx->src_mail, held, &err)) {
	case HELD_FILING_FILED:
		lmtp_log(ctx, held, "ok", NULL);
		break;
	case HELD_FILING_THERE:
		lmtp_log(ctx, held, "there-already", NULL);
		break;
	case HELD_FILING_FAILED:
		return lmtp_defer(ctx, held, err.text);
	}
	ctx->saved_mail = TRUE;
	return 1;
}

static int
lmtp_held(struct mail_deliver_context *ctx, struct mail_storage **storage_r,
	const struct sekisho_held *held, const char *value)
{
	struct sekisho_error err = { "" };

	switch (held_verify(ctx, value, &err)) {
	case VERDICT_HELD:
		return lmtp_file(ctx, held);
	case VERDICT_ORDINARY:
		lmtp_log(ctx, held, "ignored", err.text);
		return next_deliver == NULL ? 0 : next_deliver(ctx, storage_r);
	case VERDICT_UNKNOWN:
		break;
	}
	return lmtp_defer(ctx, held, err.text);
}

static int
lmtp_deliver(struct mail_deliver_context *ctx, struct mail_storage **storage_r)
{
	struct sekisho_error err = { "" };
	struct sekisho_held held;
	const char *value;
	int ret;

	switch (held_mail_read(ctx->src_mail, &held, &value, &err)) {
	case HELD_MAIL_FOUND:
		ret = lmtp_held(ctx, storage_r, &held, value);
		sekisho_held_free(&held);
		return ret;
	case HELD_MAIL_FAILED:
		return lmtp_defer(ctx, NULL, err.text);
	case HELD_MAIL_WRONG:
		lmtp_log(ctx, NULL, "ignored", err.text);
		break;
	case HELD_MAIL_NONE:
		break;
	}
	return next_deliver == NULL ? 0 : next_deliver(ctx, storage_r);
}

void
sekisho_lmtp_plugin_init(struct module *module)
{
	no_memory_init();
	next_deliver = mail_deliver_hook_set(lmtp_deliver);
}

void
sekisho_lmtp_plugin_deinit(void)
{
	mail_deliver_hook_set(next_deliver);
}
