/*
 * notify.c - make the notices that a decision asks for.
 *
 * The text of a notice is a template (notice.c); here its values are taken
 * from what is known about the message. The module submits the result.
 */
#include <string.h>
#include <time.h>

#include "address.h"
#include "counters.h"
#include "log.h"
#include "notice.h"
#include "notify.h"
#include "ratelimit.h"

/* A recipient is told of himself only: others may have been blind copies. */
static const char *
recipients_text(const struct examination *ex,
	const struct decision_notice *notice)
{
	const struct sekisho_message *message = ex->message;
	const char *text = "";
	size_t i;

	if (notice->to == NOTICE_RECIPIENT)
		return notice->recipient;
	for (i = 0; i < message->recipient_count && i < 20; i++)
		text = pool_printf(ex->pool, "%s%s%s", text,
			i > 0 ? ", " : "", message->recipients[i]);
	if (i < message->recipient_count)
		text = pool_printf(ex->pool, "%s, ...", text);
	return text;
}

/* Names, sizes and number of the attachments. */
struct attachments {
	const char *names;
	const char *sizes;
	size_t count;
};

static struct attachments
attachments_text(const struct examination *ex)
{
	struct attachments found = { "", "", 0 };
	const struct part *part;
	size_t i;

	for (i = 1; i < ex->inspection.part_count; i++) {
		part = &ex->inspection.parts[i];
		if (!part->attachment || found.count++ >= 20)
			continue;
		found.names = pool_printf(ex->pool, "%s%s%s", found.names,
			*found.names != '\0' ? ", " : "",
			*part->filename != '\0' ? part->filename : part->type);
		found.sizes = pool_printf(ex->pool, "%s%s%llu", found.sizes,
			*found.sizes != '\0' ? ", " : "",
			(unsigned long long)part->size);
	}
	return found;
}

static const char *
compose(const struct examination *ex, const struct decision_notice *notice,
	size_t number, size_t *len_r, struct sekisho_error *err)
{
	const struct checkpoint *checkpoint = ex->checkpoint;
	const struct decision_outcome *outcome =
		&ex->decision->outcomes[notice->outcome];
	const char *from = policy_notice_from(checkpoint->policy);
	struct attachments attachments = attachments_text(ex);
	struct pool *pool = ex->pool;
	const struct template_value values[] = {
		{ "VIRUSNAME", outcome->virus_names },
		{ "FILES", outcome->virus_files },
		{ "ACTIONS", outcome->actions },
		{ "SENDER", ex->message->sender },
		{ "RECIPIENTS", recipients_text(ex, notice) },
		{ "SUBJECT", ex->inspection.subject },
		{ "DATE", ex->inspection.date },
		{ "MESSAGE_SIZE", pool_printf(pool, "%llu",
			(unsigned long long)ex->size) },
		{ "ATTACHMENTS", attachments.names },
		{ "ATTACHMENT_SIZES", attachments.sizes },
		{ "ATTACHMENT_COUNT", pool_printf(pool, "%zu",
			attachments.count) },
		{ "MESSAGE_ID", ex->inspection.message_id },
		{ "RULE", notice->rule },
	};
	struct notice_request request = {
		.directory = checkpoint->config->templates,
		.template = notice->template,
		.language = policy_notice_language(checkpoint->policy,
			notice->recipient),
		.from = from,
		.to = notice->recipient,
		.message_id = pool_printf(pool, "<%s.%zu.sekisho@%s>",
			ex->message->id, number,
			sekisho_address_domain(from)),
		.date = time(NULL),
		.values = values,
		.value_count = sizeof(values) / sizeof(values[0]),
	};

	return notice_compose(&request, pool, len_r, err);
}

void
notify_all(const struct examination *ex, struct sekisho_plan *plan)
{
	const struct decision *decision = ex->decision;
	const struct decision_notice *notice;
	struct sekisho_notice *planned;
	struct counters *counters = ex->checkpoint->counters;
	struct sekisho_error err;
	const char *text;
	size_t i, len;

	for (i = 0; i < decision->notice_count &&
	     plan->notice_count < SEKISHO_NOTICES_MAX; i++) {
		notice = &decision->notices[i];
		if (!ratelimit_allows(ex->checkpoint->ratelimit,
		    notice->recipient, ex->checkpoint->config->notices_per_hour,
		    time(NULL))) {
			log_line(LOG_LEVEL_WARNING, "id=%s no notice to %s: "
				"notices-per-hour is reached", ex->message->id,
				notice->recipient);
			counters_add(counters, COUNTER_NOTICE_LIMITED);
			continue;
		}
		text = compose(ex, notice, i + 1, &len, &err);
		if (text == NULL) {
			log_line(LOG_LEVEL_ERROR, "id=%s no notice to %s: %s",
				ex->message->id, notice->recipient, err.text);
			counters_add(counters, COUNTER_NOTICE_FAILED);
			continue;
		}
		planned = pool_append(ex->pool, &plan->notices,
			&plan->notice_count, sizeof(*planned));
		planned->recipient = notice->recipient;
		planned->text = text;
		planned->text_len = len;
		counters_add(counters, COUNTER_NOTICE_MADE);
	}
}
