/*
 * test-alignment.c - which senders an approval believes (SPEC A8).
 */
#include "alignment.h"
#include "approval.h"
#include "test.h"

static struct pool *pool;

#define NO false
#define YES true

/* From: someone@partner.test, unless it is about the envelope sender. */
static const struct {
	const char *what;
	enum alignment_role role;
	struct alignment_facts facts;	/* dkim, spf, of, dmarc, published */
	bool aligned;
	bool strict;
} cases[] = {
	{ "nothing is known", ALIGNMENT_FROM,
		{ "", "", "", "", "" }, YES, NO },
	{ "the domain publishes nothing", ALIGNMENT_FROM,
		{ "", "none", "partner.test", "norecord", "" }, YES, NO },
	{ "SPF passes", ALIGNMENT_FROM,
		{ "", "pass", "partner.test", "", "" }, YES, YES },
	{ "SPF passes for a subdomain", ALIGNMENT_FROM,
		{ "", "pass", "bounce.Partner.test", "", "spf dmarc" },
		YES, YES },
	{ "SPF passes for somebody else", ALIGNMENT_FROM,
		{ "", "pass", "evil.test", "", "" }, YES, NO },
	{ "the same, and the domain has SPF", ALIGNMENT_FROM,
		{ "", "pass", "evil.test", "", "spf" }, NO, NO },
	{ "the same, and the domain has DMARC", ALIGNMENT_FROM,
		{ "", "pass", "evil.test", "", "dmarc" }, NO, NO },
	{ "SPF fails", ALIGNMENT_FROM,
		{ "", "fail", "partner.test", "", "" }, NO, NO },
	{ "SPF softfails", ALIGNMENT_FROM,
		{ "", "softfail", "partner.test", "", "" }, NO, NO },
	{ "SPF is neutral", ALIGNMENT_FROM,
		{ "", "neutral", "partner.test", "", "" }, NO, NO },
	{ "SPF cannot be looked up", ALIGNMENT_FROM,
		{ "", "temperror", "partner.test", "", "" }, NO, NO },
	{ "SPF of a bounce is that of HELO", ALIGNMENT_FROM,
		{ "", "pass", "mx.partner.test", "", "spf" }, YES, YES },
	{ "DKIM passes", ALIGNMENT_FROM,
		{ "partner.test=pass", "fail", "list.test", "", "spf dmarc" },
		YES, YES },
	{ "DKIM of a subdomain passes", ALIGNMENT_FROM,
		{ "mail.partner.test=pass", "", "", "", "" }, YES, YES },
	{ "DKIM of somebody else passes", ALIGNMENT_FROM,
		{ "evil.test=pass", "", "", "", "" }, YES, NO },
	{ "DKIM of somebody else passes, ours fails", ALIGNMENT_FROM,
		{ "evil.test=pass partner.test=fail", "", "", "", "" },
		NO, NO },
	{ "one of two signatures passes", ALIGNMENT_FROM,
		{ " partner.test=fail  partner.test=pass", "", "", "", "" },
		YES, YES },
	{ "a signature without a key", ALIGNMENT_FROM,
		{ "partner.test=invalid", "", "", "", "" }, NO, NO },
	{ "a domain that only ends the same", ALIGNMENT_FROM,
		{ "evilpartner.test=pass", "", "", "", "dmarc" }, NO, NO },
	{ "nonsense", ALIGNMENT_FROM,
		{ "= == partner.test pass =pass *=pass", "", "", "", "" },
		YES, NO },
	{ "DMARC fails, whatever else passes", ALIGNMENT_FROM,
		{ "partner.test=pass", "pass", "partner.test", "reject", "" },
		NO, NO },
	{ "DMARC says quarantine", ALIGNMENT_FROM,
		{ "", "", "", "quarantine", "" }, NO, NO },
	{ "DMARC fails and the policy is none", ALIGNMENT_FROM,
		{ "", "none", "", "none", "" }, NO, NO },
	{ "DMARC passes", ALIGNMENT_FROM,
		{ "", "", "", "accept", "dmarc" }, YES, YES },
	{ "DMARC is about the From field only", ALIGNMENT_ENVELOPE,
		{ "", "fail", "partner.test", "accept", "" }, NO, NO },
	{ "envelope: SPF passes", ALIGNMENT_ENVELOPE,
		{ "", "pass", "partner.test", "", "spf" }, YES, YES },
	{ "envelope: nothing published", ALIGNMENT_ENVELOPE,
		{ "", "none", "partner.test", "", "spf" }, YES, NO },
	{ "envelope: DMARC fails", ALIGNMENT_ENVELOPE,
		{ "", "pass", "partner.test", "fail", "" }, NO, NO },
};

static void
test_cases(void)
{
	const char *reason;
	bool strict, aligned;
	size_t i;

	test_begin("A8: aligned and strict");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		aligned = alignment_proves(ALIGNMENT_ALIGNED, "partner.test",
			cases[i].role, &cases[i].facts, pool, &reason);
		if (aligned != cases[i].aligned)
			printf("# %s: aligned: %s\n", cases[i].what, reason);
		test_int(aligned, cases[i].aligned);
		strict = alignment_proves(ALIGNMENT_STRICT, "partner.test",
			cases[i].role, &cases[i].facts, pool, &reason);
		if (strict != cases[i].strict)
			printf("# %s: strict: %s\n", cases[i].what, reason);
		test_int(strict, cases[i].strict);
		test_assert(alignment_proves(ALIGNMENT_OFF, "partner.test",
			cases[i].role, &cases[i].facts, pool, &reason));
	}
}

/* The word agrees with the modes: strict wants a proof, aligned no failure. */
static void
test_evidence(void)
{
	const char *word;
	bool proved, failed;
	size_t i;

	test_begin("A8: what proves a sender, in one word");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		word = alignment_evidence("partner.test", cases[i].role,
			&cases[i].facts, pool);
		proved = strcmp(word, "dmarc") == 0 ||
			strcmp(word, "dkim") == 0 || strcmp(word, "spf") == 0;
		failed = strcmp(word, "failed") == 0;
		if (proved != cases[i].strict || failed == cases[i].aligned)
			printf("# %s: %s\n", cases[i].what, word);
		test_int(proved, cases[i].strict);
		test_int(failed, !cases[i].aligned);
	}
	test_str(alignment_evidence("partner.test", ALIGNMENT_FROM,
		&cases[0].facts, pool), "unknown");
	test_str(alignment_evidence("partner.test", ALIGNMENT_FROM,
		&cases[1].facts, pool), "none");
}

static void
test_organisation(void)
{
	struct alignment_facts facts = { "news.shop.co.jp=pass", "", "", "",
		"dmarc" };
	const char *reason;

	test_begin("A8: one organisation, as the public suffix list has it");
	test_assert(alignment_proves(ALIGNMENT_STRICT, "www.shop.co.jp",
		ALIGNMENT_FROM, &facts, pool, &reason));
	test_str(reason, "aligned DKIM passes");
	test_assert(!alignment_proves(ALIGNMENT_ALIGNED, "other.co.jp",
		ALIGNMENT_FROM, &facts, pool, &reason));
	test_str(reason, "it publishes DMARC, but neither DKIM nor SPF passes "
		"for it");
}

static void
test_modes(void)
{
	enum alignment_mode mode;

	test_begin("A8: names of the modes");
	test_int(alignment_mode_read("strict", &mode), 0);
	test_int(mode, ALIGNMENT_STRICT);
	test_int(alignment_mode_read("aligned", &mode), 0);
	test_int(mode, ALIGNMENT_ALIGNED);
	test_int(alignment_mode_read("off", &mode), 0);
	test_int(mode, ALIGNMENT_OFF);
	test_int(alignment_mode_read("on", &mode), -1);
}

static void
weigh(const char *sender, const char *from, const char *spf,
	const char *published, struct approval *approval_r)
{
	struct sekisho_message message = { .sender = sender,
		.helo = "mx.partner.test", .dkim = "", .spf = spf,
		.dmarc = "", .from_publishes = published };

	approval_weigh(&message, from, ALIGNMENT_ALIGNED, NULL, pool,
		approval_r);
}

static void
test_weigh(void)
{
	struct sekisho_message inside = { .inside = true, .sender = "a@b.test",
		.helo = "", .dkim = "", .spf = "fail", .dmarc = "reject",
		.from_publishes = "spf dmarc" };
	struct approval approval;

	test_begin("A8: From field and envelope sender");
	weigh("b@list.test", "a@partner.test", "none", "", &approval);
	test_int((long long)approval.sender_count, 2);
	test_int((long long)approval.entry_count, 4);
	test_str(approval.entries[0], "a@partner.test");
	test_str(approval.entries[3], "*@list.test");

	weigh("a@partner.test", "a@partner.test", "none", "", &approval);
	test_int((long long)approval.sender_count, 1);
	test_int((long long)approval.entry_count, 2);

	/* A forged From field spoils the envelope sender's approval too. */
	weigh("b@list.test", "a@partner.test", "pass", "dmarc", &approval);
	test_int((long long)approval.entry_count, 0);
	test_str(approval.senders[1].reason, "the From field is not proved");

	/* But not the other way round. */
	weigh("b@list.test", "a@partner.test", "fail", "", &approval);
	test_int((long long)approval.entry_count, 2);
	test_str(approval.entries[1], "*@partner.test");

	/* A bounce; no From field; nothing at all. */
	weigh("", "a@partner.test", "pass", "spf", &approval);
	test_int((long long)approval.entry_count, 2);
	weigh("b@list.test", "", "none", "", &approval);
	test_int((long long)approval.entry_count, 2);
	weigh("", "", "none", "", &approval);
	test_int((long long)approval.sender_count, 0);
	weigh("", "not an address", "none", "", &approval);
	test_int((long long)approval.entry_count, 0);

	approval_weigh(&inside, "c@d.test", ALIGNMENT_STRICT, NULL, pool,
		&approval);
	test_int((long long)approval.entry_count, 4);
}

int
main(void)
{
	pool = pool_new();
	test_cases();
	test_evidence();
	test_organisation();
	test_modes();
	test_weigh();
	pool_free(pool);
	return test_done();
}
