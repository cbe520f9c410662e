/*
 * action.c - what the actions of a rule make of an outcome.
 *
 * The table in the middle is the whole vocabulary: a new action is a row there,
 * a function here and in action_read.c, an element in policy.rng and a
 * paragraph in sekisho-policy(5).
 */
#include <string.h>

#include "action_private.h"

#define TEXT_MAX (64u << 10)	/* bytes of a stamp, of a list of names */

/* How grave a fate is among rules of one class. */
static const int gravity[SEKISHO_FATES] = {
	[SEKISHO_DELIVER] = 0,
	[SEKISHO_HOLD] = 1,
	[SEKISHO_REJECT] = 2,
	[SEKISHO_DELETE] = 3,
};

/* The first rule of the highest class and the gravest fate wins (SPEC R12). */
static void
effect_fate(struct effect *effect, enum sekisho_fate fate, const char *text)
{
	int weight = (int)effect->rule->class * 10 + gravity[fate];

	if (weight <= effect->weight)
		return;
	effect->weight = weight;
	effect->outcome->fate = fate;
	effect->outcome->fate_rule = effect->rule->id;
	effect->outcome->fate_name = effect->rule->name;
	effect->outcome->text = text;
	effect->outcome->quarantine = "";
}

/*
 * In whose quarantine is it held? Only people of this site have one; mail that
 * goes out is held in that of the policy. NULL: nobody's. It is one message
 * for all recipients outside, who stand in one header field.
 */
static const char *
effect_quarantine(const struct effect *effect)
{
	const struct sekisho_message *message = effect->view->facts->message;
	const char *address = effect->view->section->outbound_quarantine;

	if (effect->here)
		return "";
	return message->inside && *address != '\0' &&
		message->recipient_count <= SEKISHO_HELD_RECIPIENTS_MAX ?
		address : NULL;
}

static void
effect_hold(struct effect *effect)
{
	const char *quarantine = effect_quarantine(effect);
	static const enum sekisho_held_class classes[CLASSES] = {
		[CLASS_SPAM] = SEKISHO_HELD_SPAM,
		[CLASS_CONTENT] = SEKISHO_HELD_CONTENT,
		[CLASS_VIRUS] = SEKISHO_HELD_VIRUS,
	};

	if (quarantine == NULL) {
		effect_fate(effect, SEKISHO_REJECT, ACTION_REJECT_TEXT);
		return;
	}
	effect_fate(effect, SEKISHO_HOLD, "");
	if (effect->outcome->fate_rule != effect->rule->id)
		return;
	effect->outcome->held_class = classes[effect->rule->class];
	effect->outcome->quarantine = quarantine;
}

static void
effect_otherwise(struct effect *effect, const struct action *action)
{
	if (action->otherwise == SEKISHO_HOLD)
		effect_hold(effect);
	else
		effect_fate(effect, action->otherwise,
			action->otherwise == SEKISHO_REJECT ?
			ACTION_REJECT_TEXT : "");
}

static void
effect_edit(struct effect *effect, enum edit_kind kind, uint32_t part,
	const char *text)
{
	struct edit_list *edits = &effect->outcome->edits;
	struct edit *edit = pool_append(effect->view->pool, &edits->edits,
		&edits->count, sizeof(*edit));

	edit->kind = kind;
	edit->part = part;
	edit->text = text;
}

/* What to call a part when a text needs a name. */
static const char *
part_name(const struct part *part, uint32_t index)
{
	if (*part->filename != '\0')
		return part->filename;
	if (index == 0)
		return "message";
	if (strstr(part->type, "pkcs7-mime") != NULL)
		return "smime.p7m";
	if (strcmp(part->type, "multipart/encrypted") == 0 ||
	    strncmp(part->type, "application/pgp", 15) == 0)
		return "encrypted.asc";
	if (!part->attachment && strncmp(part->type, "text/", 5) == 0)
		return "message body";
	return part->type;
}

/* Replaces {FILENAME} and {VIRUSNAME}; a value never makes a placeholder. */
static const char *
text_expand(struct pool *pool, const char *text, const char *file,
	const char *virus)
{
	struct sekisho_buf buf;
	const char *copy;
	size_t len;

	sekisho_buf_init(&buf, TEXT_MAX);
	while (*text != '\0') {
		if (strncmp(text, "{FILENAME}", 10) == 0) {
			sekisho_buf_puts(&buf, file);
			text += 10;
		} else if (strncmp(text, "{VIRUSNAME}", 11) == 0) {
			sekisho_buf_puts(&buf, virus);
			text += 11;
		} else {
			len = 1 + strcspn(text + 1, "{");
			sekisho_buf_add(&buf, text, len);
			text += len;
		}
	}
	copy = pool_strdup(pool, buf.data != NULL ? buf.data : "");
	sekisho_buf_free(&buf);
	return copy;
}

#define NAMES_MAX 100u		/* of viruses or infected files */

/* A list of different names, and how many. */
struct names {
	struct pool *pool;
	const char *text;	/* "A, B" */
	const char **list;
	size_t count;
};

static bool
names_add(struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return false;
	if (names->count == NAMES_MAX)
		return false;
	*(const char **)pool_append(names->pool, &names->list, &names->count,
		sizeof(char *)) = name;
	names->text = names->count == 1 ? name : strlen(names->text) < 4096 ?
		pool_printf(names->pool, "%s, %s", names->text, name) :
		names->text;
	return true;
}

/* The viruses of a part; of all parts when part is NULL. */
static const char *
virus_names(const struct view *view, const uint32_t *part)
{
	const struct inspection *in = view->facts->inspection;
	struct names names = { .pool = view->pool, .text = "" };
	size_t i;

	for (i = 0; i < in->finding_count; i++)
		if (in->findings[i].kind == FINDING_VIRUS &&
		    (part == NULL || in->findings[i].part == *part))
			names_add(&names, in->findings[i].name);
	return names.text;
}

static const char *
file_name(const struct view *view, const struct finding *finding)
{
	const char *name = part_name(
		&view->facts->inspection->parts[finding->part], finding->part);

	if (finding->part == 0)
		name = "message body";
	if (*finding->member == '\0')
		return name;
	return pool_printf(view->pool, "%s/%s", name, finding->member);
}

/* The infected files in a part that is an archive: "a.zip/b.com", or "". */
static const char *
member_names(const struct view *view, uint32_t part)
{
	const struct inspection *in = view->facts->inspection;
	struct names names = { .pool = view->pool, .text = "" };
	size_t i;

	for (i = 0; i < in->finding_count; i++)
		if (in->findings[i].kind == FINDING_VIRUS &&
		    in->findings[i].part == part &&
		    *in->findings[i].member != '\0')
			names_add(&names, file_name(view, &in->findings[i]));
	return names.text;
}

/* What stands in the place of an infected part, or of a member of it. */
static void
effect_clean(struct effect *effect, const struct action *action,
	uint32_t part)
{
	const struct view *view = effect->view;
	const struct edit_list *edits = &effect->outcome->edits;
	const char *viruses = virus_names(view, &part);
	const char *members = member_names(view, part);

	effect_edit(effect, EDIT_CLEAN, part, text_expand(view->pool,
		action->text, part_name(&view->facts->inspection->parts[part],
		part), viruses));
	edits->edits[edits->count - 1].member_text = *members == '\0' ? "" :
		text_expand(view->pool, action->text, members, viruses);
}

static void
apply_nothing(const struct action *action, struct effect *effect)
{
}

static void
apply_deliver(const struct action *action, struct effect *effect)
{
	effect_fate(effect, SEKISHO_DELIVER, "");
}

static void
apply_delete(const struct action *action, struct effect *effect)
{
	effect_fate(effect, SEKISHO_DELETE, "");
}

static void
apply_reject(const struct action *action, struct effect *effect)
{
	effect_fate(effect, SEKISHO_REJECT, action->text);
}

static void
apply_quarantine(const struct action *action, struct effect *effect)
{
	effect_hold(effect);
}

/* Every virus or none: half a cleaning would deliver the other half. */
static bool
all_cleanable(const struct inspection *in)
{
	size_t i;

	for (i = 0; i < in->finding_count; i++)
		if (in->findings[i].kind == FINDING_VIRUS &&
		    (!in->findings[i].cleanable || in->findings[i].part == 0))
			return false;
	return true;
}

static void
apply_clean(const struct action *action, struct effect *effect)
{
	const struct view *view = effect->view;
	const struct inspection *in = view->facts->inspection;
	bool *done = pool_array(view->pool, in->part_count, sizeof(bool));
	uint32_t part;
	size_t i;

	if (!all_cleanable(in)) {
		effect_otherwise(effect, action);
		return;
	}
	for (i = 0; i < in->finding_count; i++) {
		part = in->findings[i].part;
		if (in->findings[i].kind != FINDING_VIRUS || done[part])
			continue;
		done[part] = true;
		effect_clean(effect, action, part);
	}
	effect_fate(effect, SEKISHO_DELIVER, "");
}

static void
apply_remove(const struct action *action, struct effect *effect)
{
	const struct inspection *in = effect->view->facts->inspection;
	uint32_t i;

	/* A signed or encrypted part is as it is, or it is nothing. */
	for (i = 0; i < in->part_count; i++)
		if (effect->parts[i] && (i == 0 || in->parts[i].sealed)) {
			effect_otherwise(effect, action);
			return;
		}
	for (i = 1; i < in->part_count; i++)
		if (effect->parts[i])
			effect_edit(effect, EDIT_REMOVE, i,
				text_expand(effect->view->pool, action->text,
				part_name(&in->parts[i], i), ""));
}

static void
apply_stamp(const struct action *action, struct effect *effect)
{
	const struct inspection *in = effect->view->facts->inspection;
	uint32_t i;

	if (strstr(action->text, "{FILENAME}") == NULL) {
		effect_edit(effect, EDIT_STAMP, 0, action->text);
		return;
	}
	for (i = 0; i < in->part_count; i++)
		if (effect->parts[i])
			effect_edit(effect, EDIT_STAMP, 0,
				text_expand(effect->view->pool, action->text,
				part_name(&in->parts[i], i), ""));
}

static void
apply_tag(const struct action *action, struct effect *effect)
{
	struct decision_outcome *outcome = effect->outcome;
	size_t i;

	for (i = 0; i < outcome->tag_count; i++)
		if (strcmp(outcome->tags[i], action->text) == 0)
			return;
	*(const char **)pool_append(effect->view->pool, &outcome->tags,
		&outcome->tag_count, sizeof(char *)) = action->text;
}

static void
apply_header(const struct action *action, struct effect *effect)
{
	struct decision_outcome *outcome = effect->outcome;
	struct decision_header *header;
	size_t i;

	for (i = 0; i < outcome->header_count; i++)
		if (strcmp(outcome->headers[i].name, action->name) == 0 &&
		    strcmp(outcome->headers[i].value, action->text) == 0)
			return;
	header = pool_append(effect->view->pool, &outcome->headers,
		&outcome->header_count, sizeof(*header));
	header->name = action->name;
	header->value = action->text;
}

const struct action_type action_types[] = {
	{ "deliver", { NULL }, true, action_read_none, apply_deliver },
	{ "delete", { NULL }, true, action_read_none, apply_delete },
	{ "reject", { "?text", NULL }, true, action_read_reject,
		apply_reject },
	{ "quarantine", { NULL }, true, action_read_none, apply_quarantine },
	{ "clean", { "?otherwise", "?text", NULL }, true, action_read_clean,
		apply_clean },
	{ "remove-attachment", { "?otherwise", "?text", NULL }, false,
		action_read_remove, apply_remove },
	{ "stamp", { "?text", NULL }, false, action_read_stamp, apply_stamp },
	{ "tag-subject", { "text", NULL }, false, action_read_tag, apply_tag },
	{ "add-header", { "name", "value", NULL }, false, action_read_header,
		apply_header },
	{ "notify", { "who", "template", NULL }, false, action_read_notify,
		apply_nothing },
	{ "log", { NULL }, false, action_read_none, apply_nothing },
	{ NULL, { NULL }, false, NULL, NULL },
};

bool
action_notifies(const struct action *action)
{
	return strcmp(action->type->name, "notify") == 0;
}

/*
 * The parts that a rule means: those that its conditions found, or every
 * attachment when it asks about none.
 */
static bool *
rule_parts(const struct view *view, const struct rule *rule)
{
	const struct inspection *in = view->facts->inspection;
	bool *parts = pool_array(view->pool, in->part_count, sizeof(bool));
	size_t i;

	if (!condition_mark(&rule->when, view, parts))
		for (i = 0; i < in->part_count; i++)
			parts[i] = in->parts[i].attachment;
	return parts;
}

void
action_apply_rule(struct effect *effect, const struct rule *rule)
{
	struct decision_outcome *outcome = effect->outcome;
	size_t i;

	effect->rule = rule;
	effect->parts = rule_parts(effect->view, rule);
	*(const char **)pool_append(effect->view->pool, &outcome->rules,
		&outcome->rule_count, sizeof(char *)) = rule->id;
	for (i = 0; i < rule->action_count; i++)
		rule->actions[i].type->apply(&rule->actions[i], effect);
}

static bool
has_edit(const struct edit_list *edits, enum edit_kind kind, uint32_t part)
{
	size_t i;

	for (i = 0; i < edits->count; i++)
		if (edits->edits[i].kind == kind &&
		    edits->edits[i].part == part)
			return true;
	return false;
}

/* Several rules may change one part: removed is removed, once is enough. */
static void
merge_edits(struct edit_list *edits, size_t part_count, struct pool *pool)
{
	bool *removed = pool_array(pool, part_count, sizeof(bool));
	bool *done = pool_array(pool, part_count, sizeof(bool));
	const struct edit *edit;
	size_t i, kept = 0;

	for (i = 0; i < edits->count; i++)
		if (edits->edits[i].kind == EDIT_REMOVE)
			removed[edits->edits[i].part] = true;
	for (i = 0; i < edits->count; i++) {
		edit = &edits->edits[i];
		if (edit->kind == EDIT_CLEAN && removed[edit->part])
			continue;
		if (edit->kind != EDIT_STAMP && done[edit->part])
			continue;
		done[edit->part] |= edit->kind != EDIT_STAMP;
		edits->edits[kept++] = *edit;
	}
	edits->count = kept;
}

/* SPEC N1: what was really done with an infected file. */
static const char *
action_word(const struct decision_outcome *outcome, uint32_t part)
{
	static const char *const words[SEKISHO_FATES] = {
		[SEKISHO_DELIVER] = "Pass; ",
		[SEKISHO_DELETE] = "Delete; ",
		[SEKISHO_REJECT] = "Reject; ",
		[SEKISHO_HOLD] = "Quarantine; ",
	};
	const struct edit_list *edits = &outcome->edits;

	if (has_edit(edits, EDIT_CLEAN, part))
		return "Clean; ";
	if (has_edit(edits, EDIT_REMOVE, part))
		return "Delete; ";
	return words[outcome->fate];
}

static void
describe_viruses(struct effect *effect, bool notified)
{
	const struct view *view = effect->view;
	const struct inspection *in = view->facts->inspection;
	struct decision_outcome *outcome = effect->outcome;
	struct names files = { .pool = view->pool, .text = "" };
	struct sekisho_buf actions;
	size_t i;

	sekisho_buf_init(&actions, TEXT_MAX);
	for (i = 0; i < in->finding_count; i++)
		if (in->findings[i].kind == FINDING_VIRUS &&
		    names_add(&files, file_name(view, &in->findings[i])))
			sekisho_buf_puts(&actions,
				action_word(outcome, in->findings[i].part));
	if (notified)
		sekisho_buf_puts(&actions, "Notify; ");
	outcome->virus_names = virus_names(view, NULL);
	outcome->virus_files = files.text;
	outcome->actions = actions.len == 0 ? "" :
		pool_strndup(view->pool, actions.data, actions.len - 1);
	sekisho_buf_free(&actions);
}

void
action_finish(struct effect *effect, bool notified)
{
	struct decision_outcome *outcome = effect->outcome;

	/* SPEC Q9 is about the mail, whichever rule came first. */
	if (inspection_has(effect->view->facts->inspection, FINDING_VIRUS))
		outcome->held_class = SEKISHO_HELD_VIRUS;
	if (outcome->fate != SEKISHO_DELIVER) {
		outcome->tag_count = outcome->header_count = 0;
		outcome->edits.count = 0;
	}
	merge_edits(&outcome->edits,
		effect->view->facts->inspection->part_count,
		effect->view->pool);
	describe_viruses(effect, notified);
}
