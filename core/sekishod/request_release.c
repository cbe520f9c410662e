/*
 * request_release.c - the mail that asks an administrator to release another.
 *
 * What is in it was written by a stranger, and the user wants it: so who asks,
 * what for and why it is held stands there in words of ours, and the command
 * that releases it can be copied as it is.
 */
#include <string.h>
#include <time.h>

#include "address.h"
#include "envelope.h"
#include "hold.h"
#include "maildate.h"
#include "notice.h"
#include "policy.h"
#include "ratelimit.h"
#include "request_release.h"
#include "submission.h"
#include "token.h"

#define REQUESTS_PER_HOUR 10	/* of one user */

/* As a word for a shell. */
static const char *
shell_word(struct pool *pool, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@+";
	const char *word = "'";

	if (*text != '\0' && *text != '-' &&
	    text[strspn(text, plain)] == '\0')
		return text;
	for (; *text != '\0'; text++)
		word = pool_printf(pool, *text == '\'' ? "%s'\\''" : "%s%c",
			word, *text);
	return pool_printf(pool, "%s'", word);
}

static const char *
command(const struct inquiry *inquiry, const struct sekisho_held *held,
	const char *verb)
{
	return pool_printf(inquiry->pool, "doveadm sekisho quarantine %s -u %s "
		"id %s", verb, shell_word(inquiry->pool,
		inquiry_get(inquiry, "login")),
		shell_word(inquiry->pool, held->id));
}

/* Returns the text, or NULL with err set. */
static const char *
compose(const struct inquiry *inquiry, const struct sekisho_held *held,
	const char *to, size_t *len_r, struct sekisho_error *err)
{
	const struct policy *policy = inquiry->checkpoint->policy;
	const char *from = policy_notice_from(policy);
	const struct template_value values[] = {
		{ "USER", inquiry_get(inquiry, "user") },
		{ "SENDER", held->sender },
		{ "FROM", held->from },
		{ "RECIPIENTS", held->recipient },
		{ "SUBJECT", inquiry_get(inquiry, "subject") },
		{ "DATE", maildate_text(inquiry->pool,
			(time_t)held->time) },
		{ "REASON", held->reason },
		{ "RULE", held->rule },
		{ "SHOW", command(inquiry, held, "show") },
		{ "DELIVER", command(inquiry, held, "deliver") },
		{ "DELETE", command(inquiry, held, "delete") },
	};
	struct notice_request request = {
		.directory = inquiry->checkpoint->config->templates,
		.template = "release-request",
		.language = policy_notice_language(policy, to),
		.from = from,
		.to = to,
		.date = time(NULL),
		.values = values,
		.value_count = sizeof(values) / sizeof(values[0]),
	};
	char unique[TOKEN_SIZE];

	token_new(unique);
	request.message_id = pool_printf(inquiry->pool, "<%s.sekisho@%s>",
		unique, sekisho_address_domain(from));
	return notice_compose(&request, inquiry->pool, len_r, err);
}

/* May this user ask now? False with the answer set. */
static bool
is_allowed(struct inquiry *inquiry, const char *user)
{
	struct ratelimit *limit = inquiry->checkpoint->ratelimit;
	const char *key = pool_printf(inquiry->pool, "release-request %s",
		user);

	if (limit == NULL || ratelimit_allows(limit, key, REQUESTS_PER_HOUR,
	    time(NULL)))
		return true;
	inquiry_fail(inquiry, SEKISHO_STATUS_LIMIT, "user", "more than %d "
		"requests in this hour", REQUESTS_PER_HOUR);
	return false;
}

static void
request_send(struct inquiry *inquiry, const struct sekisho_held *held,
	const char *user)
{
	const char *to = policy_administrator(inquiry->checkpoint->policy,
		user);
	struct submission submission = {
		.url = inquiry->checkpoint->config->smtp_url,
		.recipients = &to,
		.recipient_count = 1,
		.deadline = inquiry->deadline,
	};
	struct sekisho_error err;

	if (*to == '\0') {
		inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "",
			"<notices> in the policy names no administrator");
		return;
	}
	if (!is_allowed(inquiry, user))
		return;
	submission.text = compose(inquiry, held, to, &submission.text_len,
		&err);
	if (submission.text == NULL || submission_send(&submission,
	    inquiry->pool, &err) != SUBMISSION_DONE)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
}

void
request_release(struct inquiry *inquiry)
{
	const char *user = envelope_address(inquiry_get(inquiry, "user"),
		inquiry->pool);
	struct sekisho_held held;

	if (hold_receive_of(inquiry, user, &held) < 0)
		return;
	request_send(inquiry, &held, user);
	sekisho_held_free(&held);
}
