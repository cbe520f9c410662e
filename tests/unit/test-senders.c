/*
 * test-senders.c - what an entry of a list may look like (SPEC A1, A7), and
 * how it is written.
 */
#include "senders.h"
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
	enum senders_refusal refusal;
} refused[] = {
	{ "", SENDERS_EMPTY },
	{ " \t\r\n", SENDERS_EMPTY },
	{ "*", SENDERS_TOO_WIDE },
	{ "*@*", SENDERS_TOO_WIDE },
	{ "*@*.com", SENDERS_DOMAIN },
	{ "*@com", SENDERS_TOO_WIDE },
	{ "*@JP", SENDERS_TOO_WIDE },
	{ "*@co.jp", SENDERS_TOO_WIDE },
	{ "*@Co.UK.", SENDERS_TOO_WIDE },
	{ "*@localhost", SENDERS_TOO_WIDE },
	{ "*@", SENDERS_DOMAIN },
	{ "@example.com", SENDERS_SYNTAX },
	{ "example.com", SENDERS_SYNTAX },
	{ "user01", SENDERS_SYNTAX },
	{ "**@example.com", SENDERS_SYNTAX },
	{ "a*@example.com", SENDERS_SYNTAX },
	{ "*foo@example.com", SENDERS_SYNTAX },
	{ "a@b@example.com", SENDERS_SYNTAX },
	{ "\"a b\"@example.com", SENDERS_CHARACTERS },
	{ "\"ab\"@example.com", SENDERS_SYNTAX },
	{ "<a@example.com>", SENDERS_SYNTAX },
	{ "A <a@example.com>", SENDERS_CHARACTERS },
	{ "a@example.com,b@example.com", SENDERS_SYNTAX },
	{ "*)(uid=*", SENDERS_SYNTAX },
	{ "*)(uid=*@example.com", SENDERS_SYNTAX },
	{ "a)(uid=b@example.com", SENDERS_SYNTAX },
	{ "a\\2a@example.com", SENDERS_SYNTAX },
	{ "a@exam ple.com", SENDERS_CHARACTERS },
	{ "a@example.com\nb@example.com", SENDERS_CHARACTERS },
	{ "a\x01@example.com", SENDERS_CHARACTERS },
	{ "a\xc2\xa0@example.com", SENDERS_CHARACTERS },
	{ "a\xe3\x80\x80" "b@example.com", SENDERS_CHARACTERS },
	{ "a\xe2\x80\xae@example.com", SENDERS_CHARACTERS },
	{ "\xff@example.com", SENDERS_CHARACTERS },
	{ "a@ex\xe4mple.com", SENDERS_CHARACTERS },
	{ "a@localhost", SENDERS_DOMAIN },
	{ "a@.example.com", SENDERS_DOMAIN },
	{ "a@example..com", SENDERS_DOMAIN },
	{ "a@-example.com", SENDERS_DOMAIN },
	{ "a@example-.com", SENDERS_DOMAIN },
	{ "a@exa(mple).com", SENDERS_DOMAIN },
	{ "a@xn--zzzzzz.jp", SENDERS_DOMAIN },
	{ "a@[192.0.2.1]", SENDERS_DOMAIN },
	{ "a@192.0.2.1", SENDERS_DOMAIN },
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
		if (senders_canonical(accepted[i].text, pool, &canonical,
		    &err) != SENDERS_OK)
			printf("# %s: %s\n", accepted[i].text, err.text);
		test_str(canonical, accepted[i].canonical);
	}
}

static void
test_refused(void)
{
	enum senders_refusal refusal;
	struct sekisho_error err;
	const char *canonical;
	size_t i;

	/* complaint A4 */
	test_begin("A7: what approves too much or is none, with a reason");
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		err.text[0] = '\0';
		refusal = senders_canonical(refused[i].text, pool,
			&canonical, &err);
		if (refusal != refused[i].refusal)
			printf("# \"%s\"\n", refused[i].text);
		test_str(senders_refusal_word(refusal),
			senders_refusal_word(refused[i].refusal));
		test_assert(*err.text != '\0');
	}
	senders_canonical("*@co.jp", pool, &canonical, &err);
	test_str(err.text, "*@co.jp stands for everybody below \"co.jp\"; "
		"name the domain of one sender");
}

/* count letters, then the rest. */
static enum senders_refusal
long_entry(size_t count, const char *rest)
{
	char *text = pool_alloc(pool, count + strlen(rest) + 1);
	struct sekisho_error err;
	const char *canonical;

	memset(text, 'a', count);
	memcpy(text + count, rest, strlen(rest));
	return senders_canonical(text, pool, &canonical, &err);
}

static void
test_long(void)
{
	test_begin("A7: entries that are too long");
	test_int(long_entry(64, "@example.com"), SENDERS_OK);
	test_int(long_entry(65, "@example.com"), SENDERS_TOO_LONG);
	test_int(long_entry(10000, "@example.com"), SENDERS_TOO_LONG);
	test_int(long_entry(10000000, ""), SENDERS_TOO_LONG);
	test_int(long_entry(1, "@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaa.com"), SENDERS_DOMAIN);
}

static void
test_keys(void)
{
	const char *keys[SENDERS_KEYS_MAX];

	/* complaint A8 */
	test_begin("A1: the entries that approve a sender");
	test_int((long long)senders_keys("Friend@Partner.test", pool, keys),
		2);
	test_str(keys[0], "Friend@partner.test");
	test_str(keys[1], "*@partner.test");
	test_int((long long)senders_keys("x@例え.jp", pool, keys), 2);
	test_str(keys[1], "*@xn--r8jz45g.jp");
	/* Its domain can be approved, itself cannot. */
	test_int((long long)senders_keys("\"a b\"@partner.test", pool, keys),
		1);
	test_str(keys[0], "*@partner.test");
	test_int((long long)senders_keys("a@[192.0.2.1]", pool, keys), 0);
	test_int((long long)senders_keys("postmaster", pool, keys), 0);
	test_int((long long)senders_keys("", pool, keys), 0);
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
	test_assert(senders_equal("A@b.test", "a@B.test"));
	test_assert(senders_equal("Ä@b.test", "ä@b.test"));
	test_assert(senders_equal("A\xcc\x88@b.test", "ä@b.test"));
	test_assert(!senders_equal("a@b.test", "a@b.tes"));
	test_assert(!senders_equal("\xff@b.test", "\xfe@b.test"));
	pool_free(pool);
	return test_done();
}
