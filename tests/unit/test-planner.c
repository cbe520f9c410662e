/*
 * test-planner.c - from the decision to the plan that the module carries out,
 * and to the log (SPEC R4, R12, N1, N4, O1, O4).
 */
#include <stdio.h>
#include <string.h>

#include "examination.h"
#include "log.h"
#include "planner.h"
#include "test.h"

static void
expect_outcome(const struct sekisho_plan *plan, size_t recipient,
	const struct sekisho_outcome *expected)
{
	const struct sekisho_outcome *got =
		&plan->outcomes[plan->recipient_outcome[recipient]];

	test_int(got->fate, expected->fate);
	test_str(got->text, expected->text);
	test_str(got->subject, expected->subject);
	test_str(got->headers, expected->headers);
	test_int(got->variant, expected->variant);
}

static void
test_outcomes(void)
{
	static const struct sekisho_outcome expected[] = {
		{ SEKISHO_DELIVER, "", "Subject: [SPAM] hello\n", "X-A: b\n",
		  1 },
		{ SEKISHO_DELIVER, "", "Subject: [SPAM] hello\n", "", 1 },
		{ SEKISHO_DELETE, "sekisho rule D", "", "", 0 },
		{ SEKISHO_REJECT, "5.7.1 not to Dave", "", "", 0 },
		{ SEKISHO_DELIVER, "", "", "", 1 },
	};
	const struct sekisho_plan *plan;
	struct sekisho_buf buf;
	struct sekisho_plan got;
	struct sample sample;
	size_t i;

	test_begin("R4, R12, A4: an outcome for each recipient");
	sample_make(&sample, examination_rules, "defer");
	plan = planner_plan(&sample.ex);
	test_assert(!plan->defer && plan->recipient_count == 5);
	test_int(plan->variant_count, 1);
	for (i = 0; i < 5; i++)
		expect_outcome(plan, i, &expected[i]);
	test_str(plan->log, "direction=inbound findings=\"virus:Win.Test(2 "
		"請求 書.exe/a b.exe)\" rules=V,S,H,D,J deliver=3 delete=1 "
		"reject=1");
	test_begin("N4: no notices where nobody counts them");
	test_int((long long)plan->notice_count, 0);

	test_begin("plan: what is planned is a plan that the module takes");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(plan, &buf);
	test_int(sekisho_plan_decode(&got, buf.data, buf.len, 5, NULL), 0);
	sekisho_plan_free(&got);
	sekisho_buf_free(&buf);
	sample_free(&sample);
}

static void
test_notices(void)
{
	const struct sekisho_plan *plan;
	struct sample sample;

	sample_make(&sample, examination_rules, "defer");
	test_begin("N1: a notice to each recipient, about himself");
	sample.config.notices_per_hour = 1;
	sample.checkpoint.ratelimit = ratelimit_open(NULL, NULL);
	plan = planner_plan(&sample.ex);
	test_int((long long)plan->notice_count, 5);
	test_str(plan->notices[0].recipient, "alice@example.test");
	test_assert(strstr(plan->notices[0].text,
		"\nSubject: Virus Win.Test detected\n") != NULL);
	test_assert(strstr(plan->notices[0].text, "bob@") == NULL);
	test_assert(strstr(plan->notices[0].text,
		"\nMessage-ID: <1a-b-C.1.sekisho@example.test>\n") != NULL);
	test_int((long long)strlen(plan->notices[0].text),
		(long long)plan->notices[0].text_len);
	test_begin("N4: not more than notices-per-hour");
	log_open("/dev/null", NULL);
	plan = planner_plan(&sample.ex);
	test_int((long long)plan->notice_count, 0);
	sample_free(&sample);
}

static void
test_directions(void)
{
	static const char *recipients[] = { "alice@example.test",
		"bob@example.org" };
	struct sample sample;
	const char *log;

	test_begin("R9, O1: the direction in the log");
	sample_make(&sample, examination_rules, "defer");
	sample.message.inside = true;
	log = planner_plan(&sample.ex)->log;
	test_assert(strncmp(log, "direction=local ", 16) == 0);
	sample.message.recipients = recipients;
	sample.message.recipient_count = 2;
	sample_decide(&sample);
	log = planner_plan(&sample.ex)->log;
	test_assert(strncmp(log, "direction=outbound+local ", 25) == 0);
	sample.message.recipients = recipients + 1;
	sample.message.recipient_count = 1;
	sample_decide(&sample);
	log = planner_plan(&sample.ex)->log;
	test_assert(strncmp(log, "direction=outbound ", 19) == 0);
	sample_free(&sample);
}

static void
test_nothing(void)
{
	const struct sekisho_plan *plan;
	struct sample sample;

	test_begin("O1: a clean mail that no rule is for");
	sample_make(&sample, "", "defer");
	sample.ex.inspection.finding_count = 0;
	sample_decide(&sample);
	plan = planner_plan(&sample.ex);
	test_str(plan->log,
		"direction=inbound findings=none rules=none deliver=5");
	test_int((long long)plan->outcome_count, 1);
	sample_free(&sample);
}

static void
test_failure(void)
{
	struct finding finding = { FINDING_UNSCANNABLE, 0, "x", "", false };
	const struct sekisho_plan *plan;
	struct sample sample;

	test_begin("O4: what cannot be examined is deferred");
	sample_make(&sample, "", "defer");
	plan = planner_failure(&sample.ex, "no scanner");
	test_assert(plan->defer && plan->recipient_count == 0);
	test_str(plan->defer_text, "no scanner");
	test_begin("O4: so is what cannot be scanned, without a rule for it");
	sample.ex.inspection.findings = &finding;
	sample_decide(&sample);
	plan = planner_plan(&sample.ex);
	test_assert(plan->defer);
	test_assert(strstr(plan->defer_text, "no rule says") != NULL);
	sample_free(&sample);

	test_begin("O4: on-failure=\"accept\" delivers it, and says so");
	sample_make(&sample, "", "accept");
	plan = planner_failure(&sample.ex, "no scanner");
	test_assert(!plan->defer && plan->recipient_count == 5);
	test_int((long long)plan->outcome_count, 1);
	test_int(plan->outcomes[0].fate, SEKISHO_DELIVER);
	test_int(plan->recipient_outcome[4], 0);
	test_str(plan->log, "action=unscanned error=\"no scanner\"");
	sample_free(&sample);
}

/* The line that planner_log() writes, behind time and process. */
static void
logged(const struct examination *ex, const struct sekisho_plan *plan,
	const char *lost, char *line, int size)
{
	char file[] = "/tmp/test-planner-XXXXXX";
	char *start;
	FILE *in;

	close(mkstemp(file));
	log_open(file, NULL);
	planner_log(ex, plan, lost, 12);
	in = fopen(file, "re");
	if (fgets(line, size, in) == NULL)
		line[0] = '\0';
	fclose(in);
	unlink(file);
	log_open("stderr", NULL);
	start = strstr(line, "]: ");
	if (start != NULL)
		memmove(line, start + 3, strlen(start + 3) + 1);
}

static void
test_log(void)
{
	struct sekisho_plan *plan;
	struct sample sample;
	char line[4096];

	test_begin("O1: one line says what was found and done, to whom");
	sample_make(&sample, examination_rules, "defer");
	plan = planner_plan(&sample.ex);
	sample.ex.opinions[0] = OPINION_BLOCKED;
	logged(&sample.ex, plan, NULL, line, sizeof(line));
	test_str(line, "id=1a-b-C sender=mallory@example.org client=192.0.2.1 "
		"size=4321 direction=inbound findings=\"virus:Win.Test(2 "
		"請求 書.exe/a b.exe)\" spam-score=65 "
		"approved=erin@example.test blocked=alice@example.test "
		"rules=V,S,H,D,J "
		"deliver=\"V,S,H tag [SPAM] changes 1 to alice@example.test\" "
		"deliver=\"V,S tag [SPAM] changes 1 to bob@example.test\" "
		"delete=\"V,S,D to carol@example.test\" "
		"reject=\"V,S,J to dave@example.test\" "
		"deliver=\"V changes 1 to erin@example.test\" ms=12\n");
	test_begin("O1: also when nothing could be done");
	sample.message.client_address = "";
	plan = planner_failure(&sample.ex, "no scanner");
	logged(&sample.ex, plan, NULL, line, sizeof(line));
	test_str(line, "error: id=1a-b-C sender=mallory@example.org "
		"client=local size=4321 direction=inbound "
		"defer=\"none to alice@example.test,bob@example.test,"
		"carol@example.test,dave@example.test,erin@example.test\" "
		"error=\"no scanner\" ms=12\n");
	test_begin("O1: also when the plan did not arrive");
	plan = planner_plan(&sample.ex);
	logged(&sample.ex, plan, "gone", line, sizeof(line));
	test_assert(strstr(line, " rules=") == NULL);
	test_assert(strstr(line, " defer=\"none to alice@") != NULL);
	test_assert(strstr(line, " error=gone ms=12\n") != NULL);
	sample_free(&sample);
}

int
main(void)
{
	test_outcomes();
	test_notices();
	test_directions();
	test_nothing();
	test_failure();
	test_log();
	return test_done();
}
