/*
 * condition_read.c - the conditions of a rule, from XML.
 */
#include <stdlib.h>
#include <string.h>

#include "condition.h"

/* A reader gets the values of the attributes that its row names. */
typedef int value_read(struct policy_reader *, const xmlNode *,
	struct condition *, const char **);

static int
read_none(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	return 0;
}

static int
read_glob(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	const char *why;

	if (values[0] == NULL)
		return 0;
	condition->text = values[0];
	if (pattern_glob_check(values[0], &why) < 0)
		return policy_error(reader, node, "<%s like=\"%s\">: %s",
			policy_name(node), values[0], why);
	return 0;
}

static int
read_direction(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	static const char *const names[] = { "inbound", "outbound", "local" };
	const char *text = values[0];
	size_t i, len;

	condition->text = values[0];
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		len = strcspn(text, " ");
		for (i = 0; i < 3; i++)
			if (strlen(names[i]) == len &&
			    memcmp(names[i], text, len) == 0)
				break;
		if (i == 3)
			return policy_error(reader, node,
				"unknown direction '%.*s' (it is inbound, "
				"outbound or local)", (int)len, text);
		condition->directions |= 1u << i;
		text += len;
	}
	if (condition->directions == 0)
		return policy_error(reader, node, "<direction> names none");
	return 0;
}

static int
read_level(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	condition->text = values[0];
	if (strcmp(values[0], "spam") != 0 &&
	    strcmp(values[0], "suspected") != 0)
		return policy_error(reader, node, "unknown spam level '%s' "
			"(it is spam or suspected)", values[0]);
	return 0;
}

static int
read_size(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	const char *why;

	condition->over = values[0] != NULL;
	condition->text = values[condition->over ? 0 : 1];
	if ((values[0] == NULL) == (values[1] == NULL))
		return policy_error(reader, node, "<size> needs one attribute, "
			"'over' or 'under'");
	if (pattern_size_read(condition->text, &condition->number, &why) < 0)
		return policy_error(reader, node, "wrong size '%s': %s",
			condition->text, why);
	return 0;
}

static int
read_count(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	size_t len = strspn(values[0], "0123456789");

	condition->text = values[0];
	if (len == 0 || len > 9 || values[0][len] != '\0')
		return policy_error(reader, node, "wrong number '%s'",
			values[0]);
	condition->over = true;
	condition->number = strtoull(values[0], NULL, 10);
	return 0;
}

static int
read_header(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	struct policy *policy = reader->policy;
	struct pattern_regex **place;
	const char *p;
	char why[300];

	condition->text = values[0];
	for (p = values[0]; *p > ' ' && *p < 127 && *p != ':'; p++)
		;
	if (p == values[0] || *p != '\0')
		return policy_error(reader, node, "wrong header name '%s'",
			values[0]);
	if (values[1] == NULL)
		return 0;
	condition->regex = pattern_regex_new(values[1], why, sizeof(why));
	if (condition->regex == NULL)
		return policy_error(reader, node, "wrong pattern '%s': %s",
			values[1], why);
	place = pool_append(policy->pool, &policy->regexes,
		&policy->regex_count, sizeof(struct pattern_regex *));
	*place = condition->regex;
	return 0;
}

static int
read_network(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	const char *why;

	condition->text = values[0];
	if (pattern_network_read(values[0], &condition->network, &why) < 0)
		return policy_error(reader, node, "wrong client '%s': %s",
			values[0], why);
	return 0;
}

static int
read_children(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	if (condition_read_all(reader, node, condition) < 0)
		return -1;
	if (condition->child_count == 0)
		return policy_error(reader, node, "<%s> has no condition in it",
			policy_name(node));
	return 0;
}

static int
read_child(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition, const char **values)
{
	if (read_children(reader, node, condition, values) < 0)
		return -1;
	if (condition->child_count > 1)
		return policy_error(reader, node, "<not> takes one condition; "
			"put <any> or <all> around several");
	return 0;
}

/* What stands behind each enum condition_value. */
static const struct {
	const char *attributes[3];
	value_read *read;
} values_of[VALUES] = {
	[VALUE_NONE] = { { NULL }, read_none },
	[VALUE_GLOB] = { { "like", NULL }, read_glob },
	[VALUE_GLOB_OR_NONE] = { { "?like", NULL }, read_glob },
	[VALUE_DIRECTION] = { { "is", NULL }, read_direction },
	[VALUE_LEVEL] = { { "level", NULL }, read_level },
	[VALUE_SIZE] = { { "?over", "?under", NULL }, read_size },
	[VALUE_COUNT] = { { "over", NULL }, read_count },
	[VALUE_HEADER] = { { "name", "?pattern", NULL }, read_header },
	[VALUE_NETWORK] = { { "address", NULL }, read_network },
	[VALUE_CHILD] = { { NULL }, read_child },
	[VALUE_CHILDREN] = { { NULL }, read_children },
};

static int
read_one(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition)
{
	const char *values[3] = { NULL };
	enum condition_value value;

	condition->type = condition_type_find(policy_name(node));
	if (condition->type == NULL)
		return policy_error(reader, node, "unknown condition '%s'",
			policy_name(node));
	value = condition->type->value;
	condition->text = "";
	condition->slot = reader->policy->slot_count++;
	if (policy_attributes(reader, node, values_of[value].attributes,
	    values) < 0 ||
	    values_of[value].read(reader, node, condition, values) < 0)
		return -1;
	if (value == VALUE_CHILD || value == VALUE_CHILDREN)
		return 0;
	return policy_no_child(reader, node);
}

int
condition_read_all(struct policy_reader *reader, const xmlNode *node,
	struct condition *condition)
{
	const xmlNode *child = NULL;
	struct condition *added;
	int more;

	while ((more = policy_next(reader, node, &child)) > 0) {
		added = pool_append(reader->policy->pool, &condition->children,
			&condition->child_count, sizeof(*added));
		if (read_one(reader, child, added) < 0)
			return -1;
	}
	return more;
}
