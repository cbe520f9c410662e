/*
 * explanation_json.c - why a message was treated as it was, as one JSON object.
 */
#include <string.h>

#include <json-c/json.h>

#include "charset.h"
#include "explanation.h"

static void
add_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static void
add_flag(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static void
add_size(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key,
		json_object_new_int64((int64_t)value));
}

/* Adds an empty array of that name and returns it. */
static struct json_object *
add_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_new_array();

	json_object_object_add(object, key, array);
	return array;
}

static struct json_object *
array_object(struct json_object *array)
{
	struct json_object *object = json_object_new_object();

	json_object_array_add(array, object);
	return object;
}

static void
json_inspection(const struct examination *ex, struct json_object *root)
{
	struct json_object *array = add_array(root, "parts"), *o;
	const struct inspection *in = &ex->inspection;
	size_t i;

	for (i = 1; i < in->part_count; i++) {
		o = array_object(array);
		add_text(o, "path", in->parts[i].path);
		add_text(o, "type", in->parts[i].type);
		add_text(o, "true_type", in->parts[i].true_type);
		add_size(o, "size", in->parts[i].size);
		add_text(o, "file", in->parts[i].filename);
	}
	array = add_array(root, "findings");
	for (i = 0; i < in->finding_count; i++) {
		o = array_object(array);
		add_text(o, "kind", finding_kind_name(in->findings[i].kind));
		add_text(o, "name", in->findings[i].name);
		add_text(o, "part", in->parts[in->findings[i].part].path);
		add_text(o, "file", in->parts[in->findings[i].part].filename);
		add_text(o, "member", in->findings[i].member);
		add_flag(o, "cleanable", in->findings[i].cleanable);
	}
}

static void
json_rules(const struct examination *ex, struct json_object *root)
{
	struct json_object *array = add_array(root, "rules"), *o;
	const struct trace_line *line;
	size_t i;

	for (i = 0; i < ex->trace->count; i++) {
		line = &ex->trace->lines[i];
		o = array_object(array);
		add_text(o, "rule", line->rule);
		add_text(o, "recipient", line->recipient);
		add_flag(o, "fired", line->fired);
		if (!line->fired)
			add_text(o, "reason", line->reason);
	}
}

static void
json_plans(const struct examination *ex, struct json_object *root)
{
	struct json_object *array = add_array(root, "plans"), *o, *list;
	const struct decision *decision = ex->decision;
	const struct decision_outcome *outcome;
	size_t i, k;

	for (i = 0; i < ex->message->recipient_count; i++) {
		outcome = &decision->outcomes[decision->recipient_outcome[i]];
		o = array_object(array);
		add_text(o, "recipient", ex->message->recipients[i]);
		add_flag(o, "approved", ex->opinions[i] == OPINION_APPROVED);
		add_flag(o, "blocked", ex->opinions[i] == OPINION_BLOCKED);
		add_text(o, "fate", decision->defer ? "defer" :
			sekisho_fate_name(outcome->fate));
		list = add_array(o, "rules");
		for (k = 0; k < outcome->rule_count; k++)
			json_object_array_add(list,
				json_object_new_string(outcome->rules[k]));
		list = add_array(o, "tags");
		for (k = 0; k < outcome->tag_count; k++)
			json_object_array_add(list,
				json_object_new_string(outcome->tags[k]));
		list = add_array(o, "changes");
		for (k = 0; k < outcome->edits.count; k++)
			json_object_array_add(list, json_object_new_string(
				outcome->edits.edits[k].text));
		if (outcome->fate == SEKISHO_REJECT)
			add_text(o, "text", outcome->text);
	}
}

static void
json_senders(const struct examination *ex, struct json_object *root)
{
	struct json_object *array = add_array(root, "senders"), *o;
	size_t i;

	for (i = 0; i < ex->approval.sender_count; i++) {
		o = array_object(array);
		add_text(o, "address", ex->approval.senders[i].address);
		add_flag(o, "counts", ex->approval.senders[i].counts);
		add_text(o, "reason", ex->approval.senders[i].reason);
	}
}

static void
json_notices(const struct examination *ex, struct json_object *root)
{
	struct json_object *array = add_array(root, "notices"), *o;
	size_t i;

	for (i = 0; i < ex->decision->notice_count; i++) {
		o = array_object(array);
		add_text(o, "to", ex->decision->notices[i].recipient);
		add_text(o, "template", ex->decision->notices[i].template);
		add_text(o, "rule", ex->decision->notices[i].rule);
	}
}

/* JSON is UTF-8 (RFC 8259 section 8.1); addresses are any bytes. */
static void
add_utf8(struct sekisho_buf *out, const char *text)
{
	size_t len = strlen(text), n;

	for (; len > 0; text += n, len -= n) {
		n = charset_utf8_next(text, len, NULL);
		sekisho_buf_add(out, n > 0 ? text : "\xef\xbf\xbd",
			n > 0 ? n : 3);
		n += n == 0;
	}
}

void
explanation_json(const struct examination *ex, struct sekisho_buf *out)
{
	struct json_object *root = json_object_new_object();

	add_size(root, "size", ex->size);
	add_text(root, "sender", ex->message->sender);
	add_text(root, "from", ex->inspection.from);
	add_text(root, "subject", ex->inspection.subject);
	add_flag(root, "inside", ex->message->inside);
	add_text(root, "spam_score", ex->message->spam_score);
	json_inspection(ex, root);
	json_senders(ex, root);
	json_rules(ex, root);
	json_plans(ex, root);
	json_notices(ex, root);
	add_utf8(out, json_object_to_json_string_ext(root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	sekisho_buf_puts(out, "\n");
	json_object_put(root);
}
