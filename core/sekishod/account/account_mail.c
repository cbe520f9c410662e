/*
 * account_mail.c - the mails about an account, from templates.
 */
#include <string.h>
#include <time.h>

#include "account_mail.h"
#include "letter.h"

/* The address of a page comes from the configuration, never from a request. */
static const char *
page_url(const struct inquiry *inquiry, const struct account_letter *about)
{
	const char *base = inquiry->checkpoint->config->account_url;

	if (*about->page == '\0')
		return base;
	if (*about->token == '\0')
		return pool_printf(inquiry->pool, "%s?_task=login&_action="
			"plugin.sekisho.%s", base, about->page);
	return pool_printf(inquiry->pool, "%s?_task=login&_action="
		"plugin.sekisho.%s&_key=%s", base, about->page,
		about->token);
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

/* The letter, and its values, which are in the pool. */
static struct letter
letter_about(const struct inquiry *inquiry, const struct account_letter *about)
{
	const struct template_value values[] = {
		{ "ADDRESS", about->to },
		{ "CLIENT", about->client },
		{ "DATE", date_text(inquiry->pool, time(NULL)) },
		{ "URL", page_url(inquiry, about) },
	};
	void *copy = pool_alloc(inquiry->pool, sizeof(values));

	return (struct letter){
		.template = about->template,
		.to = about->to,
		.language = about->language,
		.values = memcpy(copy, values, sizeof(values)),
		.value_count = sizeof(values) / sizeof(values[0]),
	};
}

enum submission_result
account_mail_send(const struct inquiry *inquiry,
	const struct account_letter *about, struct sekisho_error *err)
{
	struct letter letter = letter_about(inquiry, about);

	return letter_send(inquiry, &letter, err);
}
