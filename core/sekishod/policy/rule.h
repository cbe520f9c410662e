/*
 * rule.h - one rule of a policy in memory: its conditions and its actions. Only
 * for the files that see policy_private.h.
 */
#ifndef SEKISHO_RULE_H
#define SEKISHO_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "decision.h"
#include "pattern.h"
#include "plan.h"

/* In rising order: the class of the rule that makes the fate (SPEC R12). */
enum rule_class { CLASS_SPAM, CLASS_CONTENT, CLASS_VIRUS, CLASSES };

enum rule_status {
	RULE_OFF,
	RULE_ON,
	RULE_MONITOR	/* the log says where it would fire; nothing else */
};

/* What a mail is for one recipient (SPEC R9); local mail is both. */
#define DIRECTION_INBOUND 1u	/* from outside to a protected domain */
#define DIRECTION_OUTBOUND 2u	/* from inside, to anywhere */
#define DIRECTION_LOCAL 4u	/* from inside to a protected domain */

struct condition_type;
struct action_type;

/* One condition; any, all and not have children. */
struct condition {
	const struct condition_type *type;
	struct condition *children;
	size_t child_count;
	size_t slot;		/* place in the cache of one message */
	const char *text;	/* pattern, name or level as written */
	unsigned int directions;
	bool over;		/* number is a lower bound, else an upper */
	unsigned long long number;
	struct pattern_network network;
	struct pattern_regex *regex;	/* NULL: any value will do */
};

struct action {
	const struct action_type *type;
	const char *text;	/* tag, stamp, SMTP text, value, template */
	const char *name;	/* of the header */
	enum sekisho_fate otherwise;	/* when a part cannot be changed */
	enum notice_to to;
};

struct rule {
	const char *id;
	const char *name;	/* for people */
	const char *domain;	/* whose own rule it is, or "" */
	size_t index;		/* in policy->rules */
	enum rule_class class;
	enum rule_status status; /* as the rule itself says */
	struct condition when;	/* an <all> */
	const char *when_source; /* as the file has it */
	struct action *actions;
	size_t action_count;
};

#endif
