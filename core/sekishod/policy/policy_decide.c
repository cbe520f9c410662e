/*
 * policy_decide.c - apply the rules to one message: a pure function.
 *
 * For each recipient it is found out which rules fire; recipients with the
 * same set share an outcome, which is made once (action.c). Conditions that do
 * not depend on the recipient are asked once for the message (condition.c), so
 * a thousand recipients cost little more than one.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "action.h"
#include "address.h"
#include "condition.h"
#include "policy_private.h"

/* Who has got which notice: a hash table of what was asked for. */
struct notice_set {
	const struct decision_notice **slots;
	size_t size;		/* a power of 2, 0 until needed */
};

/* What is kept while the recipients are gone through. */
struct deciding {
	const struct policy *policy;
	const struct policy_case *facts;
	struct pool *pool;
	struct trace *trace;
	struct view view;
	struct decision *decision;
	bool *fired;		/* the rules that fired for this recipient; the
				 * last member: he is of a protected domain */
	bool **fired_sets;	/* the same for each outcome */
	bool sender_notices;	/* SPEC N4 allows them */
	struct notice_set notices;
};

static void
trace_add(struct deciding *deciding, const struct rule *rule, bool fired,
	const char *reason)
{
	struct trace_line *line = pool_append(deciding->pool,
		&deciding->trace->lines, &deciding->trace->count,
		sizeof(*line));

	line->rule = rule->id;
	line->recipient = deciding->view.recipient;
	line->fired = fired;
	line->reason = reason;
}

/* The score as the module passes it on: an integer, or nothing that counts. */
static void
view_score(struct view *view, const char *text)
{
	char *end;

	view->score = strtol(text, &end, 10);
	view->scored = end != text && *end == '\0';
}

/*
 * Has a rule this status for the mail? In the view are then the directions in
 * which it has: going out, the sender's section says so, coming in the
 * recipient's; mail within the site is both.
 */
static bool
rule_has(struct deciding *deciding, const struct rule *rule,
	unsigned int directions, enum rule_status status)
{
	const struct policy *policy = deciding->policy;
	const struct sekisho_message *message = deciding->facts->message;
	struct view *view = &deciding->view;

	view->directions = directions;
	if (directions == 0)
		return policy->sections[0]->status[rule->index] == status;
	if ((directions & DIRECTION_OUTBOUND) &&
	    policy_section(policy, message->sender)->status[rule->index] !=
	    status)
		view->directions &= ~DIRECTION_OUTBOUND;
	if ((directions & ~DIRECTION_OUTBOUND) &&
	    policy_section(policy, view->recipient)->status[rule->index] !=
	    status)
		view->directions &= DIRECTION_OUTBOUND;
	return view->directions != 0;
}

static const char *
off_reason(const struct deciding *deciding, const struct rule *rule)
{
	if (*rule->domain != '\0')
		return pool_printf(deciding->pool, rule->status != RULE_OFF ?
			"it is a rule of the domain %s" :
			"it is off, and a rule of the domain %s",
			rule->domain);
	return rule->status != RULE_OFF ? "it is off for this domain" :
		"it is off";
}

/* Is the rule in a list ",id,id,"? */
static bool
is_listed(struct pool *pool, const struct rule *rule, const char *list)
{
	return strstr(list, pool_printf(pool, ",%s,", rule->id)) != NULL;
}

static bool
rule_matches(struct deciding *deciding, const struct rule *rule,
	size_t recipient)
{
	const struct policy_case *facts = deciding->facts;

	if (facts->doubt != DOUBT_NONE &&
	    is_listed(deciding->pool, rule, facts->settled))
		return is_listed(deciding->pool, rule,
			facts->fired[recipient]);
	return condition_matches(&rule->when, &deciding->view);
}

/*
 * Why the rule does not fire in the directions of the view; NULL: it does.
 * Without a trace nobody reads the words.
 */
static const char *
why_not(struct deciding *deciding, const struct rule *rule, size_t recipient,
	bool approved)
{

	if (approved && rule->class == CLASS_SPAM)
		return "the sender is approved by the recipient";
	if (rule_matches(deciding, rule, recipient))
		return NULL;
	return deciding->trace == NULL ? "" :
		condition_why_not(&rule->when, &deciding->view);
}

/* The entry of a rule that watches; the rules come in their order. */
static struct decision_monitor *
monitor_of(struct deciding *deciding, const struct rule *rule)
{
	struct decision *decision = deciding->decision;
	struct decision_monitor *monitor;
	size_t i;

	for (i = 0; i < decision->monitor_count; i++)
		if (decision->monitors[i].rule == rule->id)
			return &decision->monitors[i];
	monitor = pool_append(deciding->pool, &decision->monitors,
		&decision->monitor_count, sizeof(*monitor));
	monitor->rule = rule->id;
	monitor->recipients = pool_array(deciding->pool,
		deciding->facts->message->recipient_count + 1, sizeof(bool));
	return monitor;
}

/* Does the rule fire for the recipient of the view? */
static bool
rule_fires(struct deciding *deciding, const struct rule *rule,
	unsigned int directions, size_t recipient)
{
	const struct policy_case *facts = deciding->facts;
	bool approved = (directions & ~DIRECTION_OUTBOUND) != 0 &&
		facts->opinions != NULL &&
		facts->opinions[recipient] == OPINION_APPROVED;
	const char *reason;
	bool fired;

	if (rule_has(deciding, rule, directions, RULE_ON))
		reason = why_not(deciding, rule, recipient, approved);
	else
		reason = deciding->trace == NULL ? "" :
			off_reason(deciding, rule);
	fired = reason == NULL;
	if (!fired && deciding->policy->monitors &&
	    rule_has(deciding, rule, directions, RULE_MONITOR)) {
		reason = why_not(deciding, rule, recipient, approved);
		if (reason == NULL) {
			monitor_of(deciding, rule)->recipients[recipient] =
				true;
			reason = "all conditions are true, but its status is "
				"monitor";
		}
	}
	if (deciding->trace != NULL)
		trace_add(deciding, rule, fired, reason == NULL ?
			"all conditions are true" : reason);
	return fired;
}

/* Finds out the rules that fire; for mail within the site see above. */
static void
find_rules(struct deciding *deciding, size_t recipient)
{
	const struct policy *policy = deciding->policy;
	const struct policy_case *facts = deciding->facts;
	const char *address = facts->message->recipients[recipient];
	unsigned int directions = policy_directions(policy, facts->message,
		address);
	bool here = (directions & ~DIRECTION_OUTBOUND) != 0;
	size_t i;

	deciding->view.recipient = address;
	deciding->view.index = recipient;
	deciding->view.section = policy_section(policy,
		here || directions == 0 ? address : facts->message->sender);
	for (i = 0; i < policy->rule_count; i++) {
		deciding->fired[i] = rule_fires(deciding, policy->rules[i],
			directions, recipient);
		deciding->decision->recipient_spam[recipient] |=
			deciding->fired[i] &&
			policy->rules[i]->class == CLASS_SPAM;
	}
	deciding->fired[i] = here;
}

/* To whom a notice of a rule that fired goes, or NULL: to nobody. */
static const char *
notice_address(const struct deciding *deciding, const struct action *action,
	const char *recipient, bool here)
{
	if (!action_notifies(action))
		return NULL;
	if (action->to == NOTICE_SENDER)
		return deciding->sender_notices ?
			deciding->facts->message->sender : NULL;
	if (action->to == NOTICE_RECIPIENT)
		return here ? recipient : NULL;
	return *deciding->view.section->administrator != '\0' ?
		deciding->view.section->administrator : NULL;
}

static bool
rule_notifies(const struct deciding *deciding, const struct rule *rule,
	bool here)
{
	size_t i;

	for (i = 0; i < rule->action_count; i++)
		if (notice_address(deciding, &rule->actions[i], "", here) !=
		    NULL)
			return true;
	return false;
}

/* An unscannable part that would be delivered without a rule's leave. */
static bool
outcome_is_unsafe(const struct deciding *deciding,
	const struct decision_outcome *outcome)
{
	const struct policy *policy = deciding->policy;
	size_t i;

	if (policy->accept_on_failure || outcome->fate != SEKISHO_DELIVER ||
	    !inspection_has(deciding->facts->inspection, FINDING_UNSCANNABLE))
		return false;
	for (i = 0; i < policy->rule_count; i++)
		if (deciding->fired[i] && condition_asks(
		    &policy->rules[i]->when, "unscannable"))
			return false;
	return true;
}

static size_t
outcome_make(struct deciding *deciding)
{
	const struct policy *policy = deciding->policy;
	struct decision *decision = deciding->decision;
	struct decision_outcome *outcome;
	struct effect effect = { .view = &deciding->view, .weight = -1 };
	bool notified = false, **set;
	size_t i, sets = decision->outcome_count;

	outcome = pool_append(deciding->pool, &decision->outcomes,
		&decision->outcome_count, sizeof(*outcome));
	outcome->text = outcome->fate_rule = outcome->fate_name =
		outcome->quarantine = "";
	effect.outcome = outcome;
	effect.here = deciding->fired[policy->rule_count];
	for (i = 0; i < policy->rule_count; i++) {
		if (!deciding->fired[i])
			continue;
		action_apply_rule(&effect, policy->rules[i]);
		notified |= rule_notifies(deciding, policy->rules[i],
			deciding->fired[policy->rule_count]);
	}
	action_finish(&effect, notified);
	decision->defer |= outcome_is_unsafe(deciding, outcome);
	set = pool_append(deciding->pool, &deciding->fired_sets, &sets,
		sizeof(bool *));
	*set = pool_array(deciding->pool, policy->rule_count + 1,
		sizeof(bool));
	memcpy(*set, deciding->fired, (policy->rule_count + 1) * sizeof(bool));
	return decision->outcome_count - 1;
}

/* The outcome of recipients for whom the same rules fired. */
static size_t
outcome_find(struct deciding *deciding, size_t guess)
{
	size_t i, count = deciding->decision->outcome_count;
	size_t size = (deciding->policy->rule_count + 1) * sizeof(bool);

	if (guess < count && memcmp(deciding->fired_sets[guess],
	    deciding->fired, size) == 0)
		return guess;
	for (i = 0; i < count; i++)
		if (memcmp(deciding->fired_sets[i], deciding->fired,
		    size) == 0)
			return i;
	return outcome_make(deciding);
}

static size_t
notice_hash(const struct decision_notice *notice)
{
	size_t hash = 5381;
	const char *p;

	for (p = notice->recipient; *p != '\0'; p++)
		hash = hash * 33 + (size_t)tolower((unsigned char)*p);
	for (p = notice->template; *p != '\0'; p++)
		hash = hash * 33 + (unsigned char)*p;
	return hash;
}

static bool
notice_same(const struct decision_notice *a, const struct decision_notice *b)
{
	return strcasecmp(a->recipient, b->recipient) == 0 &&
		strcmp(a->template, b->template) == 0;
}

/* The slot of a notice: taken by the same one, or free. */
static const struct decision_notice **
notice_slot(const struct notice_set *set, const struct decision_notice *notice)
{
	size_t i = notice_hash(notice) & (set->size - 1);

	while (set->slots[i] != NULL && !notice_same(set->slots[i], notice))
		i = (i + 1) & (set->size - 1);
	return &set->slots[i];
}

/* Keeps half of the slots free; they hold copies, for the list moves. */
static void
notice_set_grow(struct notice_set *set, size_t count, struct pool *pool)
{
	struct notice_set old = *set;
	size_t i;

	if (count < old.size / 2)
		return;
	set->size = old.size == 0 ? 64 : old.size * 4;
	set->slots = pool_array(pool, set->size, sizeof(*set->slots));
	for (i = 0; i < old.size; i++)
		if (old.slots[i] != NULL)
			*notice_slot(set, old.slots[i]) = old.slots[i];
}

/* One person is told one thing once. */
static void
notice_add(struct deciding *deciding, const struct decision_notice *notice)
{
	struct decision *decision = deciding->decision;
	struct decision_notice *copy, *added;
	const struct decision_notice **slot;

	notice_set_grow(&deciding->notices, decision->notice_count,
		deciding->pool);
	slot = notice_slot(&deciding->notices, notice);
	if (*slot != NULL)
		return;
	copy = pool_alloc(deciding->pool, sizeof(*copy));
	*copy = *notice;
	*slot = copy;
	added = pool_append(deciding->pool, &decision->notices,
		&decision->notice_count, sizeof(*added));
	*added = *notice;
}

static void
add_notices(struct deciding *deciding, size_t outcome)
{
	const struct policy *policy = deciding->policy;
	const char *recipient = deciding->view.recipient;
	struct decision_notice notice = { .outcome = outcome };
	const struct rule *rule;
	const struct action *action;
	size_t i, k;

	for (i = 0; i < policy->rule_count; i++) {
		rule = policy->rules[i];
		for (k = 0; k < rule->action_count && deciding->fired[i];
		     k++) {
			action = &rule->actions[k];
			notice.recipient = notice_address(deciding, action,
				recipient, deciding->fired[policy->rule_count]);
			if (notice.recipient == NULL)
				continue;
			notice.to = action->to;
			notice.template = action->text;
			notice.rule = rule->id;
			notice_add(deciding, &notice);
		}
	}
}

/* SPEC N4: never to an outsider, a bounce, a list, another notice. */
static bool
sender_may_be_notified(const struct policy *policy,
	const struct policy_case *facts)
{
	const char *sender = facts->message->sender;

	return facts->message->inside && *sender != '\0' &&
		policy_protects(policy, sekisho_address_domain(sender)) &&
		!facts->inspection->automatic && !facts->inspection->list;
}

struct decision *
policy_decide(const struct policy *policy, const struct policy_case *facts,
	struct pool *pool, struct trace *trace)
{
	struct deciding deciding = {
		.policy = policy,
		.facts = facts,
		.pool = pool,
		.trace = trace,
		.view = { .policy = policy, .facts = facts, .pool = pool },
		.decision = pool_alloc(pool, sizeof(struct decision)),
		.fired = pool_array(pool, policy->rule_count + 1,
			sizeof(bool)),
		.sender_notices = sender_may_be_notified(policy, facts),
	};
	struct decision *decision = deciding.decision;
	size_t i, count = facts->message->recipient_count, outcome = 0;

	deciding.view.kept = pool_array(pool, policy->slot_count + 1, 1);
	view_score(&deciding.view, facts->message->spam_score);
	decision->recipient_outcome = pool_array(pool, count + 1,
		sizeof(size_t));
	decision->recipient_spam = pool_array(pool, count + 1, sizeof(bool));
	for (i = 0; i < count; i++) {
		find_rules(&deciding, i);
		outcome = outcome_find(&deciding, outcome);
		decision->recipient_outcome[i] = outcome;
		add_notices(&deciding, outcome);
	}
	return decision;
}
