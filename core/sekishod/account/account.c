/*
 * account.c - what the verbs about accounts share.
 *
 * Nobody learns here whether an address has an account (SPEC C7). So the
 * verbs do the same for every address: one search, one Argon2id, one mail. The
 * mail says to the owner of the address alone what was the case.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account_private.h"
#include "channel.h"
#include "log.h"
#include "ratelimit.h"

#define STEP_MS 250

/* The table of tries, opened when first needed. */
static struct ratelimit *
tries_open(const struct inquiry *inquiry, struct sekisho_error *err)
{
	static struct ratelimit *tries;
	char path[PATH_MAX];

	if (tries == NULL) {
		snprintf(path, sizeof(path), "%s/tries",
			inquiry->checkpoint->config->state_dir);
		tries = ratelimit_open(path, err);
	}
	return tries;
}

static bool
try_allowed(struct inquiry *inquiry, struct ratelimit *tries,
	const char *field, const char *value, unsigned int per_hour)
{
	const char *key = pool_printf(inquiry->pool, "%s %s %s",
		inquiry->request->verb, field, value);

	if (ratelimit_allows(tries, key, per_hour, time(NULL)))
		return true;
	inquiry_fail(inquiry, SEKISHO_STATUS_LIMIT, field, "more than %u "
		"tries in this hour", per_hour);
	log_line(LOG_LEVEL_WARNING, "%s: more than %u tries in this hour, "
		"%s=%s", inquiry->request->verb, per_hour, field, value);
	return false;
}

/* Each verb has its own share: who mistypes here can still go there. */
static int
count_try(struct inquiry *inquiry, const struct account_form *form)
{
	const struct config *config = inquiry->checkpoint->config;
	struct sekisho_error err;
	struct ratelimit *tries = tries_open(inquiry, &err);

	if (tries == NULL) {
		account_unavailable(inquiry, &err);
		return -1;
	}
	if (!try_allowed(inquiry, tries, "client", form->client,
	    config->tries_per_client))
		return -1;
	if (*form->mail != '\0' && !try_allowed(inquiry, tries, "mail",
	    form->mail, config->tries_per_address))
		return -1;
	return 0;
}

int
account_begin(struct inquiry *inquiry, unsigned int parts,
	struct account_form *form_r)
{
	struct submission submission = {
		.url = inquiry->checkpoint->config->smtp_url,
		.deadline = inquiry->deadline,
	};
	struct sekisho_error err;

	if (*inquiry->checkpoint->config->account_url == '\0') {
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"there are no accounts here: account-url is not set");
		return -1;
	}
	if (account_form_read(inquiry, parts, form_r) < 0 ||
	    count_try(inquiry, form_r) < 0)
		return -1;
	if (submission_probe(&submission, &err) == 0)
		return 0;
	account_unavailable(inquiry, &err);
	return -1;
}

/* Such as slapd's note of a wrong password, which is written to a disk. */
void
account_end(const struct inquiry *inquiry)
{
	int64_t begun = inquiry->deadline -
		(int64_t)inquiry->checkpoint->config->deadline * 1000;
	int64_t left = STEP_MS - (sekisho_now() - begun) % STEP_MS;
	const struct timespec wait = { .tv_nsec = left * 1000000 };

	nanosleep(&wait, NULL);
}

struct account_session
account_session(const struct inquiry *inquiry)
{
	return (struct account_session){
		.directory = inquiry->checkpoint->directory,
		.account_base = inquiry->checkpoint->config->account_base,
		.pool = inquiry->pool,
		.deadline = inquiry->deadline,
	};
}

bool
account_is_shared(const struct inquiry *inquiry)
{
	return strcmp(inquiry->checkpoint->config->account_password,
		"shared") == 0;
}

void
account_unavailable(struct inquiry *inquiry, const struct sekisho_error *err)
{
	inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s", err->text);
}

void
account_log(const char *mail, const char *client, const char *event)
{
	struct sekisho_buf line;

	sekisho_buf_init(&line, 8192);
	log_add(&line, "account", mail);
	log_add(&line, "event", event);
	if (*client != '\0')
		log_add(&line, "client", client);
	log_line(LOG_LEVEL_INFO, "%s", line.failed ? event : line.data);
	sekisho_buf_free(&line);
}

void
account_tell(const struct inquiry *inquiry, const struct account *account,
	const struct account_form *form, const char *template)
{
	bool own = form != NULL && *form->language != '\0';
	struct account_letter letter = {
		.template = template, .to = account->mail,
		.language = own ? form->language : account->language,
		.client = form != NULL ? form->client : "",
		.page = "", .token = "",
	};
	struct sekisho_error err;

	account_log(account->mail, letter.client, template);
	if (account_mail_send(inquiry, &letter, &err) != SUBMISSION_DONE)
		log_line(LOG_LEVEL_ERROR, "account=%s no mail %s: %s",
			letter.to, template, err.text);
}
