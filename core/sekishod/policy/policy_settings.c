/*
 * policy_settings.c - what stands in a policy beside its rules: domains, spam
 * scores, notices, high-risk files; and how a table of elements is read.
 */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "policy_settings.h"

int
policy_read_choice(struct policy_reader *reader, const xmlNode *node,
	const char *value, const char *yes, const char *no)
{
	if (strcmp(value, yes) == 0)
		return 1;
	if (strcmp(value, no) == 0)
		return 0;
	return policy_error(reader, node, "<%s>: '%s' is neither "
		"%s nor %s", policy_name(node), value, yes, no);
}

int
policy_read_elements(struct policy_reader *reader, const xmlNode *node,
	const struct element *elements)
{
	const struct element *element;
	const xmlNode *child = NULL;
	unsigned int seen = 0, bit;
	int more;

	while ((more = policy_next(reader, node, &child)) > 0) {
		for (element = elements; element->name != NULL &&
		     strcmp(element->name, policy_name(child)) != 0; element++)
			;
		if (element->name == NULL)
			return policy_error(reader, child,
				"unknown element '%s' in <%s>",
				policy_name(child), policy_name(node));
		bit = 1u << (element - elements);
		if (element->once && (seen & bit))
			return policy_error(reader, child,
				"a second <%s>", element->name);
		seen |= bit;
		if (element->read(reader, child) < 0)
			return -1;
	}
	for (element = elements; element->name != NULL && more == 0; element++)
		if (element->needed && !(seen & 1u << (element - elements)))
			return policy_error(reader, node,
				"<%s> needs a <%s>", policy_name(node),
				element->name);
	return more;
}

static int
read_protected_domain(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };
	struct policy *policy = reader->policy;
	struct protected_domain *domain;
	const char *name = policy_text(reader, node), *p;
	size_t i;

	for (p = name; *p != '\0' && strchr(" \t\r\n@*?/,;:<>\"'\\", *p) ==
	     NULL; p++)
		;
	if (p == name || *p != '\0' || *name == '.' || p[-1] == '.')
		return policy_error(reader, node,
			"'%s' is not the name of a domain", name);
	for (i = 0; i < policy->domain_count; i++)
		if (strcasecmp(policy->domains[i].name, name) == 0)
			return policy_error(reader, node,
				"the domain %s is named twice", name);
	domain = pool_append(policy->pool, &policy->domains,
		&policy->domain_count, sizeof(*domain));
	domain->name = name;
	domain->section = policy->sections[0];
	return policy_attributes(reader, node, none, NULL);
}

int
policy_read_protected(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };
	static const struct element elements[] = {
		{ "domain", read_protected_domain, false, true },
		{ NULL, NULL, false, false },
	};

	if (policy_attributes(reader, node, none, NULL) < 0)
		return -1;
	return policy_read_elements(reader, node, elements);
}

int
policy_read_spam_score(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const names[] = { "?spam", "?suspected", NULL };
	struct section *section = reader->section;
	int *scores[] = { &section->spam_at, &section->suspected_at };
	const char *values[2], *why;
	size_t i;

	if (policy_attributes(reader, node, names, values) < 0)
		return -1;
	for (i = 0; i < 2; i++)
		if (values[i] != NULL &&
		    pattern_score_read(values[i], scores[i], &why) < 0)
			return policy_error(reader, node,
				"wrong score '%s': %s", values[i], why);
	if (section->suspected_at >= section->spam_at)
		return policy_error(reader, node, "suspected spam "
			"has to begin below the score of spam");
	return 0;
}

/* An address that can stand in a From or To field as it is. */
static bool
address_is_plain(const char *text)
{
	const char *domain = sekisho_address_domain(text), *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 127 ||
		    strchr("<>()[]\\,;:\"", *p) != NULL)
			return false;
	return *domain != '\0' && domain > text + 1;
}

int
policy_read_notices(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const names[] = { "?language", "?from",
		"?administrator", NULL };
	struct policy *policy = reader->policy;
	const char *values[3];
	size_t i;
	int language;

	if (policy_attributes(reader, node, names, values) < 0)
		return -1;
	if (values[0] != NULL) {
		language = policy_read_choice(reader, node, values[0], "ja",
			"en");
		if (language < 0)
			return -1;
		reader->section->language = language ? "ja" : "en";
	}
	if (reader->section != policy->sections[0] &&
	    values[1] != NULL)
		return policy_error(reader, node, "a domain has only a "
			"language and an administrator of its own");
	for (i = 1; i < 3; i++)
		if (values[i] != NULL && *values[i] != '\0' &&
		    !address_is_plain(values[i]))
			return policy_error(reader, node,
				"'%s' is not an address", values[i]);
	if (values[1] != NULL && *values[1] != '\0')
		policy->notice_from = values[1];
	if (values[2] != NULL)
		reader->section->administrator = values[2];
	return 0;
}

/* Dovecot files it there, so the mailbox has to be of this site. */
int
policy_read_outbound_quarantine(struct policy_reader *reader,
	const xmlNode *node)
{
	static const char *const names[] = { "address", NULL };
	const struct policy *policy = reader->policy;
	const char *value, *domain;
	size_t i;

	if (policy_attributes(reader, node, names, &value) < 0)
		return -1;
	reader->section->outbound_quarantine = value;
	if (*value == '\0')
		return 0;
	if (!address_is_plain(value))
		return policy_error(reader, node, "'%s' is not an address",
			value);
	domain = sekisho_address_domain(value);
	for (i = 0; i < policy->domain_count; i++)
		if (strcasecmp(policy->domains[i].name, domain) == 0)
			return 0;
	return policy_error(reader, node, "'%s' is of no protected domain, so "
		"there is no quarantine for it", value);
}

/* A list of patterns with blanks between them. */
static int
read_patterns(struct policy_reader *reader, const xmlNode *node,
	const char ***list_p, size_t *count_p)
{
	static const char *const none[] = { NULL };
	struct policy *policy = reader->policy;
	const char *text = policy_text(reader, node), *why;
	size_t len;

	for (; *text != '\0'; text += strspn(text, " \t\r\n")) {
		len = strcspn(text, " \t\r\n");
		*(const char **)pool_append(policy->pool, list_p, count_p,
			sizeof(char *)) = pool_strndup(policy->pool, text, len);
		if (pattern_glob_check((*list_p)[*count_p - 1], &why) < 0)
			return policy_error(reader, node, "%s", why);
		text += len;
	}
	return policy_attributes(reader, node, none, NULL);
}

static int
read_file_names(struct policy_reader *reader, const xmlNode *node)
{
	return read_patterns(reader, node,
		&reader->policy->risky_names,
		&reader->policy->risky_name_count);
}

static int
read_file_types(struct policy_reader *reader, const xmlNode *node)
{
	return read_patterns(reader, node,
		&reader->policy->risky_types,
		&reader->policy->risky_type_count);
}

int
policy_read_high_risk(struct policy_reader *reader, const xmlNode *node)
{
	static const char *const none[] = { NULL };
	static const struct element elements[] = {
		{ "file-names", read_file_names, true, false },
		{ "file-types", read_file_types, true, false },
		{ NULL, NULL, false, false },
	};

	if (policy_attributes(reader, node, none, NULL) < 0)
		return -1;
	return policy_read_elements(reader, node, elements);
}

