/*
 * action_read.c - the actions of a rule, from XML.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "action_private.h"

#define TEXT_BYTES_MAX 900u	/* of a tag, a header value, an SMTP text */

/* Reads "delete" and so on; unset keeps what is there. */
static int
read_otherwise(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char *value)
{
	static const enum sekisho_fate fates[] = { SEKISHO_DELETE,
		SEKISHO_REJECT, SEKISHO_HOLD };
	static const char *const names[] = { "delete", "reject", "quarantine" };
	size_t i;

	if (value == NULL)
		return 0;
	for (i = 0; i < sizeof(fates) / sizeof(fates[0]); i++)
		if (strcmp(value, names[i]) == 0) {
			action->otherwise = fates[i];
			return 0;
		}
	return policy_error(reader, node, "otherwise=\"%s\": it is delete, "
		"reject or quarantine", value);
}

/* Every {WORD} of text must be one of names ("FILENAME VIRUSNAME"). */
static int
check_placeholders(struct policy_reader *reader, const xmlNode *node,
	const char *text, const char *names)
{
	const char *p, *found;
	size_t len;

	for (p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
		len = strspn(p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		if (len == 0 || p[1 + len] != '}')
			continue;
		for (found = names; *found != '\0';
		     found += strspn(found, " ")) {
			if (strcspn(found, " ") == len &&
			    memcmp(found, p + 1, len) == 0)
				break;
			found += strcspn(found, " ");
		}
		if (*found == '\0')
			return policy_error(reader, node, "<%s> does not know "
				"{%.*s}, only {%s}", policy_name(node),
				(int)len, p + 1, names);
	}
	return 0;
}

/* One line, not empty; ascii: nothing but printable ASCII. */
static int
check_line(struct policy_reader *reader, const xmlNode *node,
	const char *text, bool ascii)
{
	const unsigned char *p;

	if (text[strspn(text, " ")] == '\0' || strlen(text) > TEXT_BYTES_MAX)
		return policy_error(reader, node, "a text of <%s> is empty or "
			"longer than %u bytes", policy_name(node),
			TEXT_BYTES_MAX);
	for (p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p < ' ' || *p == 127 || (ascii && *p > 127))
			return policy_error(reader, node, "a text of <%s> is "
				"one line%s", policy_name(node),
				ascii ? " of ASCII" : "");
	return 0;
}

int
action_read_none(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	return 0;
}

int
action_read_reject(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	action->text = values[0] != NULL ? values[0] : ACTION_REJECT_TEXT;
	return check_line(reader, node, action->text, true);
}

int
action_read_clean(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	action->otherwise = SEKISHO_DELETE;
	action->text = values[1] != NULL ? values[1] : ACTION_CLEAN_TEXT;
	if (read_otherwise(reader, node, action, values[0]) < 0)
		return -1;
	return check_placeholders(reader, node, action->text,
		"FILENAME VIRUSNAME");
}

int
action_read_remove(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	action->otherwise = SEKISHO_REJECT;
	action->text = values[1] != NULL ? values[1] : ACTION_REMOVE_TEXT;
	if (read_otherwise(reader, node, action, values[0]) < 0)
		return -1;
	return check_placeholders(reader, node, action->text, "FILENAME");
}

int
action_read_stamp(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	action->text = values[0] != NULL ? values[0] : ACTION_STAMP_TEXT;
	if (check_placeholders(reader, node, action->text, "FILENAME") < 0)
		return -1;
	if (action->text[strspn(action->text, " \n")] == '\0')
		return policy_error(reader, node, "the stamp is empty");
	return 0;
}

int
action_read_tag(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	action->text = values[0];
	return check_line(reader, node, action->text, false);
}

/* Fields that a mail has once or that say how its body is made. */
static bool
header_is_reserved(const char *name)
{
	static const char *const names[] = { "From", "Sender", "Reply-To", "To",
		"Cc", "Bcc", "Date", "Message-ID", "In-Reply-To", "References",
		"Subject", "MIME-Version", "Received", "Return-Path",
		"DKIM-Signature", SEKISHO_HELD_HEADER,
		SEKISHO_REASON_HEADER, SEKISHO_RELEASED_HEADER };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return strncasecmp(name, "Content-", 8) == 0;
}

int
action_read_header(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	const char *p;

	action->name = values[0];
	action->text = values[1];
	for (p = action->name; isalnum((unsigned char)*p) || *p == '-'; p++)
		;
	if (*p != '\0' || p == action->name || p - action->name > 70 ||
	    header_is_reserved(action->name))
		return policy_error(reader, node, "a header called '%s' cannot "
			"be added", action->name);
	return check_line(reader, node, action->text, true);
}

int
action_read_notify(struct policy_reader *reader, const xmlNode *node,
	struct action *action, const char **values)
{
	static const char *const names[] = { [NOTICE_SENDER] = "sender",
		[NOTICE_RECIPIENT] = "recipient",
		[NOTICE_ADMINISTRATOR] = "administrator" };
	size_t i;

	for (i = 0; i < 3 && strcmp(values[0], names[i]) != 0; i++)
		;
	if (i == 3)
		return policy_error(reader, node, "who=\"%s\": it is sender, "
			"recipient or administrator", values[0]);
	action->to = (enum notice_to)i;
	action->text = values[1];
	if (*values[1] == '\0' || values[1][strspn(values[1],
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_-")] != '\0')
		return policy_error(reader, node, "template=\"%s\": a name has "
			"letters, digits, - and _", values[1]);
	return 0;
}

static int
read_one(struct policy_reader *reader, const xmlNode *node, struct rule *rule)
{
	const struct action_type *type = action_types;
	const char *values[3] = { NULL };
	struct action *action;
	size_t i;

	while (type->name != NULL &&
	       strcmp(type->name, policy_name(node)) != 0)
		type++;
	if (type->name == NULL)
		return policy_error(reader, node, "unknown action '%s'",
			policy_name(node));
	for (i = 0; i < rule->action_count && type->fate; i++)
		if (rule->actions[i].type->fate)
			return policy_error(reader, node, "<%s> and <%s> in "
				"one rule: a mail has one fate",
				rule->actions[i].type->name, type->name);
	action = pool_append(reader->policy->pool, &rule->actions,
		&rule->action_count, sizeof(*action));
	action->type = type;
	action->text = action->name = "";
	if (policy_attributes(reader, node, type->attributes, values) < 0 ||
	    type->read(reader, node, action, values) < 0)
		return -1;
	return policy_no_child(reader, node);
}

int
action_read_all(struct policy_reader *reader, const xmlNode *node,
	struct rule *rule)
{
	const xmlNode *child = NULL;
	int more;

	while ((more = policy_next(reader, node, &child)) > 0)
		if (read_one(reader, child, rule) < 0)
			return -1;
	if (more == 0 && rule->action_count == 0)
		return policy_error(reader, node, "<then> has no action in it; "
			"<log/> does nothing but log");
	return more;
}
