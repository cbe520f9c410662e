/*
 * test-routing.c - what the module leaves for the shipped routers: nothing in
 * it can be expanded, or pose as another recipient (SPEC R12, A4, Q1).
 */
#include "routing.c"

#include <stdlib.h>

#include "test.h"

static char *variables[2];	/* as the ACL sekisho_set has them */
static bool acl_is_there;

/* Exim, as far as routing.c asks it. */
const char *
localscan_expand(const char *expression)
{
	static const char call[] = "${acl{sekisho_set}{";
	const char *second;

	if (strcmp(expression, "$acl_m_sekisho") == 0)
		return variables[0] != NULL ? variables[0] : "";
	if (strcmp(expression, "$acl_m_sekisho_outcomes") == 0)
		return variables[1] != NULL ? variables[1] : "";
	if (!acl_is_there || strncmp(expression, call, strlen(call)) != 0)
		return "";
	expression += strlen(call);
	second = strstr(expression, "}{");
	free(variables[0]);
	free(variables[1]);
	variables[0] = strndup(expression, (size_t)(second - expression));
	variables[1] = strndup(second + 2, strlen(second + 2) - 2);
	return "";
}

static const struct {
	const char *address;
	const char *key;	/* before Base 64 */
} keys[] = {
	{ "alice@example.test", "alice@example.test" },
	{ "Alice@Example.TEST", "Alice@example.test" },
	{ "\"a b\"@x.test", "a b@x.test" },
	{ "\"a\\\"b\\\\\"@x.test", "a\"b\\@x.test" },
	{ "a\\@b@X", "a@b@x" },
	{ "\"a@b\"@C", "a@b@c" },
	{ "${run{x}}@x", "${run{x}}@x" },
	{ "a b=o1@x", "a b=o1@x" },
	{ "関所@x", "関所@x" },
	{ "postmaster", "postmaster" },
	{ "a\\@x", "a\\@x" },
	{ "", "" },
};

static void
test_keys(void)
{
	struct sekisho_buf got, expected;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		test_begin("A4: a recipient as the routers see him");
		sekisho_buf_init(&got, 1000);
		sekisho_buf_init(&expected, 1000);
		sekisho_buf_puts(&got, "");
		sekisho_buf_puts(&expected, "");
		routing_put_key(&got, keys[i].address);
		routing_put_base64(&expected, keys[i].key,
			strlen(keys[i].key));
		test_str(got.data, expected.data);
		test_assert(strpbrk(got.data, " ={}$:") == NULL);
		sekisho_buf_free(&got);
		sekisho_buf_free(&expected);
	}
}

static struct sekisho_outcome outcomes[] = {
	{ SEKISHO_DELIVER, "", "", "", 0 },
	{ SEKISHO_DELIVER, "", "Subject: a\n", "X: b\n", 1 },
	{ SEKISHO_REJECT, "no", "", "", 0 },
	{ SEKISHO_HOLD, "why", "", "", 0 },
};
static const char *recipients[] = { "a@x", "b@x", "c@x", "d@x" };
static const char *held[] = { "", "", "", "H" };
static uint32_t map[] = { 0, 1, 2, 3 };

static struct localscan_change change;
static struct sekisho_message message = {
	.recipients = recipients, .recipient_count = 4,
};
static struct sekisho_plan plan = {
	.outcomes = outcomes, .outcome_count = 4, .recipient_outcome = map,
	.recipient_held = held, .recipient_count = 4,
};

static void
expect(const char *first, const char *second)
{
	struct sekisho_error err = { "" };

	test_int(localscan_routing_set(&change, &err), 0);
	test_str(err.text, "");
	test_str(localscan_expand("$acl_m_sekisho"), first);
	test_str(localscan_expand("$acl_m_sekisho_outcomes"), second);
	free(variables[0]);
	free(variables[1]);
	variables[0] = variables[1] = NULL;
}

static void
test_outcomes(void)
{
	change = (struct localscan_change){ .message = &message,
		.plan = &plan };
	acl_is_there = true;

	test_begin("R12, A4, Q1: who does not simply get the mail as it is");
	expect("YkB4=o1 Y0B4=o2 ZEB4=o3:SA==",
		"o1=deliver:1::U3ViamVjdDogYQo=:WDogYgo= o2=reject:0:bm8=:: "
		"o3=hold:0:d2h5::");
	test_begin("R12: what all have is changed in the mail itself");
	change.same_body = change.same_headers = true;
	expect("Y0B4=o2 ZEB4=o3:SA==", "o2=reject:0:bm8=:: o3=hold:0:d2h5::");
	change.same_headers = false;
	expect("YkB4=o1 Y0B4=o2 ZEB4=o3:SA==",
		"o1=deliver:0::U3ViamVjdDogYQo=:WDogYgo= o2=reject:0:bm8=:: "
		"o3=hold:0:d2h5::");
	change.same_body = false;
	change.same_headers = true;
	expect("YkB4=o1 Y0B4=o2 ZEB4=o3:SA==",
		"o1=deliver:1::: o2=reject:0:bm8=:: o3=hold:0:d2h5::");

	test_begin("R12: an outcome of many recipients is said once");
	map[1] = 2;
	expect("YkB4=o2 Y0B4=o2 ZEB4=o3:SA==",
		"o2=reject:0:bm8=:: o3=hold:0:d2h5::");
	test_begin("issue 10.9: mail to outside: address and field of all");
	outcomes[3].text = "q@x";
	outcomes[3].headers = "H: a\n";
	held[3] = "";
	expect("YkB4=o2 Y0B4=o2 ZEB4=o3",
		"o2=reject:0:bm8=:: o3=hold:0:cUB4::SDogYQo=");
	test_begin("R12: nothing is set where nothing has to be done");
	memset(map, 0, sizeof(map));
	expect("", "");
}

static void
test_missing(void)
{
	struct sekisho_error err = { "" };

	test_begin("O4: without the shipped ACL the mail has to wait");
	acl_is_there = false;
	map[0] = 2;
	test_int(localscan_routing_set(&change, &err), -1);
	test_str(err.text, "the ACL sekisho_set does not set its variables: "
		"include sekisho.acl as shipped");
}

int
main(void)
{
	test_keys();
	test_outcomes();
	test_missing();
	return test_done();
}
