/*
 * policy_load.c - a policy from its file: one function for each element.
 *
 * The grammar (policy.rng) has the last word, but its complaints are hard to
 * understand; so the elements are read in any case, strictly, and what a
 * reader here has to say about a wrong file comes first.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "action.h"
#include "condition.h"
#include "policy_private.h"
#include "policy_settings.h"

#define SPAM_AT 60
#define SUSPECTED_AT 40
#define NOTICE_FROM "NoReply@mail-abuse.org"

static struct rule *
newest_rule(const struct policy_reader *reader)
{
	const struct policy *policy = reader->policy;

	return policy->rules[policy->rule_count - 1];
}

/* Name and description are for people; the name is shown with held mail. */
static int
read_for_people(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };
	const char *text = policy_text(reader, node);

	if (strcmp(policy_name(node), "name") == 0)
		newest_rule(reader)->name = text;
	if (*text == '\0')
		return policy_error(reader, node, "<%s> is empty",
			policy_name(node));
	return policy_attributes(reader, node, none, NULL);
}

static const char *
node_source(struct pool *pool, const xmlNode *node)
{
	xmlBuffer *buffer = xmlBufferCreate();
	const char *copy;

	xmlNodeDump(buffer, node->doc, (xmlNode *)node, 0, 0);
	copy = pool_strdup(pool, (const char *)xmlBufferContent(buffer));
	xmlBufferFree(buffer);
	return copy;
}

static int
read_when(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };
	struct rule *rule = newest_rule(reader);

	if (policy_attributes(reader, node, none, NULL) < 0)
		return -1;
	rule->when_source = node_source(reader->policy->pool, node);
	return condition_read_all(reader, node, &rule->when);
}

static int
read_then(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };

	if (policy_attributes(reader, node, none, NULL) < 0)
		return -1;
	return action_read_all(reader, node, newest_rule(reader));
}

static int
read_rule_status(struct policy_reader *reader, const xmlNode *node,
	const char *text, enum rule_status *status_r)
{
	static const char *const names[] = { [RULE_OFF] = "off",
		[RULE_ON] = "on", [RULE_MONITOR] = "monitor" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		*status_r = (enum rule_status)i;
		return 0;
	}
	return policy_error(reader, node, "unknown status '%s' (it is on, off "
		"or monitor)", text);
}

static int
read_rule_head(struct policy_reader *reader, const xmlNode *node,
	struct rule *rule)
{
	static const char *const names[] = { "id", "class", "status", NULL };
	static const char *const classes[CLASSES] = { [CLASS_SPAM] = "spam",
		[CLASS_CONTENT] = "content", [CLASS_VIRUS] = "virus" };
	const char *values[3];
	size_t i;

	if (policy_attributes(reader, node, names, values) < 0)
		return -1;
	if (*values[0] == '\0' || strlen(values[0]) > 32 ||
	    values[0][strspn(values[0], "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] != '\0')
		return policy_error(reader, node, "the id '%s' is not 1 to 32 "
			"letters, digits, '.', '_' and '-'", values[0]);
	if (policy_find_rule(reader->policy, values[0]) != NULL)
		return policy_error(reader, node, "a second rule has the id "
			"'%s'", values[0]);
	reader->rule = rule->id = values[0];
	for (i = 0; i < CLASSES && strcmp(classes[i], values[1]) != 0; i++)
		;
	if (i == CLASSES)
		return policy_error(reader, node, "unknown class '%s' (it is "
			"virus, spam or content)", values[1]);
	rule->class = (enum rule_class)i;
	return read_rule_status(reader, node, values[2], &rule->status);
}

static int
read_rule(struct policy_reader *reader, const xmlNode *node)
{
	static const struct element elements[] = {
		{ "name", read_for_people, true, true },
		{ "description", read_for_people, true, false },
		{ "when", read_when, true, true },
		{ "then", read_then, true, true },
		{ NULL, NULL, false, false },
	};
	struct policy *policy = reader->policy;
	struct rule *rule = pool_alloc(policy->pool, sizeof(*rule));
	int result;

	rule->id = rule->name = rule->when_source = "";
	rule->domain = reader->section->domain;
	rule->index = policy->rule_count;
	rule->when.type = condition_type_find("all");
	rule->when.text = "";
	rule->when.slot = policy->slot_count++;
	if (read_rule_head(reader, node, rule) < 0)
		return -1;
	*(struct rule **)pool_append(policy->pool, &policy->rules,
		&policy->rule_count, sizeof(rule)) = rule;
	result = policy_read_elements(reader, node, elements);
	reader->rule = "";
	return result;
}

static int
read_status(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const names[] = { "rule", "value", NULL };
	struct override *override;
	enum rule_status status = RULE_OFF;
	const char *values[2];

	if (policy_attributes(reader, node, names, values) < 0 ||
	    read_rule_status(reader, node, values[1], &status) < 0)
		return -1;
	override = pool_append(reader->policy->pool,
		&reader->overrides, &reader->override_count,
		sizeof(*override));
	override->node = node;
	override->section = reader->section;
	override->rule = values[0];
	override->status = status;
	return 0;
}

static struct section *
add_section(struct policy *policy, const char *domain)
{
	struct section *section = pool_alloc(policy->pool, sizeof(*section));

	*(struct section **)pool_append(policy->pool, &policy->sections,
		&policy->section_count, sizeof(section)) = section;
	section->domain = domain;
	section->spam_at = SPAM_AT;
	section->suspected_at = SUSPECTED_AT;
	section->language = "en";
	section->administrator = section->outbound_quarantine = "";
	return section;
}

/* The settings above have been read: a section begins as a copy of them. */
static int
read_domain(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const names[] = { "name", NULL };
	static const struct element elements[] = {
		{ "spam-score", policy_read_spam_score, true, false },
		{ "notices", policy_read_notices, true, false },
		{ "outbound-quarantine", policy_read_outbound_quarantine,
			true, false },
		{ "status", read_status, false, false },
		{ "rule", read_rule, false, false },
		{ NULL, NULL, false, false },
	};
	struct policy *policy = reader->policy;
	const char *name;
	size_t i;
	int result;

	if (policy_attributes(reader, node, names, &name) < 0)
		return -1;
	for (i = 0; i < policy->domain_count; i++)
		if (strcasecmp(policy->domains[i].name, name) == 0)
			break;
	if (i == policy->domain_count)
		return policy_error(reader, node,
			"the domain '%s' is not in <protected>", name);
	if (policy->domains[i].section != policy->sections[0])
		return policy_error(reader, node,
			"a second section for the domain %s", name);
	reader->section = add_section(policy, policy->domains[i].name);
	reader->section->spam_at = policy->sections[0]->spam_at;
	reader->section->suspected_at =
		policy->sections[0]->suspected_at;
	reader->section->language = policy->sections[0]->language;
	reader->section->administrator = policy->sections[0]->administrator;
	reader->section->outbound_quarantine =
		policy->sections[0]->outbound_quarantine;
	policy->domains[i].section = reader->section;
	result = policy_read_elements(reader, node, elements);
	reader->section = policy->sections[0];
	return result;
}

static int
read_root(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const names[] = { "?on-failure", NULL };
	static const struct element elements[] = {
		{ "protected", policy_read_protected, true, true },
		{ "spam-score", policy_read_spam_score, true, false },
		{ "notices", policy_read_notices, true, false },
		{ "outbound-quarantine", policy_read_outbound_quarantine,
			true, false },
		{ "high-risk", policy_read_high_risk, true, false },
		{ "rule", read_rule, false, false },
		{ "domain", read_domain, false, false },
		{ NULL, NULL, false, false },
	};
	const char *value;
	int accept;

	if (strcmp(policy_name(node), "policy") != 0 || node->ns == NULL ||
	    strcmp((const char *)node->ns->href, POLICY_NAMESPACE) != 0)
		return policy_error(reader, node, "a policy begins "
			"with <policy xmlns=\"" POLICY_NAMESPACE "\">");
	if (policy_attributes(reader, node, names, &value) < 0)
		return -1;
	accept = value == NULL ? 0 : policy_read_choice(reader, node, value,
		"accept", "defer");
	if (accept < 0)
		return -1;
	reader->policy->accept_on_failure = accept > 0;
	return policy_read_elements(reader, node, elements);
}

/* SPEC R11: an own rule is on in its own domain, a common one everywhere. */
static int
switch_rules(struct policy_reader *reader)
{
	struct policy *policy = reader->policy;
	const struct override *override;
	const struct rule *rule;
	struct section *section;
	size_t i, k;

	for (i = 0; i < policy->section_count; i++) {
		section = policy->sections[i];
		section->status = pool_array(policy->pool,
			policy->rule_count + 1, sizeof(*section->status));
		for (k = 0; k < policy->rule_count; k++) {
			rule = policy->rules[k];
			if (*rule->domain == '\0' ||
			    rule->domain == section->domain)
				section->status[k] = rule->status;
		}
	}
	for (i = 0; i < reader->override_count; i++) {
		override = &reader->overrides[i];
		rule = policy_find_rule(policy, override->rule);
		if (rule == NULL || *rule->domain != '\0')
			return policy_error(reader, override->node,
				"<status> is about rule '%s', but there is no "
				"such rule for all domains", override->rule);
		override->section->status[rule->index] = override->status;
	}
	return 0;
}

/*
 * What need not be found out, because no rule asks for it. The directory is not
 * asked for a rule that only watches: mail would have to wait for its answer.
 */
static void
note_wishes(struct policy *policy)
{
	struct section *section;
	const struct rule *rule;
	size_t i, k;

	for (i = 0; i < policy->section_count; i++) {
		section = policy->sections[i];
		for (k = 0; k < policy->rule_count; k++) {
			rule = policy->rules[k];
			if (section->status[k] == RULE_OFF)
				continue;
			policy->monitors |= section->status[k] == RULE_MONITOR;
			section->spam_rules |= rule->class == CLASS_SPAM &&
				section->status[k] == RULE_ON;
			section->block_rules |=
				condition_uses(&rule->when, "blocked");
			policy->wants_types |=
				condition_uses(&rule->when, "file-type") ||
				condition_uses(&rule->when, "high-risk");
		}
	}
}

static int
check_administrator(struct policy_reader *reader, const xmlNode *root)
{
	const struct policy *policy = reader->policy;
	const struct rule *rule;
	size_t i, k;

	for (i = 0; i < policy->rule_count &&
	     *policy->sections[0]->administrator == '\0'; i++) {
		rule = policy->rules[i];
		for (k = 0; k < rule->action_count; k++)
			if (action_notifies(&rule->actions[k]) &&
			    rule->actions[k].to == NOTICE_ADMINISTRATOR)
				return policy_error(reader, root,
					"rule '%s' notifies the administrator, "
					"but <notices> does not say who it is",
					rule->id);
	}
	return 0;
}

static int
domain_order(const void *a, const void *b)
{
	return strcasecmp(((const struct protected_domain *)a)->name,
		((const struct protected_domain *)b)->name);
}

static struct policy *
policy_new(void)
{
	struct pool *pool = pool_new();
	struct policy *policy = pool_alloc(pool, sizeof(*policy));

	policy->pool = pool;
	policy->notice_from = NOTICE_FROM;
	add_section(policy, "");
	return policy;
}

struct policy *
policy_load(const char *file, const char *schema, struct sekisho_error *err)
{
	struct sekisho_error complaint, *where = err != NULL ? err : &complaint;
	struct policy *policy = policy_new();
	struct policy_reader reader = { .file = file, .rule = "",
		.policy = policy, .section = policy->sections[0],
		.err = where };
	bool valid = false, done;
	const xmlNode *root;
	xmlDoc *doc = policy_xml_open(file, schema, &valid, where);

	root = doc == NULL ? NULL : xmlDocGetRootElement(doc);
	done = root != NULL && read_root(&reader, root) == 0 &&
		switch_rules(&reader) == 0 &&
		check_administrator(&reader, root) == 0 && valid;
	xmlFreeDoc(doc);
	if (!done) {
		policy_free(policy);
		return NULL;
	}
	note_wishes(policy);
	qsort(policy->domains, policy->domain_count,
		sizeof(*policy->domains), domain_order);
	return policy;
}
