/*
 * policy_private.h - a policy in memory. Only for the files that make it
 * (policy_load.c, condition*.c, action*.c) and use it (policy*.c); everybody
 * else sees policy.h.
 */
#ifndef SEKISHO_POLICY_PRIVATE_H
#define SEKISHO_POLICY_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "pattern.h"
#include "policy.h"
#include "rule.h"

/* What holds for one protected domain, and (the first one) for all others. */
struct section {
	const char *domain;	/* "" for the first */
	int spam_at;		/* score times 10 */
	int suspected_at;
	const char *language;
	const char *administrator;	/* an address, or "" */
	const char *outbound_quarantine;	/* an address, or "": refuse */
	enum rule_status *status;	/* of each rule */
	bool spam_rules;	/* a rule of class spam is on */
	bool block_rules;	/* a rule that asks for blocks is not off */
};

struct protected_domain {
	const char *name;
	const struct section *section;
};

struct policy {
	struct pool *pool;	/* all but the compiled header patterns */
	bool accept_on_failure;
	bool wants_types;	/* a rule that is not off everywhere asks */
	bool monitors;		/* one is RULE_MONITOR somewhere */
	const char *notice_from;
	struct protected_domain *domains;	/* sorted by name */
	size_t domain_count;
	struct section **sections;
	size_t section_count;
	struct rule **rules;	/* in the order of the file */
	size_t rule_count;
	size_t slot_count;	/* conditions whose result can be kept */
	const char **risky_names;	/* <high-risk> */
	size_t risky_name_count;
	const char **risky_types;
	size_t risky_type_count;
	struct pattern_regex **regexes;
	size_t regex_count;
};

/* The entry of a protected domain, or NULL. */
const struct protected_domain *policy_find_domain(const struct policy *policy,
	const char *domain);

/* The rule of that id, or NULL. */
const struct rule *policy_find_rule(const struct policy *policy,
	const char *id);

/* The section that holds for an address; the first one for foreigners. */
const struct section *policy_section(const struct policy *policy,
	const char *address);

/* DIRECTION_* of a message for a recipient; 0 when it only passes through. */
unsigned int policy_directions(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient);

#endif
