/*
 * condition.c - what a rule can ask about a message, and the answers.
 *
 * The table at the end is the whole vocabulary: a new condition is a row there,
 * a function here, an element in policy.rng and a paragraph in
 * sekisho-policy(5).
 */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "condition_file.h"
#include "headerfield.h"

/* "inbound", "outbound and local", ... */
static const char *
direction_text(unsigned int directions, struct pool *pool,
	const char *and)
{
	static const char *const names[] = { "inbound", "outbound", "local" };
	const char *text = "";
	size_t i;

	for (i = 0; i < 3; i++)
		if (directions & 1u << i)
			text = *text == '\0' ? names[i] : pool_printf(pool,
				"%s %s %s", text, and, names[i]);
	return *text == '\0' ? "passing through" : text;
}

static bool
direction_matches(const struct condition *condition, struct view *view)
{
	return (condition->directions & view->directions) != 0;
}

static const char *
direction_why_not(const struct condition *condition, struct view *view)
{
	return pool_printf(view->pool, "direction is %s, not %s",
		direction_text(view->directions, view->pool, "and"),
		direction_text(condition->directions, view->pool, "or"));
}

static const char *
virus_why_not(const struct condition *condition, struct view *view)
{
	if (*condition->text == '\0' ||
	    !inspection_has(view->facts->inspection, FINDING_VIRUS))
		return "no virus was found";
	return pool_printf(view->pool, "no virus is called %s",
		condition->text);
}

static const char *
unscannable_why_not(const struct condition *condition, struct view *view)
{
	if (!inspection_has(view->facts->inspection, FINDING_UNSCANNABLE))
		return "all of it could be scanned";
	return pool_printf(view->pool, "nothing unscannable is called %s",
		condition->text);
}

static bool
phishing_matches(const struct condition *condition, struct view *view)
{
	return inspection_has(view->facts->inspection, FINDING_PHISHING);
}

static bool
spam_matches(const struct condition *condition, struct view *view)
{
	bool spam = inspection_has(view->facts->inspection, FINDING_SPAM) ||
		(view->scored && view->score >= view->section->spam_at);

	if (strcmp(condition->text, "spam") == 0)
		return spam;
	return !spam && view->scored &&
		view->score >= view->section->suspected_at;
}

static const char *
score_text(struct pool *pool, long score)
{
	long tenths = score < 0 ? -score : score;

	return pool_printf(pool, "%s%ld.%ld", score < 0 ? "-" : "",
		tenths / 10, tenths % 10);
}

static const char *
spam_why_not(const struct condition *condition, struct view *view)
{
	struct pool *pool = view->pool;
	bool suspected = strcmp(condition->text, "spam") != 0;

	if (suspected &&
	    inspection_has(view->facts->inspection, FINDING_SPAM))
		return "it is spam, not suspected spam";
	if (!view->scored)
		return "there is no spam score";
	if (suspected && view->score >= view->section->spam_at)
		return pool_printf(pool, "spam score is %s, spam begins at %s",
			score_text(pool, view->score),
			score_text(pool, view->section->spam_at));
	return pool_printf(pool, "spam score is %s, below %s",
		score_text(pool, view->score),
		score_text(pool, suspected ? view->section->suspected_at :
			view->section->spam_at));
}

static bool
size_matches(const struct condition *condition, struct view *view)
{
	unsigned long long size = view->facts->inspection->parts[0].size;

	return condition->over ? size > condition->number :
		size < condition->number;
}

static const char *
size_why_not(const struct condition *condition, struct view *view)
{
	return pool_printf(view->pool, "size is %llu bytes, not %s %s",
		(unsigned long long)view->facts->inspection->parts[0].size,
		condition->over ? "over" : "under", condition->text);
}

/*
 * 1 when a field of that name matches, 0 when not, -1 when the pattern gave up;
 * *present_r says whether there is such a field.
 */
static int
header_ask(const struct condition *condition, const struct view *view,
	bool *present_r)
{
	const struct sekisho_message *message = view->facts->message;
	const char *at = message->headers, *end = at + message->headers_len;
	struct header_field field;
	const char *value;
	int found = 0;

	*present_r = false;
	while (found <= 0 && header_field_next(&at, end, &field)) {
		if (!header_field_is(&field, condition->text))
			continue;
		*present_r = true;
		if (condition->regex == NULL)
			return 1;
		value = strcasecmp(condition->text, "Subject") == 0 ?
			view->facts->inspection->subject :
			header_field_text(&field, view->pool);
		found = pattern_regex_matches(condition->regex, value,
			strlen(value));
	}
	return found;
}

static bool
header_matches(const struct condition *condition, struct view *view)
{
	bool present;

	return header_ask(condition, view, &present) > 0;
}

static const char *
header_why_not(const struct condition *condition, struct view *view)
{
	bool present;
	int result = header_ask(condition, view, &present);

	return pool_printf(view->pool, result < 0 ?
		"the pattern takes too long on the header %s" : present ?
		"the header %s does not match" : "there is no header %s",
		condition->text);
}

/* The answer to what is not known of this mail. */
static bool
doubt(const struct view *view)
{
	return (view->facts->doubt == DOUBT_MOST) != view->negated;
}

/* The envelope sender or the address in From, which the reader sees. */
static bool
sender_matches(const struct condition *condition, struct view *view)
{
	if (pattern_glob_matches(condition->text,
	    view->facts->message->sender))
		return true;
	return view->facts->doubt != DOUBT_NONE ? doubt(view) :
		pattern_glob_matches(condition->text,
		view->facts->inspection->from);
}

/* Mail from inside is never blocked. */
static bool
blocked_matches(const struct condition *condition, struct view *view)
{
	const enum senders_opinion *opinions = view->facts->opinions;

	return (view->directions & DIRECTION_INBOUND) != 0 &&
		opinions != NULL && opinions[view->index] == OPINION_BLOCKED;
}

static bool
recipient_matches(const struct condition *condition, struct view *view)
{
	return pattern_glob_matches(condition->text, view->recipient);
}

/* The domain of this site that the mail is for or, going out, from. */
static bool
domain_matches(const struct condition *condition, struct view *view)
{
	bool out = view->directions == DIRECTION_OUTBOUND;

	return pattern_glob_matches(condition->text, sekisho_address_domain(
		out ? view->facts->message->sender : view->recipient));
}

static bool
client_matches(const struct condition *condition, struct view *view)
{
	return pattern_network_holds(&condition->network,
		view->facts->message->client_address);
}

static bool
recipients_matches(const struct condition *condition, struct view *view)
{
	return view->facts->message->recipient_count > condition->number;
}

static bool
all_matches(const struct condition *condition, struct view *view)
{
	size_t i;

	for (i = 0; i < condition->child_count; i++)
		if (!condition_matches(&condition->children[i], view))
			return false;
	return true;
}

static const char *
all_why_not(const struct condition *condition, struct view *view)
{
	size_t i;

	for (i = 0; i < condition->child_count; i++)
		if (!condition_matches(&condition->children[i], view))
			return condition_why_not(&condition->children[i], view);
	return "?";
}

static bool
any_matches(const struct condition *condition, struct view *view)
{
	size_t i;

	for (i = 0; i < condition->child_count; i++)
		if (condition_matches(&condition->children[i], view))
			return true;
	return false;
}

static const char *
any_why_not(const struct condition *condition, struct view *view)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < condition->child_count; i++)
		text = pool_printf(view->pool, "%s%s%s", text,
			i > 0 ? " and " : "",
			condition_why_not(&condition->children[i], view));
	return text;
}

static bool
not_matches(const struct condition *condition, struct view *view)
{
	bool result;

	view->negated = !view->negated;
	result = condition_matches(&condition->children[0], view);
	view->negated = !view->negated;
	return !result;
}

static const char *
not_why_not(const struct condition *condition, struct view *view)
{
	const struct condition *child = &condition->children[0];

	return pool_printf(view->pool, "<not>: <%s%s%s> is true",
		child->type->name, *child->text != '\0' ? " " : "",
		child->text);
}

const struct condition_type condition_types[] = {
	{ "all", VALUE_CHILDREN, false, all_matches, NULL, NULL, all_why_not },
	{ "any", VALUE_CHILDREN, false, any_matches, NULL, NULL, any_why_not },
	{ "not", VALUE_CHILD, false, not_matches, NULL, NULL, not_why_not },
	{ "direction", VALUE_DIRECTION, false, direction_matches, NULL,
		NULL, direction_why_not },
	{ "virus", VALUE_GLOB_OR_NONE, true, NULL, condition_virus_mark, NULL,
		virus_why_not },
	{ "password-protected", VALUE_NONE, true, NULL,
		condition_encrypted_mark, "nothing is password-protected",
		NULL },
	{ "unscannable", VALUE_GLOB_OR_NONE, true, NULL,
		condition_unscannable_mark, NULL, unscannable_why_not },
	{ "spam", VALUE_LEVEL, false, spam_matches, NULL, NULL,
		spam_why_not },
	{ "phishing", VALUE_NONE, true, phishing_matches, NULL,
		"no phishing was found", NULL },
	{ "high-risk", VALUE_NONE, true, NULL, condition_high_risk_mark,
		"no file is of a high-risk kind", NULL },
	{ "file-name", VALUE_GLOB, true, NULL, condition_file_name_mark,
		"no file is called %s", NULL },
	{ "file-type", VALUE_GLOB, true, NULL, condition_file_type_mark,
		"no file is of the type %s", NULL },
	{ "macro", VALUE_NONE, true, NULL, condition_macro_mark,
		"no document has macros", NULL },
	{ "size", VALUE_SIZE, true, size_matches, NULL, NULL, size_why_not },
	{ "header", VALUE_HEADER, true, header_matches, NULL, NULL,
		header_why_not },
	{ "sender", VALUE_GLOB, true, sender_matches, NULL,
		"the sender is not %s", NULL },
	{ "blocked", VALUE_NONE, false, blocked_matches, NULL,
		"the recipient has not blocked the sender", NULL },
	{ "recipient", VALUE_GLOB, false, recipient_matches, NULL,
		"the recipient is not %s", NULL },
	{ "domain", VALUE_GLOB, false, domain_matches, NULL,
		"the domain is not %s", NULL },
	{ "client", VALUE_NETWORK, true, client_matches, NULL,
		"the client is not in %s", NULL },
	{ "recipients", VALUE_COUNT, true, recipients_matches, NULL,
		"it has not more than %s recipients", NULL },
	{ NULL, VALUE_NONE, false, NULL, NULL, NULL, NULL },
};

const struct condition_type *
condition_type_find(const char *name)
{
	const struct condition_type *type;

	for (type = condition_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

/* Does sekishod's log tell of it? */
static bool
is_logged(const struct condition_type *type)
{
	static const char *const names[] = { "high-risk", "file-name",
		"file-type", "header" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(type->name, names[i]) == 0)
			return false;
	return true;
}

bool
condition_is_logged(const struct condition *condition)
{
	bool logged = is_logged(condition->type) &&
		strcmp(condition->type->name, "sender") != 0;
	size_t i;

	for (i = 0; i < condition->child_count; i++)
		logged &= condition_is_logged(&condition->children[i]);
	return logged;
}

bool
condition_matches(const struct condition *condition, struct view *view)
{
	const struct condition_type *type = condition->type;
	unsigned char *kept = &view->kept[condition->slot];
	bool result;

	if (type->same_for_all && *kept != 0)
		return *kept == 2;
	if (view->facts->doubt != DOUBT_NONE && !is_logged(type))
		result = doubt(view);
	else
		result = type->matches != NULL ?
			type->matches(condition, view) :
			type->mark(condition, view, NULL);
	*kept = result ? 2 : 1;
	return result;
}

const char *
condition_why_not(const struct condition *condition, struct view *view)
{
	const char *reason = condition->type->reason, *place;

	if (condition->type->why_not != NULL)
		return condition->type->why_not(condition, view);
	place = strstr(reason, "%s");
	if (place == NULL)
		return reason;
	return pool_printf(view->pool, "%.*s%s%s", (int)(place - reason),
		reason, condition->text, place + 2);
}

bool
condition_mark(const struct condition *condition, const struct view *view,
	bool *parts)
{
	bool asked = condition->type->mark != NULL;
	size_t i;

	if (asked)
		condition->type->mark(condition, view, parts);
	if (strcmp(condition->type->name, "not") == 0)
		return false;
	for (i = 0; i < condition->child_count; i++)
		asked |= condition_mark(&condition->children[i], view, parts);
	return asked;
}

bool
condition_asks(const struct condition *condition, const char *name)
{
	size_t i;

	if (strcmp(condition->type->name, name) == 0)
		return true;
	if (strcmp(condition->type->name, "not") == 0)
		return false;
	for (i = 0; i < condition->child_count; i++)
		if (condition_asks(&condition->children[i], name))
			return true;
	return false;
}

bool
condition_uses(const struct condition *condition, const char *name)
{
	size_t i;

	if (strcmp(condition->type->name, name) == 0)
		return true;
	for (i = 0; i < condition->child_count; i++)
		if (condition_uses(&condition->children[i], name))
			return true;
	return false;
}
