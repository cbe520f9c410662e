/*
 * request_release.c - the mail that asks an administrator to release another.
 *
 * What is in it was written by a stranger, and the user wants it: so who asks,
 * what for and why it is held stands there in words of ours, and the command
 * that releases it can be copied as it is.
 */
#include <string.h>
#include <time.h>

#include "envelope.h"
#include "hold.h"
#include "letter.h"
#include "maildate.h"
#include "policy.h"
#include "ratelimit.h"
#include "request_release.h"

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
request_write(struct inquiry *inquiry, const struct sekisho_held *held,
	const char *to)
{
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
	struct letter letter = {
		.template = "release-request",
		.to = to,
		.language = "",
		.values = values,
		.value_count = sizeof(values) / sizeof(values[0]),
	};
	struct sekisho_error err;

	if (letter_send(inquiry, &letter, &err) != SUBMISSION_DONE)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
}

static void
request_send(struct inquiry *inquiry, const struct sekisho_held *held,
	const char *user)
{
	const char *to = policy_administrator(inquiry->checkpoint->policy,
		user);

	if (*to == '\0')
		inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "",
			"<notices> in the policy names no administrator");
	else if (is_allowed(inquiry, user))
		request_write(inquiry, held, to);
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
