/*
 * condition.h - what a rule asks about a message: <when> of a policy.
 */
#ifndef SEKISHO_CONDITION_H
#define SEKISHO_CONDITION_H

#include "policy_private.h"
#include "policy_xml.h"

/* One message as one recipient's rules see it. */
struct view {
	const struct policy *policy;
	const struct policy_case *facts;
	struct pool *pool;
	const char *recipient;
	size_t index;			/* of the recipient in the message */
	unsigned int directions;	/* those in which the rule is on */
	const struct section *section;
	bool scored;			/* there is a spam score ... */
	long score;			/* ... times 10 */
	unsigned char *kept;		/* for each slot: 0 unknown, 1 no,
					 * 2 yes */
	bool negated;			/* within an odd number of <not> */
};

/* How the attributes of a condition are read (condition_read.c). */
enum condition_value {
	VALUE_NONE,
	VALUE_GLOB,		/* like */
	VALUE_GLOB_OR_NONE,	/* the same, may be missing */
	VALUE_DIRECTION,	/* is */
	VALUE_LEVEL,		/* level */
	VALUE_SIZE,		/* over, under */
	VALUE_COUNT,		/* over */
	VALUE_HEADER,		/* name, pattern */
	VALUE_NETWORK,		/* address */
	VALUE_CHILD,		/* one condition */
	VALUE_CHILDREN,		/* at least one */
	VALUES
};

/* A row of the table of conditions. It has matches or mark. */
struct condition_type {
	const char *name;
	enum condition_value value;
	bool same_for_all;	/* recipients of a message: asked once */
	bool (*matches)(const struct condition *condition, struct view *view);
	/*
	 * Sets parts[n] for each part that the condition means (parts may be
	 * NULL); true when there is one.
	 */
	bool (*mark)(const struct condition *condition, const struct view *view,
		bool *parts);
	/* Why it does not match, for people; %s stands for condition->text. */
	const char *reason;
	const char *(*why_not)(const struct condition *condition,
		struct view *view);	/* NULL: reason */
};

/* The row of that name, or NULL. */
const struct condition_type *condition_type_find(const char *name);

/* Every row, until the name is NULL; for tests. */
extern const struct condition_type condition_types[];

/* Reads the children of node into condition. 0 or -1. */
int condition_read_all(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition);

bool condition_matches(const struct condition *condition, struct view *view);

/* Half a sentence in view->pool. Call it when it does not match. */
const char *condition_why_not(const struct condition *condition,
	struct view *view);

/*
 * Sets parts[n] for each part that a condition in the tree means, <not> left
 * out. Returns true when the tree has such conditions at all.
 */
bool condition_mark(const struct condition *condition,
	const struct view *view, bool *parts);

/* True when the tree has a condition of that name, <not> left out. */
bool condition_asks(const struct condition *condition, const char *name);

/* True when sekishod's log tells all that the tree asks for. */
bool condition_is_logged(const struct condition *condition);

/* True when the tree has such a condition anywhere. */
bool condition_uses(const struct condition *condition, const char *name);

#endif
