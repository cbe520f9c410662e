/*
 * account_mail.c - the mails about an account, from templates.
 */
#include <time.h>

#include "account_mail.h"
#include "address.h"
#include "notice.h"
#include "policy.h"
#include "token.h"

/* The address of a page comes from the configuration, never from a request. */
static const char *
page_url(const struct inquiry *inquiry, const struct account_letter *letter)
{
	const char *base = inquiry->checkpoint->config->account_url;

	if (*letter->page == '\0')
		return base;
	if (*letter->token == '\0')
		return pool_printf(inquiry->pool, "%s?_task=login&_action="
			"plugin.sekisho.%s", base, letter->page);
	return pool_printf(inquiry->pool, "%s?_task=login&_action="
		"plugin.sekisho.%s&_key=%s", base, letter->page,
		letter->token);
}

static const char *
date_text(struct pool *pool, time_t now)
{
	char text[64] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M %z", &tm);
	return pool_strdup(pool, text);
}

static const char *
compose(const struct inquiry *inquiry, const struct account_letter *letter,
	size_t *len_r, struct sekisho_error *err)
{
	const struct policy *policy = inquiry->checkpoint->policy;
	struct pool *pool = inquiry->pool;
	time_t now = time(NULL);
	const struct template_value values[] = {
		{ "ADDRESS", letter->to },
		{ "CLIENT", letter->client },
		{ "DATE", date_text(pool, now) },
		{ "URL", page_url(inquiry, letter) },
	};
	struct notice_request request = {
		.directory = inquiry->checkpoint->config->templates,
		.template = letter->template,
		.language = *letter->language != '\0' ? letter->language :
			policy_notice_language(policy, letter->to),
		.from = policy_notice_from(policy),
		.to = letter->to,
		.date = now,
		.values = values,
		.value_count = sizeof(values) / sizeof(values[0]),
	};
	char unique[TOKEN_SIZE];

	token_new(unique);
	request.message_id = pool_printf(pool, "<%s.sekisho@%s>", unique,
		sekisho_address_domain(letter->to));
	return notice_compose(&request, pool, len_r, err);
}

enum submission_result
account_mail_send(const struct inquiry *inquiry,
	const struct account_letter *letter, struct sekisho_error *err)
{
	struct submission submission = {
		.url = inquiry->checkpoint->config->smtp_url,
		.recipients = &letter->to,
		.recipient_count = 1,
		.deadline = inquiry->deadline,
	};

	submission.text = compose(inquiry, letter, &submission.text_len, err);
	if (submission.text == NULL)
		return SUBMISSION_FAILED;
	return submission_send(&submission, inquiry->pool, err);
}
