/*
 * test-approved.c - what an approved sender may look like (SPEC A1, A7), and
 * how it is written.
 */
#include "approved.h"
#include "suffix.h"
#include "test.h"

static struct pool *pool;

static const struct {
	const char *text;
	const char *canonical;
} accepted[] = {
	{ "user01@example.com", "user01@example.com" },
	{ "*@example.com", "*@example.com" },
	{ "  user01@example.com\r\n", "user01@example.com" },
	/* The domain is folded, the local part is kept. */
	{ "User01@Example.COM", "User01@example.com" },
	{ "*@EXAMPLE.com.", "*@example.com" },
	{ "user@例え.jp", "user@xn--r8jz45g.jp" },
	{ "*@日本語。jp", "*@xn--wgv71a119e.jp" },
	{ "user@ＥＸＡＭＰＬＥ．com", "user@example.com" },
	{ "user@XN--R8JZ45G.jp", "user@xn--r8jz45g.jp" },
	{ "入門@例え.jp", "入門@xn--r8jz45g.jp" },
	{ "a+b=c/d?e@x.example", "a+b=c/d?e@x.example" },
	/* Dots where RFC 5321 has none: providers gave out such addresses. */
	{ ".a..b.@docomo.example", ".a..b.@docomo.example" },
	{ "a@mail_out.example.com", "a@mail_out.example.com" },
	{ "*@sub.example.co.jp", "*@sub.example.co.jp" },
	/* Not a public suffix, although people may have a page there. */
	{ "*@github.io", "*@github.io" },
	{ "someone@co.jp", "someone@co.jp" },
};

static const struct {
	const char *text;
	enum approved_refusal refusal;
} refused[] = {
	{ "", APPROVED_EMPTY },
	{ " \t\r\n", APPROVED_EMPTY },
	{ "*", APPROVED_TOO_WIDE },
	{ "*@*", APPROVED_TOO_WIDE },
	{ "*@*.com", APPROVED_DOMAIN },
	{ "*@com", APPROVED_TOO_WIDE },
	{ "*@JP", APPROVED_TOO_WIDE },
	{ "*@co.jp", APPROVED_TOO_WIDE },
	{ "*@Co.UK.", APPROVED_TOO_WIDE },
	{ "*@localhost", APPROVED_TOO_WIDE },
	{ "*@", APPROVED_DOMAIN },
	{ "@example.com", APPROVED_SYNTAX },
	{ "example.com", APPROVED_SYNTAX },
	{ "user01", APPROVED_SYNTAX },
	{ "**@example.com", APPROVED_SYNTAX },
	{ "a*@example.com", APPROVED_SYNTAX },
	{ "*foo@example.com", APPROVED_SYNTAX },
	{ "a@b@example.com", APPROVED_SYNTAX },
	{ "\"a b\"@example.com", APPROVED_CHARACTERS },
	{ "\"ab\"@example.com", APPROVED_SYNTAX },
	{ "<a@example.com>", APPROVED_SYNTAX },
	{ "A <a@example.com>", APPROVED_CHARACTERS },
	{ "a@example.com,b@example.com", APPROVED_SYNTAX },
	{ "*)(uid=*", APPROVED_SYNTAX },
	{ "*)(uid=*@example.com", APPROVED_SYNTAX },
	{ "a)(uid=b@example.com", APPROVED_SYNTAX },
	{ "a\\2a@example.com", APPROVED_SYNTAX },
	{ "a@exam ple.com", APPROVED_CHARACTERS },
	{ "a@example.com\nb@example.com", APPROVED_CHARACTERS },
	{ "a\x01@example.com", APPROVED_CHARACTERS },
	{ "a\xc2\xa0@example.com", APPROVED_CHARACTERS },
	{ "a\xe3\x80\x80" "b@example.com", APPROVED_CHARACTERS },
	{ "a\xe2\x80\xae@example.com", APPROVED_CHARACTERS },
	{ "\xff@example.com", APPROVED_CHARACTERS },
	{ "a@ex\xe4mple.com", APPROVED_CHARACTERS },
	{ "a@localhost", APPROVED_DOMAIN },
	{ "a@.example.com", APPROVED_DOMAIN },
	{ "a@example..com", APPROVED_DOMAIN },
	{ "a@-example.com", APPROVED_DOMAIN },
	{ "a@example-.com", APPROVED_DOMAIN },
	{ "a@exa(mple).com", APPROVED_DOMAIN },
	{ "a@xn--zzzzzz.jp", APPROVED_DOMAIN },
	{ "a@[192.0.2.1]", APPROVED_DOMAIN },
	{ "a@192.0.2.1", APPROVED_DOMAIN },
};

static void
test_accepted(void)
{
	struct sekisho_error err;
	const char *canonical;
	size_t i;

	/* complaint A8 */
	test_begin("A1: an address or *@domain, written in one way");
	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		canonical = "refused";
		if (approved_canonical(accepted[i].text, pool, &canonical,
		    &err) != APPROVED_OK)
			printf("# %s: %s\n", accepted[i].text, err.text);
		test_str(canonical, accepted[i].canonical);
	}
}

static void
test_refused(void)
{
	enum approved_refusal refusal;
	struct sekisho_error err;
	const char *canonical;
	size_t i;

	/* complaint A4 */
	test_begin("A7: what approves too much or is none, with a reason");
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		err.text[0] = '\0';
		refusal = approved_canonical(refused[i].text, pool,
			&canonical, &err);
		if (refusal != refused[i].refusal)
			printf("# \"%s\"\n", refused[i].text);
		test_str(approved_refusal_word(refusal),
			approved_refusal_word(refused[i].refusal));
		test_assert(*err.text != '\0');
	}
	approved_canonical("*@co.jp", pool, &canonical, &err);
	test_str(err.text, "*@co.jp would approve everybody below \"co.jp\"; "
		"name the domain of one sender");
}

/* count letters, then the rest. */
static enum approved_refusal
long_entry(size_t count, const char *rest)
{
	char *text = pool_alloc(pool, count + strlen(rest) + 1);
	struct sekisho_error err;
	const char *canonical;

	memset(text, 'a', count);
	memcpy(text + count, rest, strlen(rest));
	return approved_canonical(text, pool, &canonical, &err);
}

static void
test_long(void)
{
	test_begin("A7: entries that are too long");
	test_int(long_entry(64, "@example.com"), APPROVED_OK);
	test_int(long_entry(65, "@example.com"), APPROVED_TOO_LONG);
	test_int(long_entry(10000, "@example.com"), APPROVED_TOO_LONG);
	test_int(long_entry(10000000, ""), APPROVED_TOO_LONG);
	test_int(long_entry(1, "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaa.com"), APPROVED_DOMAIN);
}

static void
test_keys(void)
{
	const char *keys[APPROVED_KEYS_MAX];

	/* complaint A8 */
	test_begin("A1: the entries that approve a sender");
	test_int((long long)approved_keys("Friend@Partner.test", pool, keys),
		2);
	test_str(keys[0], "Friend@partner.test");
	test_str(keys[1], "*@partner.test");
	test_int((long long)approved_keys("x@例え.jp", pool, keys), 2);
	test_str(keys[1], "*@xn--r8jz45g.jp");
	/* Its domain can be approved, itself cannot. */
	test_int((long long)approved_keys("\"a b\"@partner.test", pool, keys),
		1);
	test_str(keys[0], "*@partner.test");
	test_int((long long)approved_keys("a@[192.0.2.1]", pool, keys), 0);
	test_int((long long)approved_keys("postmaster", pool, keys), 0);
	test_int((long long)approved_keys("", pool, keys), 0);
}

static void
test_suffix(void)
{
	test_begin("public suffixes");
	test_assert(suffix_is_public("com"));
	test_assert(suffix_is_public("co.jp"));
	test_assert(!suffix_is_public("example.co.jp"));
	test_assert(!suffix_is_public("github.io"));
	test_str(suffix_organisation("a.b.example.co.jp"), "example.co.jp");
	test_str(suffix_organisation("a.github.io"), "a.github.io");
	test_str(suffix_organisation("co.jp"), "co.jp");
}

int
main(void)
{
	pool = pool_new();
	test_accepted();
	test_refused();
	test_long();
	test_keys();
	test_suffix();
	test_begin("entries compare without regard to case");
	test_assert(approved_equal("A@b.test", "a@B.test"));
	test_assert(!approved_equal("a@b.test", "a@b.tes"));
	pool_free(pool);
	return test_done();
}
