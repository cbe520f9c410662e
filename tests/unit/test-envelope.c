/*
 * test-envelope.c - one address, however it is quoted (SPEC A4, Q1, R11).
 */
#include "envelope.h"
#include "test.h"

static const struct {
	const char *address;
	const char *expected;
} cases[] = {
	{ "alice@example.com", "alice@example.com" },
	{ "\"alice\"@example.com", "alice@example.com" },
	{ "\"al\\ice\"@example.com", "alice@example.com" },
	{ "\"al\"ice@example.com", "alice@example.com" },
	{ "\"alice\".\"b\"@example.com", "alice.b@example.com" },
	{ "\"Alice\"@EXAMPLE.com", "Alice@EXAMPLE.com" },
	{ "\".a..b.\"@example.com", ".a..b.@example.com" },
	{ "\"a*b{}~\"@example.com", "a*b{}~@example.com" },
	{ "\"\xe9\x96\xa2\"@example.com", "\xe9\x96\xa2@example.com" },
	/* 9: quotes that are needed, and one way to write them */
	{ "\"a b\"@example.com", "\"a b\"@example.com" },
	{ "\"a@b\"@example.com", "\"a@b\"@example.com" },
	{ "\"\\a\\ b\"@example.com", "\"a b\"@example.com" },
	{ "\"a\\\"\\\\\"@example.com", "\"a\\\"\\\\\"@example.com" },
	{ "a\\@b@example.com", "\"a@b\"@example.com" },
	{ "\"\"@example.com", "\"\"@example.com" },
	{ "\"\\\"@example.com", "\"\\\"\"@example.com" },
	/* 16: what is no address stays what it is */
	{ "", "" },
	{ "\"alice\"", "\"alice\"" },
	{ "@example.com", "@example.com" },
	{ "a@\"example.com", "a@\"example.com" },
};

int
main(void)
{
	struct pool *pool = pool_new();
	const char *recipients[] = { "\"b\"@example.com", "c@example.com" };
	struct sekisho_message message = { .sender = "\"a\"@example.com",
		.recipients = recipients, .recipient_count = 2 };
	char name[60];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(name, sizeof(name), "Q1: quotes case %zu", i);
		test_begin(name);
		test_str(envelope_address(cases[i].address, pool),
			cases[i].expected);
	}
	test_begin("R11, A4: sender and recipients of a message");
	envelope_addresses(&message, pool);
	test_str(message.sender, "a@example.com");
	test_str(recipients[0], "b@example.com");
	test_str(recipients[1], "c@example.com");
	pool_free(pool);
	return test_done();
}
