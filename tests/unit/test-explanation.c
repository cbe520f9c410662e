/*
 * test-explanation.c - why a message is treated as it is, line by line
 * (SPEC O2).
 */
#include "examination.h"
#include "explanation.h"
#include "test.h"

#define HEAD \
	"message size=4321 sender=mallory@example.org " \
	"from=mallory@example.org subject=hello submitted=outside " \
	"spam-score=65\n" \
	"part path=1 type=text/plain true-type=text/plain size=5 file=\"\"\n" \
	"part path=2 type=application/octet-stream " \
	"true-type=application/x-dosexec size=68 file=\"請求 書.exe\"\n"

static void
expect(const struct examination *ex, const char *expected)
{
	struct sekisho_buf out;

	sekisho_buf_init(&out, 65536);
	explanation_text(ex, &out);
	test_str(out.data, expected);
	sekisho_buf_free(&out);
}

static void
test_rules(void)
{
	static const char rules[] = RULE("V", "virus", "<virus/>",
		"<clean otherwise=\"delete\"/>"
		"<notify who=\"recipient\" template=\"virus\"/>")
		RULE("S", "spam", "<spam level=\"spam\"/>",
		"<tag-subject text=\"[SPAM]\"/>")
		RULE("J", "virus", "<recipient like=\"erin@*\"/>",
		"<reject text=\"5.7.1 no\"/>");
	struct sample sample;

	test_begin("O2: findings, approvals, every rule, every plan");
	sample_make(&sample, rules, "defer");
	sample.message.recipients = examination_recipients + 3;
	sample.message.recipient_count = 2;
	sample.ex.opinions[4] = OPINION_NONE;
	sample.ex.opinions[1] = OPINION_APPROVED;
	sample_decide(&sample);
	expect(&sample.ex, HEAD
		"finding kind=virus name=Win.Test part=2 "
		"file=\"請求 書.exe\" member=\"a b.exe\" cleanable=yes\n"
		"approved dave@example.test no\n"
		"blocked dave@example.test no\n"
		"approved erin@example.test yes\n"
		"blocked erin@example.test no\n"
		"rule V dave@example.test fired\n"
		"rule S dave@example.test fired\n"
		"rule J dave@example.test not because the recipient is not "
		"erin@*\n"
		"rule V erin@example.test fired\n"
		"rule S erin@example.test not because the sender is "
		"approved by the recipient\n"
		"rule J erin@example.test fired\n"
		"plan dave@example.test deliver rule=V rule=S tag=[SPAM] "
		"clean=\"The attachment 請求 書.exe was removed because it "
		"contained the virus Win.Test.\"\n"
		"plan erin@example.test reject rule=V rule=J text=\"5.7.1 "
		"no\"\n"
		"notice dave@example.test template=virus rule=V\n"
		"notice erin@example.test template=virus rule=V\n");
	sample_free(&sample);
}

static void
test_nothing(void)
{
	struct sample sample;

	test_begin("O2: a clean mail without a rule");
	sample_make(&sample, "", "defer");
	sample.ex.inspection.finding_count = 0;
	sample.message.recipient_count = 1;
	sample_decide(&sample);
	expect(&sample.ex, HEAD "finding none\n"
		"approved alice@example.test no\n"
		"blocked alice@example.test no\n"
		"plan alice@example.test deliver\n");
	sample_free(&sample);
}

static void
test_defer(void)
{
	struct finding finding = { FINDING_UNSCANNABLE, 0, "too deep", "",
		false };
	struct sample sample;

	test_begin("O2: a mail that has to wait");
	sample_make(&sample, "", "defer");
	sample.ex.inspection.findings = &finding;
	sample.message.recipient_count = 1;
	sample_decide(&sample);
	expect(&sample.ex, HEAD
		"finding kind=unscannable name=\"too deep\" part=message "
		"file=\"\" member=\"\" cleanable=no\n"
		"approved alice@example.test no\n"
		"blocked alice@example.test no\n"
		"plan alice@example.test defer\n");
	sample_free(&sample);
}

int
main(void)
{
	test_rules();
	test_nothing();
	test_defer();
	return test_done();
}
