/*
 * planner.c - from the decision to the plan.
 *
 * Here words of the policy become header lines, notices and log text; nothing
 * is decided any more.
 */
#include <string.h>

#include "direction.h"
#include "hold.h"
#include "log.h"
#include "notify.h"
#include "planner.h"
#include "subject.h"

/* More recipients of one outcome than this are only counted in the log. */
#define LOGGED_RECIPIENTS 500u

static const char *
plan_headers(struct pool *pool, const struct decision_outcome *outcome)
{
	const char *lines = "";
	size_t i;

	for (i = 0; i < outcome->header_count; i++)
		lines = pool_printf(pool, "%s%s: %s\n", lines,
			outcome->headers[i].name, outcome->headers[i].value);
	return lines;
}

static void
plan_outcome(const struct examination *ex, size_t i,
	struct sekisho_outcome *planned)
{
	const struct decision_outcome *outcome = &ex->decision->outcomes[i];

	planned->fate = outcome->fate;
	planned->text = outcome->fate == SEKISHO_REJECT ? outcome->text :
		*outcome->quarantine != '\0' ? outcome->quarantine :
		pool_printf(ex->pool, "sekisho rule %s", outcome->fate_rule);
	planned->subject = planned->headers = "";
	planned->variant = ex->outcome_variant[i];
	if (outcome->fate == SEKISHO_DELIVER) {
		planned->text = "";
		planned->headers = plan_headers(ex->pool, outcome);
	}
	if (outcome->fate == SEKISHO_DELIVER && outcome->tag_count > 0)
		planned->subject = subject_tag(ex->pool, ex->message->headers,
			ex->inspection.subject, outcome->tags,
			outcome->tag_count);
}

/* "virus:Eicar(2 eicar.com)" and so on, or "none". */
static const char *
findings_text(const struct examination *ex)
{
	const struct inspection *in = &ex->inspection;
	struct sekisho_buf text;
	const struct finding *f;
	const char *copy;
	size_t i;

	sekisho_buf_init(&text, 4096);
	for (i = 0; i < in->finding_count; i++) {
		f = &in->findings[i];
		sekisho_buf_printf(&text, "%s%s:%s(%s %s%s%s)",
			i > 0 ? " " : "", finding_kind_name(f->kind), f->name,
			f->part == 0 ? "message" : in->parts[f->part].path,
			in->parts[f->part].filename,
			*f->member != '\0' ? "/" : "", f->member);
	}
	copy = in->finding_count == 0 ? "none" :
		pool_strdup(ex->pool, text.data != NULL ? text.data : "many");
	sekisho_buf_free(&text);
	return copy;
}

/* The rules that fired for anybody, each once: "R1,R4", or "none". */
static const char *
rules_text(const struct examination *ex, const struct decision_outcome *only)
{
	const struct decision *decision = ex->decision;
	const struct decision_outcome *outcome;
	const char *text = "", *padded;
	size_t i, k;

	for (i = 0; i < decision->outcome_count; i++) {
		outcome = &decision->outcomes[i];
		for (k = 0; k < outcome->rule_count &&
		     (only == NULL || only == outcome); k++) {
			padded = pool_printf(ex->pool, ",%s,", text);
			if (strstr(padded, pool_printf(ex->pool, ",%s,",
			    outcome->rules[k])) != NULL)
				continue;
			text = pool_printf(ex->pool, "%s%s%s", text,
				*text != '\0' ? "," : "", outcome->rules[k]);
		}
	}
	return *text != '\0' ? text : "none";
}

/* "delete=1 deliver=2": how many recipients met which fate. */
static void
add_fates(const struct examination *ex, struct sekisho_buf *line)
{
	const struct decision *decision = ex->decision;
	size_t fates[SEKISHO_FATES] = { 0 };
	size_t i;

	for (i = 0; i < ex->message->recipient_count; i++)
		fates[decision->outcomes[
			decision->recipient_outcome[i]].fate]++;
	for (i = 0; i < SEKISHO_FATES; i++)
		if (fates[i] > 0)
			sekisho_buf_printf(line, " %s=%zu",
				sekisho_fate_name(i), fates[i]);
}

/* Why no rule was asked about mail that goes out. */
static void
log_released(const struct examination *ex, struct sekisho_buf *line)
{
	if (ex->released_id == NULL)
		return;
	log_add(line, "reason", "released");
	log_add(line, "was", ex->released_id);
}

/* What Exim's main log says about it, beside its own lines. */
static const char *
plan_log(const struct examination *ex)
{
	struct sekisho_buf line;
	const char *text;

	sekisho_buf_init(&line, 8192);
	log_add(&line, "direction", direction_name(direction_of(ex)));
	log_add(&line, "findings", findings_text(ex));
	log_add(&line, "rules", rules_text(ex, NULL));
	log_released(ex, &line);
	add_fates(ex, &line);
	text = pool_strdup(ex->pool, line.failed ? "findings=many" :
		line.data);
	sekisho_buf_free(&line);
	return text;
}

struct sekisho_plan *
planner_plan(const struct examination *ex)
{
	const struct decision *decision = ex->decision;
	struct sekisho_plan *plan = pool_alloc(ex->pool, sizeof(*plan));
	size_t i, recipients = ex->message->recipient_count;
	struct sekisho_error err;

	if (decision->defer)
		return planner_failure(ex, "content that cannot be scanned, "
			"and no rule says what to do with it");
	if (decision->outcome_count > SEKISHO_OUTCOMES_MAX)
		return planner_failure(ex, "too many different outcomes");
	plan->defer_text = "";
	plan->outcome_count = decision->outcome_count;
	plan->outcomes = pool_array(ex->pool, plan->outcome_count + 1,
		sizeof(*plan->outcomes));
	for (i = 0; i < plan->outcome_count; i++)
		plan_outcome(ex, i, &plan->outcomes[i]);
	plan->recipient_count = recipients;
	plan->recipient_outcome = pool_array(ex->pool, recipients + 1,
		sizeof(uint32_t));
	for (i = 0; i < recipients; i++)
		plan->recipient_outcome[i] =
			(uint32_t)decision->recipient_outcome[i];
	if (hold_recipients(ex, plan, &err) < 0)
		return planner_failure(ex, err.text);
	plan->variant_count = ex->variant_count;
	plan->log = plan_log(ex);
	if (ex->checkpoint->ratelimit != NULL)
		notify_all(ex, plan);
	return plan;
}

struct sekisho_plan *
planner_failure(const struct examination *ex, const char *reason)
{
	struct sekisho_plan *plan = pool_alloc(ex->pool, sizeof(*plan));
	struct sekisho_outcome *outcome;
	struct sekisho_buf log;

	plan->defer_text = pool_strdup(ex->pool, reason);
	plan->log = "";
	if (!policy_accepts_on_failure(ex->checkpoint->policy)) {
		plan->defer = true;
		return plan;
	}
	outcome = pool_alloc(ex->pool, sizeof(*outcome));
	outcome->text = outcome->subject = outcome->headers = "";
	plan->outcomes = outcome;
	plan->outcome_count = 1;
	plan->recipient_count = ex->message->recipient_count;
	plan->recipient_outcome = pool_array(ex->pool,
		plan->recipient_count + 1, sizeof(uint32_t));
	sekisho_buf_init(&log, 8192);
	log_add(&log, "action", "unscanned");
	log_add(&log, "error", reason);
	plan->log = pool_strdup(ex->pool, log.data);
	sekisho_buf_free(&log);
	return plan;
}

/* Appends the recipients for whom member(ex, i, index) is true. */
static void
add_recipients(const struct examination *ex, size_t index,
	bool (*member)(const struct examination *, size_t, size_t),
	struct sekisho_buf *text)
{
	const struct sekisho_message *message = ex->message;
	size_t i, shown = 0, all = 0;

	for (i = 0; i < message->recipient_count; i++) {
		if (!member(ex, i, index) || all++ >= LOGGED_RECIPIENTS)
			continue;
		sekisho_buf_printf(text, "%s%s", shown++ == 0 ? "" : ",",
			message->recipients[i]);
	}
	if (all > shown)
		sekisho_buf_printf(text, " and %zu more", all - shown);
}

static bool
has_outcome(const struct examination *ex, size_t recipient, size_t outcome)
{
	return ex->decision->recipient_outcome[recipient] == outcome;
}

static bool
is_any(const struct examination *ex, size_t recipient, size_t unused)
{
	return true;
}

static bool
has_opinion(const struct examination *ex, size_t recipient, size_t opinion)
{
	return ex->opinions[recipient] == opinion;
}

/* "R4 tag [MEIWAKU!!!] to a@x,b@y": what happens to whom, and why. */
static const char *
outcome_text(const struct examination *ex, size_t index)
{
	const struct decision_outcome *outcome =
		&ex->decision->outcomes[index];
	struct sekisho_buf text;
	const char *copy;
	size_t i;

	sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
	sekisho_buf_puts(&text, rules_text(ex, outcome));
	for (i = 0; i < outcome->tag_count; i++)
		sekisho_buf_printf(&text, " tag %s", outcome->tags[i]);
	if (ex->outcome_variant[index] != 0)
		sekisho_buf_printf(&text, " changes %zu",
			outcome->edits.count);
	if (*outcome->quarantine != '\0')
		sekisho_buf_printf(&text, " in %s", outcome->quarantine);
	sekisho_buf_puts(&text, " to ");
	add_recipients(ex, index, has_outcome, &text);
	copy = pool_strdup(ex->pool, text.failed ? "?" : text.data);
	sekisho_buf_free(&text);
	return copy;
}

/*
 * Who approved the sender: the reason why a rule of class spam did not fire.
 * Who blocked him: why another one did.
 */
static void
log_opinion(const struct examination *ex, enum senders_opinion opinion,
	const char *key, struct sekisho_buf *line)
{
	struct sekisho_buf text;

	sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
	add_recipients(ex, opinion, has_opinion, &text);
	if (text.len > 0)
		log_add(line, key, text.failed ? "?" : text.data);
	sekisho_buf_free(&text);
}

static bool
is_watched(const struct examination *ex, size_t recipient, size_t monitor)
{
	return ex->decision->monitors[monitor].recipients[recipient];
}

/* "R5 to a@example.com": where rules that only watch would have fired. */
static void
log_monitors(const struct examination *ex, struct sekisho_buf *line)
{
	struct sekisho_buf text;
	size_t i;

	for (i = 0; i < ex->decision->monitor_count; i++) {
		sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
		sekisho_buf_printf(&text, "%s to ",
			ex->decision->monitors[i].rule);
		add_recipients(ex, i, is_watched, &text);
		log_add(line, "monitor", text.failed ? "?" : text.data);
		sekisho_buf_free(&text);
	}
}

static void
log_outcomes(const struct examination *ex, const struct sekisho_plan *plan,
	struct sekisho_buf *line)
{
	size_t i;

	log_add(line, "direction", direction_name(direction_of(ex)));
	log_add(line, "findings", findings_text(ex));
	if (*ex->message->spam_score != '\0')
		log_add(line, "spam-score", ex->message->spam_score);
	log_opinion(ex, OPINION_APPROVED, "approved", line);
	log_opinion(ex, OPINION_BLOCKED, "blocked", line);
	log_add(line, "rules", rules_text(ex, NULL));
	log_released(ex, line);
	for (i = 0; i < ex->decision->outcome_count; i++)
		log_add(line,
			sekisho_fate_name(ex->decision->outcomes[i].fate),
			outcome_text(ex, i));
	log_monitors(ex, line);
	for (i = 0; i < plan->notice_count; i++)
		log_add(line, "notice", plan->notices[i].recipient);
}

/* A 451, or with on-failure="accept" a delivery that is not our doing. */
static void
log_failure(const struct examination *ex, const char *fate, const char *error,
	struct sekisho_buf *line)
{
	struct sekisho_buf text;

	sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
	sekisho_buf_puts(&text, "none to ");
	add_recipients(ex, 0, is_any, &text);
	log_add(line, "direction", direction_name(direction_of(ex)));
	log_add(line, fate, text.failed ? "?" : text.data);
	log_add(line, "error", error);
	sekisho_buf_free(&text);
}

void
planner_log(const struct examination *ex, const struct sekisho_plan *plan,
	const char *lost, int64_t ms)
{
	const struct sekisho_message *message = ex->message;
	const char *error = lost != NULL ? lost : plan->defer_text;
	bool defer = lost != NULL || plan->defer;
	struct sekisho_buf line;

	sekisho_buf_init(&line, SEKISHO_FRAME_MAX);
	log_add(&line, "id", message->id);
	log_add(&line, "sender", message->sender);
	log_add(&line, "client", *message->client_address != '\0' ?
		message->client_address : "local");
	if (*message->authenticated_id != '\0')
		log_add(&line, "user", message->authenticated_id);
	sekisho_buf_printf(&line, " size=%llu", (unsigned long long)ex->size);
	if (*error != '\0')
		log_failure(ex, defer ? "defer" : "deliver", error, &line);
	else
		log_outcomes(ex, plan, &line);
	sekisho_buf_printf(&line, "%s ms=%lld", ex->known ? " known=yes" : "",
		(long long)ms);
	log_line(*error != '\0' ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "%s",
		line.data);
	sekisho_buf_free(&line);
}
