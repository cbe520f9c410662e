/*
 * policy.c - a policy in memory: its settings, its domains, which of its
 * sections holds for whom. Read by policy_load.c, applied by policy_decide.c.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "action.h"
#include "address.h"
#include "condition.h"
#include "policy_private.h"

void
policy_free(struct policy *policy)
{
	size_t i;

	if (policy == NULL)
		return;
	for (i = 0; i < policy->regex_count; i++)
		pattern_regex_free(policy->regexes[i]);
	pool_free(policy->pool);	/* policy itself lies in it */
}

bool
policy_accepts_on_failure(const struct policy *policy)
{
	return policy->accept_on_failure;
}

const char *
policy_notice_from(const struct policy *policy)
{
	return policy->notice_from;
}

const char *
policy_notice_language(const struct policy *policy, const char *address)
{
	return policy_section(policy, address)->language;
}

const char *
policy_administrator(const struct policy *policy, const char *address)
{
	return policy_section(policy, address)->administrator;
}

const char *
policy_outbound_quarantine(const struct policy *policy, size_t i)
{
	return i >= policy->section_count ? NULL :
		policy->sections[i]->outbound_quarantine;
}

static int
domain_compare(const void *name, const void *member)
{
	const struct protected_domain *domain = member;

	return strcasecmp(name, domain->name);
}

const struct protected_domain *
policy_find_domain(const struct policy *policy, const char *domain)
{
	return bsearch(domain, policy->domains, policy->domain_count,
		sizeof(*policy->domains), domain_compare);
}

const struct rule *
policy_find_rule(const struct policy *policy, const char *id)
{
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (strcmp(policy->rules[i]->id, id) == 0)
			return policy->rules[i];
	return NULL;
}

/* Was it there, and on, and asked for the same, which no log tells? */
static bool
is_settled(const struct rule *rule, const struct policy *before)
{
	const struct rule *old = policy_find_rule(before, rule->id);

	return old != NULL && old->status == RULE_ON &&
		strcmp(old->when_source, rule->when_source) == 0 &&
		!condition_is_logged(&rule->when) &&
		!condition_asks(&rule->when, "spam");
}

const char *
policy_settled(const struct policy *policy, const struct policy *before,
	struct pool *pool)
{
	const char *list = ",";
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (is_settled(policy->rules[i], before))
			list = pool_printf(pool, "%s%s,", list,
				policy->rules[i]->id);
	return list;
}

bool
policy_wants_types(const struct policy *policy)
{
	return policy->wants_types;
}

static bool
rule_holds(const struct rule *rule)
{
	size_t i;

	for (i = 0; i < rule->action_count; i++)
		if (rule->actions[i].otherwise == SEKISHO_HOLD ||
		    strcmp(rule->actions[i].type->name, "quarantine") == 0)
			return true;
	return false;
}

bool
policy_holds(const struct policy *policy)
{
	size_t i, k;

	for (i = 0; i < policy->section_count; i++)
		for (k = 0; k < policy->rule_count; k++)
			if (policy->sections[i]->status[k] == RULE_ON &&
			    rule_holds(policy->rules[k]))
				return true;
	return false;
}

bool
policy_protects(const struct policy *policy, const char *domain)
{
	return policy_find_domain(policy, domain) != NULL;
}

const struct section *
policy_section(const struct policy *policy, const char *address)
{
	const struct protected_domain *domain = policy_find_domain(policy,
		sekisho_address_domain(address));

	return domain != NULL ? domain->section : policy->sections[0];
}

unsigned int
policy_directions(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient)
{
	bool here = policy_protects(policy, sekisho_address_domain(recipient));

	if (message->inside)
		return DIRECTION_OUTBOUND | (here ? DIRECTION_LOCAL : 0);
	return here ? DIRECTION_INBOUND : 0;
}

bool
policy_wants_blocks(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient)
{
	return (policy_directions(policy, message, recipient) &
		DIRECTION_INBOUND) != 0 &&
		policy_section(policy, recipient)->block_rules;
}

bool
policy_wants_approval(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient)
{
	return (policy_directions(policy, message, recipient) &
		(DIRECTION_INBOUND | DIRECTION_LOCAL)) != 0 &&
		policy_section(policy, recipient)->spam_rules;
}

size_t
policy_rule_count(const struct policy *policy)
{
	return policy->rule_count;
}

const char *
policy_rule_id(const struct policy *policy, size_t index)
{
	return policy->rules[index]->id;
}
