/*
 * action.h - what a rule does with a message: <then> of a policy.
 */
#ifndef SEKISHO_ACTION_H
#define SEKISHO_ACTION_H

#include "condition.h"
#include "policy_private.h"
#include "policy_xml.h"

/* The outcome for some recipients while the rules that fired are applied. */
struct effect {
	const struct view *view;
	const struct rule *rule;	/* the one being applied */
	struct decision_outcome *outcome;
	int weight;			/* of the fate so far, -1: none */
	bool here;			/* their mailboxes are of this site */
	bool *parts;			/* that the rule means, see below */
};

/* A row of the table of actions. */
struct action_type {
	const char *name;
	const char *attributes[4];	/* as in policy_attributes() */
	bool fate;			/* a rule has one of these at most */
	int (*read)(struct policy_reader *reader, const xmlNode *node,
		struct action *action, const char **values);
	void (*apply)(const struct action *action, struct effect *effect);
};

/* Every row, until the name is NULL; for tests. */
extern const struct action_type action_types[];

/* Reads <then> into reader->policy's newest rule. 0 or -1. */
int action_read_all(struct policy_reader *reader, const xmlNode *node,
	struct rule *rule);

/* Does what a rule that fired says. */
void action_apply_rule(struct effect *effect, const struct rule *rule);

/*
 * What stays to be done when all rules are applied: a mail that is not
 * delivered keeps no changes, names of viruses and SPEC N1's words are put
 * together. notified: somebody gets a notice.
 */
void action_finish(struct effect *effect, bool notified);

/* True when the action is a notice. */
bool action_notifies(const struct action *action);

#endif
