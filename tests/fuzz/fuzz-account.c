/*
 * fuzz-account.c - what comes in on account.sock, from the bytes of a frame to
 * the mail it would cause (SPEC C7).
 *
 * What passes the checks has its limits, and makes a mail whose header is ours
 * alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account_mail.c"
#include "account_form.h"
#include "unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config config = {
	.templates = "core/sekishod/templates",
	.account_url = "https://webmail.example.com/",
};
static struct checkpoint checkpoint = { .config = &config };

static void
check_text(const char *text, size_t longest)
{
	if (!unicode_is_line(text) || unicode_length(text) > longest)
		abort();
}

/* From, To, Subject, Date, Message-ID and four more; no field twice. */
static void
check_mail(const struct inquiry *inquiry, const struct account_form *form)
{
	struct account_letter about = {
		.template = "account-activate", .to = form->mail,
		.language = "en", .client = form->client, .page = "activate",
		.token = "x",
	};
	struct letter letter = letter_about(inquiry, &about);
	struct sekisho_error err;
	const char *text, *line;
	unsigned int fields = 0;
	size_t len;

	text = letter_compose(inquiry, &letter, &len, &err);
	if (text == NULL || strlen(text) != len)
		abort();
	for (line = text; *line != '\n'; line = strchr(line, '\n') + 1)
		fields += *line != ' ' && *line != '\t';
	if (fields != 9)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_request request;
	struct account_form form;
	struct inquiry inquiry = { .checkpoint = &checkpoint,
		.request = &request, .answer = { .field = "", .text = "" } };

	if (checkpoint.policy == NULL)
		checkpoint.policy = policy_load("core/sekishod/policy.xml",
			"core/sekishod/policy.rng", NULL);
	if (sekisho_request_decode(&request, data, size, NULL) < 0)
		return 0;
	inquiry.pool = pool_new();
	if (account_form_read(&inquiry, FORM_NAMES | FORM_MAIL |
	    FORM_OLD_PASSWORD | FORM_PASSWORD | FORM_QUESTION | FORM_TOKEN,
	    &form) == 0) {
		check_text(form.family_name, 100);
		check_text(form.given_name, 100);
		check_text(form.answer, 100);
		check_text(form.password, 32);
		check_text(form.mail, 254);
		check_mail(&inquiry, &form);
	}
	pool_free(inquiry.pool);
	free(request.fields);
	return 0;
}
