/*
 * test-held.c - the field of a held message arrives as it was, folded or not,
 * and nothing else is taken for one (SPEC Q1).
 */
#include <stdlib.h>

#include "held.h"
#include "test.h"

#define SEAL "00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"
#define GOOD "v=1; id=1vNq2T-0000Ab-2X; time=1795478400; class=spam; " \
	"rule=R4; reason=Spam%3B; sender=; recipient=a@example.test; " \
	"key=0123abcd; seal=" SEAL

#define SECOND "v=2; id=1; time=1; class=spam; rule=R4; reason=; " \
	"sender=; from=b@x.test; proof=spf; recipient=a@b.test; " \
	"key=0123abcd; seal=" SEAL

static struct sekisho_held
sample(void)
{
	return (struct sekisho_held){ .id = "1vNq2T-0000Ab-2X",
		.time = 1795478400, .held_class = SEKISHO_HELD_VIRUS,
		.rule = "R1", .reason = "\xe5\x8d\xb1\xe9\x99\xba; a=b\"%",
		.sender = "a b\"@partner.test", .from = "b;@partner.test",
		.proof = "dkim", .recipient = "alice+x@example.test",
		.quarantine = "",
		.key = "0123abcd",
		.seal = SEAL };
}

static void
test_round_trip(void)
{
	struct sekisho_held held = sample(), got;
	struct sekisho_buf buf;

	test_begin("Q1: held: what is written is read again");
	sekisho_buf_init(&buf, 10000);
	sekisho_held_encode(&held, &buf);
	test_assert(!buf.failed);
	test_int(sekisho_held_decode(&got, buf.data +
		strlen(SEKISHO_HELD_HEADER ":"), NULL), 0);
	test_str(got.id, held.id);
	test_int((long long)got.time, 1795478400);
	test_int(got.held_class, SEKISHO_HELD_VIRUS);
	test_str(got.rule, held.rule);
	test_str(got.reason, held.reason);
	test_str(got.sender, held.sender);
	test_str(got.from, held.from);
	test_str(got.proof, held.proof);
	test_str(got.recipient, held.recipient);
	test_str(got.key, held.key);
	test_str(got.seal, held.seal);
	sekisho_held_free(&got);
	sekisho_buf_free(&buf);
}

/* Every line but the first begins with a tab, none is too long. */
static void
test_folding(void)
{
	struct sekisho_held held = sample(), got;
	struct sekisho_buf buf;
	char reason[SEKISHO_HELD_REASON_MAX + 1];
	const char *line;
	size_t len;

	test_begin("Q1: held: folded lines, nothing foreign in them");
	memset(reason, '\xff', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	held.reason = reason;
	sekisho_buf_init(&buf, 10000);
	sekisho_held_encode(&held, &buf);
	for (line = buf.data; *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		test_assert(len < 79);
		test_assert(line == buf.data || *line == '\t');
		test_assert(strpbrk(line, "\"\\\r\xff") == NULL);
	}
	test_int(sekisho_held_decode(&got, buf.data +
		strlen(SEKISHO_HELD_HEADER ":"), NULL), 0);
	test_str(got.reason, reason);
	sekisho_held_free(&got);
	sekisho_buf_free(&buf);
}

static void
test_sealed(void)
{
	struct sekisho_held held = sample();
	struct sekisho_buf buf;

	test_begin("Q1: held: the seal covers every value");
	held.reason = "x y";
	held.sender = "";
	sekisho_buf_init(&buf, 10000);
	sekisho_held_sealed(&held, &buf);
	test_str(buf.data, "v=2;id=1vNq2T-0000Ab-2X;time=1795478400;"
		"class=virus;rule=R1;reason=x%20y;sender=;"
		"from=b%3B@partner.test;proof=dkim;"
		"recipient=alice+x@example.test;key=0123abcd;");
	sekisho_buf_free(&buf);

	test_begin("Q1: held: what older versions sealed is sealed as it was");
	held.proof = "";
	sekisho_held_sealed(&held, &buf);
	test_str(buf.data, "v=1;id=1vNq2T-0000Ab-2X;time=1795478400;"
		"class=virus;rule=R1;reason=x%20y;sender=;"
		"recipient=alice+x@example.test;key=0123abcd;");
	sekisho_buf_free(&buf);
}

static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "v=1", "v=2", GOOD ";", GOOD "0", "x" GOOD,
		/* another order, a field twice, one missing */
		"id=1; v=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; id=2; time=1; class=spam; rule=R4; reason=; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		/* another class, no id, a number that is none, or not ours */
		"v=1; id=1; time=1; class=none; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=; time=1; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=01; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=-1; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=99999999999999999999; class=spam; rule=R4; "
		"reason=; sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		/* another way to write a byte, a byte that may not be there */
		"v=1; id=1; time=1; class=spam; rule=R4; reason=%3b; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=%41; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=a,b; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=%0A; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=%00; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=%2; "
		"sender=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"recipient=; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123ABCD; seal=" SEAL,
	};
	struct sekisho_held got;
	size_t i;

	test_begin("Q1: held: nothing but the one form is read");
	test_int(sekisho_held_decode(&got, GOOD, NULL), 0);
	test_str(got.reason, "Spam;");
	test_str(got.from, "");
	test_str(got.proof, "");
	sekisho_held_free(&got);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (sekisho_held_decode(&got, bad[i], NULL) == 0) {
			test_fail(__FILE__, __LINE__, bad[i]);
			sekisho_held_free(&got);
		}
	}
}

static void
test_versions(void)
{
	static const char *const bad[] = {
		"v=3; " SECOND, SECOND ";",
		/* version 2 without a proof, version 1 with one */
		"v=2; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=2; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=1; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=2; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=aaaaaaaaaaaaaaaaa; recipient=a@b; "
		"key=0123abcd; seal=" SEAL,
	};
	struct sekisho_held got;
	size_t i;

	test_begin("Q1: held: version 2 says whom From names, and his proof");
	test_int(sekisho_held_decode(&got, SECOND, NULL), 0);
	test_str(got.from, "b@x.test");
	test_str(got.proof, "spf");
	sekisho_held_free(&got);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_int(sekisho_held_decode(&got, bad[i], NULL), -1);
}

#define THIRD "v=3; id=1; time=1; class=content; rule=X; reason=; " \
	"sender=; from=; proof=inside; recipient=a@b.test%2Cc@d.test; " \
	"quarantine=q@x.test; key=0123abcd; seal=" SEAL

static void
test_outside(void)
{
	static const char *const bad[] = {
		"v=3; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; recipient=a@b; quarantine=; key=0123abcd; "
		"seal=" SEAL,
		"v=2; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; recipient=a@b; quarantine=q@x; "
		"key=0123abcd; seal=" SEAL,
		"v=3; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; recipient=a@b; key=0123abcd; seal=" SEAL,
		"v=3; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; quarantine=q@x; recipient=a@b; "
		"key=0123abcd; seal=" SEAL,
		"v=4" "; id=1; time=1; class=spam; rule=R4; reason=; sender=; "
		"from=; proof=spf; recipient=a@b; key=0123abcd; seal=" SEAL,
	};
	struct sekisho_held held = sample(), got;
	struct sekisho_buf buf;
	size_t i;

	test_begin("issue 10.9: held: mail to outside says in whose quarantine "
		"it is");
	test_int(sekisho_held_decode(&got, THIRD, NULL), 0);
	test_str(got.recipient, "a@b.test,c@d.test");
	test_str(got.quarantine, "q@x.test");
	test_str(sekisho_held_keeper(&got), "q@x.test");
	sekisho_held_free(&got);
	test_str(sekisho_held_keeper(&held), "alice+x@example.test");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_int(sekisho_held_decode(&got, bad[i], NULL), -1);

	test_begin("issue 10.9: held: the seal covers the quarantine");
	held.quarantine = "q@x.test";
	sekisho_buf_init(&buf, 10000);
	sekisho_held_sealed(&held, &buf);
	test_assert(strncmp(buf.data, "v=3;", 4) == 0);
	test_assert(strstr(buf.data, ";recipient=alice+x@example.test;"
		"quarantine=q@x.test;key=0123abcd;") != NULL);
	sekisho_buf_free(&buf);
}

static void
test_recipients(void)
{
	static const struct {
		const char *list;
		size_t len;
	} lists[] = {
		{ "", 0 }, { "a@b", 3 }, { "a@b,c@d", 3 }, { ",a@b", 0 },
		{ "\"x, y\"@d,a@b", 8 }, { "\"x\\\",y\"@d,a@b", 9 },
		{ "\"x,", 3 }, { "\"x\\", 3 },
	};
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		test_begin("issue 10.9: held: a comma in quotes ends no "
			"recipient");
		test_int((long long)sekisho_held_recipient_len(lists[i].list),
			(long long)lists[i].len);
	}
}

static void
test_cut(void)
{
	char text[] = GOOD;
	struct sekisho_held got;
	size_t len;

	test_begin("Q1: held: every cut is refused");
	for (len = strlen(text); len-- > 0;) {
		text[len] = '\0';
		test_int(sekisho_held_decode(&got, text, NULL), -1);
	}
}

int
main(void)
{
	test_round_trip();
	test_folding();
	test_sealed();
	test_refused();
	test_versions();
	test_outside();
	test_recipients();
	test_cut();
	return test_done();
}
