/*
 * test-address.c - whom an entry of approved senders covers (SPEC A1).
 */
#include "address.h"
#include "test.h"

static const struct {
	const char *entry;
	const char *address;
	bool covered;
} cases[] = {
	{ "user01@example.com", "user01@example.com", true },
	{ "User01@Example.COM", "user01@example.com", true },
	{ "user01@example.com", "USER01@EXAMPLE.com", true },
	{ "user01@example.com", "user02@example.com", false },
	{ "user01@example.com", "user01@example.org", false },
	{ "user01@example.com", "xuser01@example.com", false },
	{ "user01@example.com", "user01@example.com.test", false },
	{ "*@example.com", "anybody@example.com", true },
	{ "*@example.com", "anybody@EXAMPLE.com", true },
	{ "*@example.com", "anybody@mail.example.com", false },
	{ "*@example.com", "anybody@notexample.com", false },
	{ "*@example.com", "anybody@example.org", false },
	/* 12: the last "@" ends the local part */
	{ "*@example.com", "\"a@b\"@example.com", true },
	{ "*@example.com", "a@example.com@example.org", false },
	/* 14: a "*" elsewhere is a letter */
	{ "a*@example.com", "ab@example.com", false },
	{ "*@*.com", "a@example.com", false },
	{ "*", "a@example.com", false },
	/* 17: bounces and broken addresses are nobody's */
	{ "*@", "a@", false },
	{ "*@", "", false },
	{ "", "", false },
	{ "a", "a", false },
	{ "a@", "a@", false },
	{ "", "a@example.com", false },
};

/* Address, its local part for Exim, and the rest. */
static const char *const locals[][3] = {
	{ "a.b@c", "a.b", "@c" },
	{ "\"a b\"@c", "a b", "@c" },
	{ "\"a\\\"@\\b\".d@c", "a\"@b.d", "@c" },
	{ "\"\"@c", "", "@c" },
	{ "\"a\\", "a\\", "" },
	{ "", "", "" },
};

static void
test_local(void)
{
	struct sekisho_buf buf;
	const char *rest;
	size_t i;

	test_begin("R12: the local part as Exim has it");
	for (i = 0; i < sizeof(locals) / sizeof(locals[0]); i++) {
		sekisho_buf_init(&buf, 100);
		rest = sekisho_address_local(locals[i][0], &buf);
		test_str(buf.data == NULL ? "" : buf.data, locals[i][1]);
		test_str(rest, locals[i][2]);
		sekisho_buf_free(&buf);
	}
}

int
main(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][40];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "A1: covered case %zu",
			i);
		test_begin(names[i]);
		test_int(sekisho_address_covered(cases[i].entry,
			cases[i].address), cases[i].covered);
	}
	test_begin("A1: the domain of an address");
	test_str(sekisho_address_domain("a@b"), "b");
	test_str(sekisho_address_domain("\"a@b\"@c"), "c");
	test_str(sekisho_address_domain("a@"), "");
	test_str(sekisho_address_domain("a"), "");
	test_str(sekisho_address_domain(""), "");
	test_local();
	return test_done();
}
