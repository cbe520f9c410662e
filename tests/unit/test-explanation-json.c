/*
 * test-explanation-json.c - the same explanation as one JSON object
 * (SPEC O2).
 */
#include <json-c/json.h>

#include "examination.h"
#include "explanation.h"
#include "test.h"

/* The object, read again; NULL when it is no JSON. */
static struct json_object *
explain(const struct examination *ex)
{
	struct json_object *root;
	struct sekisho_buf out;

	sekisho_buf_init(&out, 65536);
	explanation_json(ex, &out);
	test_assert(out.len > 2 && out.data[out.len - 1] == '\n');
	root = json_tokener_parse(out.data);
	test_assert(root != NULL);
	sekisho_buf_free(&out);
	return root;
}

/* The member at a path like "plans.0.fate", as text. */
static const char *
at(struct json_object *object, const char *path)
{
	char name[40];
	size_t len;

	for (; object != NULL && *path != '\0';
	     path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object,
				(size_t)atoi(name));
		else
			object = json_object_object_get(object, name);
	}
	return object == NULL ? "(none)" : json_object_get_string(object);
}

static const char *const facts[][2] = {
	{ "size", "4321" },
	{ "sender", "mallory@example.org" },
	{ "from", "mallory@example.org" },
	{ "subject", "hello" },
	{ "inside", "false" },
	{ "spam_score", "65" },
	{ "parts.0.path", "1" },
	{ "parts.1.true_type", "application/x-dosexec" },
	{ "parts.1.file", "請求 書.exe" },
	{ "parts.1.size", "68" },
	{ "parts.2", "(none)" },
	{ "findings.0.kind", "virus" },
	{ "findings.0.name", "Win.Test" },
	{ "findings.0.part", "2" },
	{ "findings.0.member", "a b.exe" },
	{ "findings.0.cleanable", "true" },
	{ "rules.0.rule", "V" },
	{ "rules.0.recipient", "alice@example.test" },
	{ "rules.0.fired", "true" },
	{ "rules.0.reason", "(none)" },
	{ "rules.3.rule", "D" },
	{ "rules.3.fired", "false" },
	{ "rules.3.reason", "the recipient is not carol@*" },
	{ "plans.0.recipient", "alice@example.test" },
	{ "plans.0.fate", "deliver" },
	{ "plans.0.rules.1", "S" },
	{ "plans.0.tags.0", "[SPAM]" },
	{ "plans.2.fate", "delete" },
	{ "plans.2.text", "(none)" },
	{ "plans.3.fate", "reject" },
	{ "plans.3.text", "5.7.1 not to Dave" },
	{ "plans.4.approved", "true" },
	{ "plans.4.blocked", "false" },
	{ "plans.4.tags.0", "(none)" },
	{ "notices.0.to", "alice@example.test" },
	{ "notices.0.template", "virus" },
	{ "notices.0.rule", "V" },
};

int
main(void)
{
	static const char *recipients[] = { "\xe4\"\n@example.test" };
	struct json_object *root;
	struct sample sample;
	size_t i;

	test_begin("O2: the same facts in JSON");
	sample_make(&sample, examination_rules, "defer");
	root = explain(&sample.ex);
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		test_str(at(root, facts[i][0]), facts[i][1]);
	json_object_put(root);

	test_begin("O2: JSON is UTF-8, whatever bytes an address has");
	sample.message.sender = "\xff@\xe9\x96";
	sample.message.recipients = recipients;
	sample.message.recipient_count = 1;
	sample_decide(&sample);
	root = explain(&sample.ex);
	test_str(at(root, "sender"), "\xef\xbf\xbd@\xef\xbf\xbd\xef\xbf\xbd");
	test_str(at(root, "plans.0.recipient"),
		"\xef\xbf\xbd\"\n@example.test");
	json_object_put(root);
	sample_free(&sample);
	return test_done();
}
