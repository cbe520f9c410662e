/*
 * letter.c - mails to one person: a confirmation, a digest, a question to the
 * administrator. They come from the address of the policy's notices.
 */
#include <time.h>

#include "address.h"
#include "letter.h"
#include "notice.h"
#include "policy.h"
#include "token.h"

const char *
letter_compose(const struct inquiry *inquiry, const struct letter *letter,
	size_t *len_r, struct sekisho_error *err)
{
	const struct policy *policy = inquiry->checkpoint->policy;
	struct notice_request request = {
		.directory = inquiry->checkpoint->config->templates,
		.template = letter->template,
		.language = *letter->language != '\0' ? letter->language :
			policy_notice_language(policy, letter->to),
		.from = policy_notice_from(policy),
		.to = letter->to,
		.date = time(NULL),
		.values = letter->values,
		.value_count = letter->value_count,
		.rows = letter->rows,
		.row_count = letter->row_count,
	};
	char unique[TOKEN_SIZE];

	token_new(unique);
	request.message_id = pool_printf(inquiry->pool, "<%s.sekisho@%s>",
		unique, sekisho_address_domain(letter->to));
	return notice_compose(&request, inquiry->pool, len_r, err);
}

enum submission_result
letter_send(const struct inquiry *inquiry, const struct letter *letter,
	struct sekisho_error *err)
{
	struct submission submission = {
		.url = inquiry->checkpoint->config->smtp_url,
		.recipients = &letter->to,
		.recipient_count = 1,
		.deadline = inquiry->deadline,
	};

	submission.text = letter_compose(inquiry, letter,
		&submission.text_len, err);
	if (submission.text == NULL)
		return SUBMISSION_FAILED;
	return submission_send(&submission, inquiry->pool, err);
}
