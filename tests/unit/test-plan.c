/*
 * test-plan.c - a plan to and from a frame; every plan that is not whole and
 * sound is refused before the module changes a thing.
 */
#include <stdlib.h>

#include "frame.h"
#include "plan.h"
#include "test.h"

#define RECIPIENTS 3u
#define SEAL "00112233445566778899aabbccddeeff"

static struct sekisho_outcome outcomes[] = {
	{ SEKISHO_DELIVER, "", "Subject: [A] x\n", "X-A: b\n c\nX-D: e\n", 2 },
	{ SEKISHO_REJECT, "5.7.1 no", "", "", 0 },
	{ SEKISHO_DELETE, "sekisho rule R1", "", "", 0 },
	{ SEKISHO_HOLD, "sekisho rule X", "", "", 1 },
};
static struct sekisho_notice notices[] = {
	{ "alice@example.test", "From: a\n\nb\0c\n", 13 },
	{ "bob@example.test", "", 0 },
};
static uint32_t map[RECIPIENTS] = { 3, 0, 1 };
static const char *held[RECIPIENTS] = { "X-Sekisho-Held: v=1; id=1; time=1;\n"
	"\tclass=spam; rule=X; reason=; sender=; recipient=a@b;\n"
	"\tkey=0123abcd; seal=" SEAL SEAL "\n", "", "" };

/* A plan that has one of everything. */
static struct sekisho_plan
sample(void)
{
	struct sekisho_plan plan = {
		.defer_text = "", .outcomes = outcomes, .outcome_count = 4,
		.recipient_outcome = map, .recipient_held = held,
		.recipient_count = RECIPIENTS,
		.variant_count = 2, .notices = notices, .notice_count = 2,
		.log = "direction=inbound",
	};

	return plan;
}

static void
test_fields(void)
{
	struct sekisho_plan plan = sample(), got;
	struct sekisho_error err = { "" };
	struct sekisho_buf buf;
	size_t i;

	test_begin("plan: every field arrives");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(&plan, &buf);
	test_int(sekisho_plan_decode(&got, buf.data, buf.len, RECIPIENTS,
		&err), 0);
	test_str(err.text, "");
	test_assert(!got.defer && got.outcome_count == 4);
	for (i = 0; i < 4; i++) {
		test_int(got.outcomes[i].fate, outcomes[i].fate);
		test_str(got.outcomes[i].text, outcomes[i].text);
		test_str(got.outcomes[i].subject, outcomes[i].subject);
		test_str(got.outcomes[i].headers, outcomes[i].headers);
		test_int(got.outcomes[i].variant, outcomes[i].variant);
	}
	for (i = 0; i < RECIPIENTS; i++)
		test_str(got.recipient_held[i], held[i]);
	test_int(got.variant_count, 2);
	test_assert(memcmp(got.recipient_outcome, map, sizeof(map)) == 0);
	test_int((long long)got.notice_count, 2);
	test_str(got.notices[0].recipient, notices[0].recipient);
	test_assert(got.notices[0].text_len == 13 &&
		memcmp(got.notices[0].text, notices[0].text, 13) == 0);
	test_str(got.log, plan.log);
	sekisho_plan_free(&got);
	sekisho_plan_free(&got);
	sekisho_plan_free(NULL);
	sekisho_buf_free(&buf);
}

static void
test_defer(void)
{
	struct sekisho_plan plan = { .defer = true, .defer_text = "why" }, got;
	struct sekisho_buf buf;

	test_begin("O4: a plan that defers needs no recipients");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(&plan, &buf);
	test_int(sekisho_plan_decode(&got, buf.data, buf.len, RECIPIENTS,
		NULL), 0);
	test_assert(got.defer && got.recipient_count == 0);
	test_str(got.defer_text, "why");
	sekisho_plan_free(&got);

	test_begin("O4: a plan without outcomes is for nobody");
	buf.data[3] = 0;
	test_int(sekisho_plan_decode(&got, buf.data, buf.len, RECIPIENTS,
		NULL), -1);
	sekisho_buf_free(&buf);
}

/* Decodes exactly these bytes, which must be refused with this sentence. */
static void
refuse(const void *data, size_t len, const char *expected)
{
	struct sekisho_error err = { "" };
	struct sekisho_plan got;
	char *copy = malloc(len + (len == 0));

	memcpy(copy, data, len);
	test_int(sekisho_plan_decode(&got, copy, len, RECIPIENTS, &err), -1);
	if (expected != NULL)
		test_str(err.text, expected);
	else
		test_assert(err.text[0] != '\0');
	free(copy);
}

static void
refuse_plan(const struct sekisho_plan *plan, const char *expected)
{
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(plan, &buf);
	refuse(buf.data, buf.len, expected);
	sekisho_buf_free(&buf);
}

#define HEAD "plan frame: fields missing, or too many variants or outcomes"
#define OUTCOME "plan frame: bad outcome"
#define LINE "plan frame: bad header line"
#define TWO "plan frame: text of two lines"
#define OTHERS "plan frame: not for these recipients"

static const struct {
	struct sekisho_outcome outcome;
	const char *expected;
} wrong[] = {
	{ { SEKISHO_FATES, "", "", "", 0 }, OUTCOME },
	{ { 0x80000000, "", "", "", 0 }, OUTCOME },
	{ { SEKISHO_DELIVER, "", "", "", 3 }, OUTCOME },
	{ { SEKISHO_DELIVER, "", "", "", UINT32_MAX }, OUTCOME },
	{ { SEKISHO_REJECT, "550 a\nb", "", "", 0 }, TWO },
	{ { SEKISHO_REJECT, "550 a\r", "", "", 0 }, TWO },
	{ { SEKISHO_DELIVER, "", "Subject: x", "", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "Subject: x\r\n", "", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", " Subject: x\n", "", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "\n", "", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "Subject: x\n\nbody\n", "", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A b\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A : b\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", ": b\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A: b\nno field\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A: b\n\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A: b\nX-C: d", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "X-A: b\rX-C: d\n", 0 }, LINE },
	{ { SEKISHO_DELIVER, "", "", "\tX-A: b\n", 0 }, LINE },
};

static void
test_outcomes(void)
{
	struct sekisho_outcome own[4];
	struct sekisho_plan plan = sample();
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_begin("plan: a wrong outcome is refused");
		memcpy(own, outcomes, sizeof(own));
		own[i % 4] = wrong[i].outcome;
		plan.outcomes = own;
		refuse_plan(&plan, wrong[i].expected);
	}
}

static void
take_plan(const struct sekisho_plan *plan)
{
	struct sekisho_error err = { "" };
	struct sekisho_plan got;
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(plan, &buf);
	test_int(sekisho_plan_decode(&got, buf.data, buf.len, RECIPIENTS,
		&err), 0);
	test_str(err.text, "");
	sekisho_plan_free(&got);
	sekisho_buf_free(&buf);
}

static void
test_held(void)
{
	const char *own[RECIPIENTS] = { "", "", "" };
	struct sekisho_plan plan = sample();
	struct sekisho_outcome outside[4];

	memcpy(outside, outcomes, sizeof(outside));
	test_begin("Q1: plan: held without a field that says so is refused");
	plan.recipient_held = own;
	refuse_plan(&plan, "plan frame: bad held field");
	own[0] = "X-Sekisho-Held: v=1\nSubject: x\n";
	refuse_plan(&plan, "X-Sekisho-Held: not as sekishod writes it");
	own[0] = "Subject: x\n";
	refuse_plan(&plan, "plan frame: bad held field");
	test_begin("issue 10.9: plan: the field may be that of the outcome");
	own[0] = "";
	outside[map[0]].headers = held[0];
	plan.outcomes = outside;
	take_plan(&plan);
	outside[map[0]].headers = "Subject: x\n";
	refuse_plan(&plan, "plan frame: bad held field");
	plan.outcomes = outcomes;
	test_begin("Q1: plan: such a field for somebody else is refused");
	own[0] = own[1] = held[0];
	refuse_plan(&plan, "plan frame: held and not held");
}

static void
test_counts(void)
{
	uint32_t wrong_map[RECIPIENTS + 1] = { 0, 1, 4, 0 };
	const char *nobody[RECIPIENTS + 1] = { "", "", "", "" };
	struct sekisho_plan plan = sample();

	test_begin("plan: an outcome that is not there is refused");
	plan.recipient_outcome = wrong_map;
	plan.recipient_held = nobody;
	refuse_plan(&plan, OTHERS);
	test_begin("plan: one recipient more or less is refused");
	wrong_map[2] = 0;
	plan.recipient_count = RECIPIENTS + 1;
	refuse_plan(&plan, OTHERS);
	plan.recipient_count = RECIPIENTS - 1;
	refuse_plan(&plan, OTHERS);

	test_begin("plan: more variants than the module can hold");
	plan = sample();
	plan.variant_count = SEKISHO_VARIANTS_MAX + 1;
	refuse_plan(&plan, HEAD);

	test_begin("plan: more outcomes than the module can hold");
	plan = sample();
	plan.outcome_count = SEKISHO_OUTCOMES_MAX + 1;
	plan.outcomes = calloc(plan.outcome_count, sizeof(*plan.outcomes));
	refuse_plan(&plan, HEAD);
	free(plan.outcomes);

	test_begin("plan: more notices than the module can hold");
	plan = sample();
	plan.notice_count = SEKISHO_NOTICES_MAX + 1;
	plan.notices = calloc(plan.notice_count, sizeof(*plan.notices));
	refuse_plan(&plan, "plan frame: too many notices");
	free(plan.notices);

	test_begin("plan: a plan that defers and has recipients is refused");
	plan = sample();
	plan.defer = true;
	refuse_plan(&plan, OTHERS);
}

static void
test_bytes(void)
{
	struct sekisho_plan plan = sample(), got;
	struct sekisho_buf buf;
	size_t i;
	char *copy;

	test_begin("plan: a frame cut anywhere is refused");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(&plan, &buf);
	for (i = 0; i < buf.len; i++)
		refuse(buf.data, i, NULL);
	test_begin("plan: a flag is 0 or 1");
	buf.data[3] = 2;
	refuse(buf.data, buf.len, NULL);
	buf.data[3] = 0;
	test_begin("plan: a byte left over is refused");
	sekisho_buf_add(&buf, "", 1);
	refuse(buf.data, buf.len, OTHERS);

	test_begin("plan: no single wrong byte reaches beyond the frame");
	for (i = 0; i + 1 < buf.len; i++) {
		copy = malloc(buf.len - 1);
		memcpy(copy, buf.data, buf.len - 1);
		copy[i] = (char)~copy[i];
		if (sekisho_plan_decode(&got, copy, buf.len - 1, RECIPIENTS,
		    NULL) == 0)
			sekisho_plan_free(&got);
		free(copy);
	}
	sekisho_buf_free(&buf);
}

int
main(void)
{
	test_begin("plan: fates as logs and routers spell them");
	test_str(sekisho_fate_name(SEKISHO_DELIVER), "deliver");
	test_str(sekisho_fate_name(SEKISHO_DELETE), "delete");
	test_str(sekisho_fate_name(SEKISHO_REJECT), "reject");
	test_str(sekisho_fate_name(SEKISHO_HOLD), "hold");
	test_str(sekisho_fate_name(SEKISHO_FATES), "?");
	test_fields();
	test_defer();
	test_outcomes();
	test_held();
	test_counts();
	test_bytes();
	return test_done();
}
