/*
 * plan.c - what shall be done with a message, to and from a frame.
 *
 * The module trusts no byte of it: sekisho_plan_decode() checks everything
 * before the first thing is changed.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "held.h"
#include "plan.h"

static const char *const fate_names[SEKISHO_FATES] = {
	[SEKISHO_DELIVER] = "deliver",
	[SEKISHO_DELETE] = "delete",
	[SEKISHO_REJECT] = "reject",
	[SEKISHO_HOLD] = "hold",
};

const char *
sekisho_fate_name(enum sekisho_fate fate)
{
	return fate < SEKISHO_FATES ? fate_names[fate] : "?";
}

static void
outcome_encode(const struct sekisho_outcome *outcome, struct sekisho_buf *buf)
{
	sekisho_put_u32(buf, outcome->fate);
	sekisho_put_text(buf, outcome->text);
	sekisho_put_text(buf, outcome->subject);
	sekisho_put_text(buf, outcome->headers);
	sekisho_put_u32(buf, outcome->variant);
}

void
sekisho_plan_encode(const struct sekisho_plan *plan, struct sekisho_buf *buf)
{
	size_t i;

	sekisho_put_u32(buf, plan->defer);
	sekisho_put_text(buf, plan->defer_text);
	sekisho_put_text(buf, plan->log);
	sekisho_put_u32(buf, plan->variant_count);
	sekisho_put_u32(buf, (uint32_t)plan->outcome_count);
	for (i = 0; i < plan->outcome_count; i++)
		outcome_encode(&plan->outcomes[i], buf);
	sekisho_put_u32(buf, (uint32_t)plan->notice_count);
	for (i = 0; i < plan->notice_count; i++) {
		sekisho_put_text(buf, plan->notices[i].recipient);
		sekisho_put_bytes(buf, plan->notices[i].text,
			plan->notices[i].text_len);
	}
	for (i = 0; i < plan->recipient_count; i++) {
		sekisho_put_u32(buf, plan->recipient_outcome[i]);
		sekisho_put_text(buf, plan->recipient_held == NULL ? NULL :
			plan->recipient_held[i]);
	}
}

/*
 * Header lines: each starts with a name and a colon or continues the one
 * before, and ends in LF; no CR (RFC 5322 section 2.2).
 */
static bool
header_lines_valid(const char *text)
{
	bool first = true;
	size_t name, len;

	for (; *text != '\0'; text += len + 1, first = false) {
		len = strcspn(text, "\n");
		if (text[len] != '\n' || memchr(text, '\r', len) != NULL)
			return false;
		if (!first && (*text == ' ' || *text == '\t'))
			continue;
		name = strcspn(text, ": \t\n");
		if (name == 0 || text[name] != ':')
			return false;
	}
	return true;
}

static int
outcome_decode(struct sekisho_outcome *outcome, uint32_t variant_count,
	struct sekisho_reader *in, struct sekisho_error *err)
{
	outcome->fate = sekisho_get_below(in, SEKISHO_FATES);
	outcome->text = sekisho_get_text(in);
	outcome->subject = sekisho_get_text(in);
	outcome->headers = sekisho_get_text(in);
	outcome->variant = sekisho_get_below(in, variant_count + 1);
	if (in->failed)
		return sekisho_error_set(err, "plan frame: bad outcome");
	if (!header_lines_valid(outcome->subject) ||
	    !header_lines_valid(outcome->headers))
		return sekisho_error_set(err, "plan frame: bad header line");
	if (strpbrk(outcome->text, "\r\n") != NULL)
		return sekisho_error_set(err, "plan frame: text of two lines");
	return 0;
}

static int
plan_decode_outcomes(struct sekisho_plan *plan, struct sekisho_reader *in,
	struct sekisho_error *err)
{
	size_t count = sekisho_get_below(in, SEKISHO_OUTCOMES_MAX + 1);
	size_t i;

	if (in->failed)
		return sekisho_error_set(err, "plan frame: fields missing, or "
			"too many variants or outcomes");
	plan->outcomes = calloc(count + 1, sizeof(*plan->outcomes));
	if (plan->outcomes == NULL)
		return sekisho_error_set(err, "plan frame: out of memory");
	plan->outcome_count = count;
	for (i = 0; i < count; i++)
		if (outcome_decode(&plan->outcomes[i], plan->variant_count, in,
		    err) < 0)
			return -1;
	return 0;
}

static int
plan_decode_notices(struct sekisho_plan *plan, struct sekisho_reader *in,
	struct sekisho_error *err)
{
	size_t count = sekisho_get_below(in, SEKISHO_NOTICES_MAX + 1);
	size_t i;

	if (in->failed)
		return sekisho_error_set(err,
			"plan frame: too many notices");
	plan->notices = calloc(count + 1, sizeof(*plan->notices));
	if (plan->notices == NULL)
		return sekisho_error_set(err, "plan frame: out of memory");
	plan->notice_count = count;
	for (i = 0; i < count; i++) {
		plan->notices[i].recipient = sekisho_get_text(in);
		plan->notices[i].text = sekisho_get_bytes(in,
			&plan->notices[i].text_len);
	}
	if (in->failed)
		return sekisho_error_set(err, "plan frame: bad notice");
	return 0;
}

/*
 * A held recipient has a header field that says so, and nobody else has: one
 * of his own, or that of his outcome.
 */
static int
held_check(const struct sekisho_outcome *outcome, const char *field,
	struct sekisho_error *err)
{
	static const char name[] = SEKISHO_HELD_HEADER ":";
	struct sekisho_held held;

	if (outcome->fate != SEKISHO_HOLD)
		return *field == '\0' ? 0 : sekisho_error_set(err,
			"plan frame: held and not held");
	if (*field == '\0')
		field = outcome->headers;
	if (strncmp(field, name, strlen(name)) != 0 ||
	    !header_lines_valid(field))
		return sekisho_error_set(err, "plan frame: bad held field");
	if (sekisho_held_decode(&held, field + strlen(name), err) < 0)
		return -1;
	sekisho_held_free(&held);
	return 0;
}

static int
plan_decode_recipients(struct sekisho_plan *plan, size_t count,
	struct sekisho_reader *in, struct sekisho_error *err)
{
	uint32_t outcome;
	size_t i;

	plan->recipient_outcome = calloc(count + 1,
		sizeof(*plan->recipient_outcome));
	plan->recipient_held = calloc(count + 1,
		sizeof(*plan->recipient_held));
	if (plan->recipient_outcome == NULL || plan->recipient_held == NULL)
		return sekisho_error_set(err, "plan frame: out of memory");
	plan->recipient_count = count;
	for (i = 0; i < count; i++) {
		outcome = sekisho_get_below(in, (uint32_t)plan->outcome_count);
		plan->recipient_outcome[i] = outcome;
		plan->recipient_held[i] = sekisho_get_text(in);
		if (!in->failed && held_check(&plan->outcomes[outcome],
		    plan->recipient_held[i], err) < 0)
			return -1;
	}
	if (!sekisho_reader_done(in))
		return sekisho_error_set(err,
			"plan frame: not for these recipients");
	return 0;
}

int
sekisho_plan_decode(struct sekisho_plan *plan_r, const void *data, size_t len,
	size_t recipient_count, struct sekisho_error *err)
{
	struct sekisho_reader in;
	struct sekisho_plan plan = { 0 };

	sekisho_reader_init(&in, data, len);
	plan.defer = sekisho_get_below(&in, 2);
	plan.defer_text = sekisho_get_text(&in);
	plan.log = sekisho_get_text(&in);
	plan.variant_count = sekisho_get_below(&in, SEKISHO_VARIANTS_MAX + 1);
	if (plan_decode_outcomes(&plan, &in, err) < 0 ||
	    plan_decode_notices(&plan, &in, err) < 0 ||
	    plan_decode_recipients(&plan, plan.defer ? 0 : recipient_count,
	    &in, err) < 0) {
		sekisho_plan_free(&plan);
		return -1;
	}
	*plan_r = plan;
	return 0;
}

void
sekisho_plan_free(struct sekisho_plan *plan)
{
	if (plan == NULL)
		return;
	free(plan->outcomes);
	free(plan->recipient_outcome);
	free(plan->recipient_held);
	free(plan->notices);
	memset(plan, 0, sizeof(*plan));
}
