/*
 * counters.c - a table of numbers in shared memory.
 */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "counters_private.h"
#include "mapping.h"

const unsigned int counter_buckets[BUCKETS - 1] = { 5, 10, 25, 50, 100, 250,
	500, 1000, 2500, 5000, 10000, 30000 };

const char *const counter_deed_names[DEEDS] = {
	[DEED_DELIVER] = "deliver",
	[DEED_APPROVE] = "approve",
	[DEED_DELETE] = "delete",
	[DEED_EXPIRE] = "expire",
	[DEED_EVICT] = "evict",
	[DEED_RECLASS] = "reclass",
	[DEED_REFUSED] = "refused",
};

struct counters *
counters_new(struct sekisho_error *err)
{
	struct counters *counters = mapping_shared(sizeof(*counters), err);

	if (counters != NULL)
		counters->started = (uint64_t)time(NULL);
	return counters;
}

/* Nothing depends on the order in which others see two numbers. */
static void
add(counted *number, uint64_t more)
{
	atomic_fetch_add_explicit(number, more, memory_order_relaxed);
}

void
counters_add(struct counters *counters, enum counter what)
{
	if (counters != NULL)
		add(&counters->single[what], 1);
}

static void
histogram_add(struct histogram *histogram, int64_t ms)
{
	size_t i = 0;

	while (i < BUCKETS - 1 && ms > counter_buckets[i])
		i++;
	add(&histogram->buckets[i], 1);
	add(&histogram->sum, ms > 0 ? (uint64_t)ms : 0);
}

void
counters_directory(void *data, int64_t ms, bool answered)
{
	struct counters *counters = data;

	if (counters == NULL)
		return;
	histogram_add(&counters->directory_ms, ms);
	if (!answered)
		counters_add(counters, COUNTER_DIRECTORY_FAILED);
}

void
counters_request(struct counters *counters, size_t desk, int verb,
	enum sekisho_status status)
{
	size_t place = verb < 0 || verb >= (int)VERBS_MAX ? 0 :
		(size_t)verb + 1;

	if (counters != NULL)
		add(&counters->requests[desk][place][status], 1);
}

void
counters_deed(struct counters *counters, enum counter_deed deed,
	uint64_t times)
{
	if (counters != NULL)
		add(&counters->deeds[deed], times);
}

/* -- rules ---------------------------------------------------------------- */

/* The place of a rule, or that of all which have none. */
static size_t
rule_place(const struct counters *counters, const char *id)
{
	uint32_t i, count = counters->rule_count;

	for (i = 0; i < count; i++)
		if (strcmp(counters->rules[i].id, id) == 0)
			return i;
	return RULES_MAX;
}

/* One whose rule is gone keeps it: numbers do not become smaller. */
void
counters_name_rules(struct counters *counters, const struct policy *policy)
{
	size_t i, n = counters == NULL ? 0 : policy_rule_count(policy);
	uint32_t count;

	for (i = 0; i < n; i++) {
		const char *id = policy_rule_id(policy, i);

		count = counters->rule_count;
		if (rule_place(counters, id) < RULES_MAX ||
		    count == RULES_MAX || strlen(id) > RULE_ID_MAX)
			continue;
		strcpy(counters->rules[count].id, id);
		counters->rule_count = count + 1;
	}
}

/* Did an outcome before this one have the rule? */
static bool
is_counted(const struct decision *decision, size_t outcome, const char *rule)
{
	size_t i, k;

	for (i = 0; i < outcome; i++)
		for (k = 0; k < decision->outcomes[i].rule_count; k++)
			if (strcmp(decision->outcomes[i].rules[k], rule) == 0)
				return true;
	return false;
}

static void
add_rules(struct counters *counters, const struct decision *decision)
{
	size_t i, k;

	for (i = 0; i < decision->outcome_count; i++)
		for (k = 0; k < decision->outcomes[i].rule_count; k++) {
			const char *id = decision->outcomes[i].rules[k];

			if (!is_counted(decision, i, id))
				add(&counters->rules[rule_place(counters,
					id)].fired, 1);
		}
}

/* -- messages ------------------------------------------------------------- */

/* A message that was judged: what is in it, and what becomes of whom. */
static size_t
add_judged(struct counters *counters, const struct examination *ex,
	const struct sekisho_plan *plan, enum direction direction)
{
	size_t i, fate = SEKISHO_FATES, met;

	for (i = 0; i < FINDING_KINDS; i++)
		if (inspection_has(&ex->inspection, (enum finding_kind)i))
			add(&counters->found[i], 1);
	add_rules(counters, ex->decision);
	for (i = 0; i < plan->recipient_count; i++) {
		met = plan->outcomes[plan->recipient_outcome[i]].fate;
		add(&counters->recipients[direction][met], 1);
		fate = i == 0 || fate == met ? met : (size_t)MESSAGE_MIXED;
	}
	return fate;
}

void
counters_message(struct counters *counters, const struct examination *ex,
	const struct sekisho_plan *plan, const char *lost, int64_t ms)
{
	enum direction direction = direction_of(ex);
	size_t fate;

	if (counters == NULL)
		return;
	histogram_add(&counters->message_ms, ms);
	if (ex->known)
		add(&counters->known, 1);
	if (lost == NULL && *plan->defer_text == '\0')
		fate = add_judged(counters, ex, plan, direction);
	else if (lost == NULL && !plan->defer)
		fate = MESSAGE_UNSCANNED;
	else
		fate = MESSAGE_DEFER;
	if (fate == MESSAGE_DEFER || fate == MESSAGE_UNSCANNED)
		add(&counters->failures[lost != NULL ? STEP_ANSWER :
			ex->step], 1);
	add(&counters->messages[direction][fate], 1);
}

/* -- what is so now ------------------------------------------------------- */

void
counters_signatures(struct counters *counters, uint64_t count, int64_t made)
{
	if (counters == NULL)
		return;
	counters->signatures = count;
	counters->signatures_made = (uint64_t)made;
	counters->signatures_loaded = (uint64_t)time(NULL);
}
