/*
 * explanation.c - why a message was treated as it was, as text lines.
 *
 * Every line is a word and then key=value pairs, as in the log.
 */
#include <stdio.h>

#include "explanation.h"
#include "log.h"

/* A line is built apart, because log_add() puts blanks between pairs. */
static void
line_begin(struct sekisho_buf *line, const char *word)
{
	sekisho_buf_init(line, SEKISHO_FRAME_MAX);
	sekisho_buf_puts(line, word);
}

static void
line_end(struct sekisho_buf *line, struct sekisho_buf *out)
{
	sekisho_buf_puts(line, "\n");
	sekisho_buf_add(out, line->data, line->len);
	sekisho_buf_free(line);
}

static void
add_number(struct sekisho_buf *line, const char *key, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	log_add(line, key, text);
}

static void
text_message(const struct examination *ex, struct sekisho_buf *out)
{
	struct sekisho_buf line;

	line_begin(&line, "message");
	add_number(&line, "size", ex->size);
	log_add(&line, "sender", ex->message->sender);
	log_add(&line, "from", ex->inspection.from);
	log_add(&line, "subject", ex->inspection.subject);
	log_add(&line, "submitted", ex->message->inside ? "inside" : "outside");
	log_add(&line, "spam-score", ex->message->spam_score);
	line_end(&line, out);
}

static void
text_parts(const struct examination *ex, struct sekisho_buf *out)
{
	const struct part *part;
	struct sekisho_buf line;
	size_t i;

	for (i = 1; i < ex->inspection.part_count; i++) {
		part = &ex->inspection.parts[i];
		line_begin(&line, "part");
		log_add(&line, "path", part->path);
		log_add(&line, "type", part->type);
		log_add(&line, "true-type", part->true_type);
		add_number(&line, "size", part->size);
		log_add(&line, "file", part->filename);
		line_end(&line, out);
	}
}

static void
text_findings(const struct examination *ex, struct sekisho_buf *out)
{
	const struct inspection *in = &ex->inspection;
	const struct finding *finding;
	struct sekisho_buf line;
	size_t i;

	for (i = 0; i < in->finding_count; i++) {
		finding = &in->findings[i];
		line_begin(&line, "finding");
		log_add(&line, "kind", finding_kind_name(finding->kind));
		log_add(&line, "name", finding->name);
		log_add(&line, "part", finding->part == 0 ? "message" :
			in->parts[finding->part].path);
		log_add(&line, "file", in->parts[finding->part].filename);
		log_add(&line, "member", finding->member);
		log_add(&line, "cleanable", finding->cleanable ? "yes" : "no");
		line_end(&line, out);
	}
	if (in->finding_count == 0)
		sekisho_buf_puts(out, "finding none\n");
}

static void
text_rules(const struct examination *ex, struct sekisho_buf *out)
{
	const struct trace_line *trace;
	size_t i;

	for (i = 0; i < ex->trace->count; i++) {
		trace = &ex->trace->lines[i];
		if (trace->fired)
			sekisho_buf_printf(out, "rule %s %s fired\n",
				trace->rule, trace->recipient);
		else
			sekisho_buf_printf(out, "rule %s %s not because %s\n",
				trace->rule, trace->recipient, trace->reason);
	}
}

static const char *const edit_names[EDIT_KINDS] = {
	[EDIT_CLEAN] = "clean",
	[EDIT_REMOVE] = "remove",
	[EDIT_STAMP] = "stamp",
};

static void
text_plans(const struct examination *ex, struct sekisho_buf *out)
{
	const struct decision *decision = ex->decision;
	const struct decision_outcome *outcome;
	struct sekisho_buf line;
	size_t i, k;

	for (i = 0; i < ex->message->recipient_count; i++) {
		outcome = &decision->outcomes[decision->recipient_outcome[i]];
		line_begin(&line, "plan ");
		sekisho_buf_printf(&line, "%s %s", ex->message->recipients[i],
			decision->defer ? "defer" :
			sekisho_fate_name(outcome->fate));
		for (k = 0; k < outcome->rule_count; k++)
			log_add(&line, "rule", outcome->rules[k]);
		for (k = 0; k < outcome->tag_count; k++)
			log_add(&line, "tag", outcome->tags[k]);
		for (k = 0; k < outcome->edits.count; k++)
			log_add(&line,
				edit_names[outcome->edits.edits[k].kind],
				outcome->edits.edits[k].text);
		if (outcome->fate == SEKISHO_REJECT)
			log_add(&line, "text", outcome->text);
		if (*outcome->quarantine != '\0')
			log_add(&line, "quarantine", outcome->quarantine);
		line_end(&line, out);
	}
}

static void
text_senders(const struct examination *ex, struct sekisho_buf *out)
{
	const struct approval_sender *sender;
	struct sekisho_buf line;
	size_t i;

	for (i = 0; i < ex->approval.sender_count; i++) {
		sender = &ex->approval.senders[i];
		line_begin(&line, "sender");
		log_add(&line, "address", sender->address);
		log_add(&line, "counts", sender->counts ? "yes" : "no");
		log_add(&line, "reason", sender->reason);
		line_end(&line, out);
	}
}

static void
text_notices(const struct examination *ex, struct sekisho_buf *out)
{
	const struct decision *decision = ex->decision;
	size_t i;

	for (i = 0; i < decision->notice_count; i++)
		sekisho_buf_printf(out, "notice %s template=%s rule=%s\n",
			decision->notices[i].recipient,
			decision->notices[i].template,
			decision->notices[i].rule);
}

void
explanation_text(const struct examination *ex, struct sekisho_buf *out)
{
	size_t i;

	text_message(ex, out);
	text_parts(ex, out);
	text_findings(ex, out);
	text_senders(ex, out);
	for (i = 0; i < ex->message->recipient_count; i++)
		sekisho_buf_printf(out, "approved %s %s\n"
			"blocked %s %s\n", ex->message->recipients[i],
			ex->opinions[i] == OPINION_APPROVED ? "yes" : "no",
			ex->message->recipients[i],
			ex->opinions[i] == OPINION_BLOCKED ? "yes" : "no");
	text_rules(ex, out);
	text_plans(ex, out);
	text_notices(ex, out);
}
