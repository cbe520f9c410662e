/*
 * test-counters.c - what happened is counted once, whoever counts (O3).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.c"
#include "examination.h"
#include "openmetrics.h"
#include "planner.h"
#include "test.h"

#define MANY 600	/* rules; more than there are places */

/* Does the text have this line, once? */
static bool
has(const struct counters *counters, const char *line)
{
	char *wanted = malloc(strlen(line) + 3);
	struct sekisho_buf text;
	const char *found;
	bool once;

	sprintf(wanted, "\n%s\n", line);
	sekisho_buf_init(&text, 1u << 20);
	counters_text(counters, &text);
	found = strstr(text.data, wanted);
	once = found != NULL && strstr(found + 1, wanted) == NULL;
	if (!once)
		printf("# not there, or twice: %s\n", line);
	sekisho_buf_free(&text);
	free(wanted);
	return once;
}

static void
test_message(void)
{
	struct counters *counters = counters_new(NULL);
	struct sekisho_plan *plan;
	struct sample sample;

	test_begin("O3: a message with several fates");
	sample_make(&sample, examination_rules, "defer");
	counters_name_rules(counters, sample.policy);
	plan = planner_plan(&sample.ex);
	counters_message(counters, &sample.ex, plan, NULL, 7);
	test_assert(has(counters, "sekisho_messages_total"
		"{direction=\"inbound\",fate=\"mixed\"} 1"));
	test_assert(has(counters, "sekisho_recipients_total"
		"{direction=\"inbound\",fate=\"deliver\"} 3"));
	test_assert(has(counters, "sekisho_recipients_total"
		"{direction=\"inbound\",fate=\"delete\"} 1"));
	test_assert(has(counters, "sekisho_messages_found_total"
		"{kind=\"virus\"} 1"));
	/* For several outcomes, and still one message. */
	test_assert(has(counters, "sekisho_rule_fired_total{rule=\"V\"} 1"));
	test_assert(has(counters, "sekisho_rule_fired_total{rule=\"J\"} 1"));
	test_begin("O3: how long it took");
	counters_message(counters, &sample.ex, plan, NULL, 10);
	counters_message(counters, &sample.ex, plan, NULL, 31000);
	test_assert(has(counters, "sekisho_message_duration_seconds_bucket"
		"{le=\"0.005\"} 0"));
	test_assert(has(counters, "sekisho_message_duration_seconds_bucket"
		"{le=\"0.010\"} 2"));
	test_assert(has(counters, "sekisho_message_duration_seconds_bucket"
		"{le=\"30.000\"} 2"));
	test_assert(has(counters, "sekisho_message_duration_seconds_bucket"
		"{le=\"+Inf\"} 3"));
	test_assert(has(counters, "sekisho_message_duration_seconds_sum "
		"31.017"));
	sample_free(&sample);
}

static void
test_failed(void)
{
	struct counters *counters = counters_new(NULL);
	struct sample sample;

	test_begin("O3, O4: what could not be judged, and why");
	sample_make(&sample, examination_rules, "defer");
	sample.message.inside = true;
	sample.ex.step = STEP_OPINIONS;
	counters_message(counters, &sample.ex, planner_failure(&sample.ex,
		"gone"), NULL, 1);
	sample.ex.step = STEP_PLAN;
	counters_message(counters, &sample.ex, planner_plan(&sample.ex),
		"Exim went away", 1);
	test_assert(has(counters, "sekisho_messages_total"
		"{direction=\"local\",fate=\"defer\"} 2"));
	test_assert(has(counters, "sekisho_messages_failed_total"
		"{cause=\"directory\"} 1"));
	test_assert(has(counters, "sekisho_messages_failed_total"
		"{cause=\"answer\"} 1"));
	test_assert(has(counters, "sekisho_recipients_total"
		"{direction=\"local\",fate=\"deliver\"} 0"));
	sample_free(&sample);
	sample_make(&sample, examination_rules, "accept");
	sample.ex.step = STEP_INSPECT;
	counters_message(counters, &sample.ex, planner_failure(&sample.ex,
		"gone"), NULL, 1);
	test_assert(has(counters, "sekisho_messages_total"
		"{direction=\"inbound\",fate=\"unscanned\"} 1"));
	test_assert(has(counters, "sekisho_messages_failed_total"
		"{cause=\"scanner\"} 1"));
	sample_free(&sample);
}

/* Rules without end may come and go with reloads; the text may not grow. */
static void
test_rules(void)
{
	struct counters *counters = counters_new(NULL);
	struct sample sample;
	char *rules = calloc(MANY, 400), *end = rules;
	int i;

	test_begin("O3: no more rules than there are places");
	for (i = 0; i < MANY; i++)
		end += sprintf(end, "<rule id=\"r%d\" class=\"virus\" "
			"status=\"on\"><name>n</name><when><virus/></when>"
			"<then><delete/></then></rule>", i);
	sample_make(&sample, rules, "defer");
	counters_name_rules(counters, sample.policy);
	counters_name_rules(counters, sample.policy);
	test_int(counters->rule_count, RULES_MAX);
	add_rules(counters, sample.ex.decision);
	test_assert(has(counters, "sekisho_rule_fired_total{rule=\"r511\"} "
		"1"));
	test_assert(has(counters, "sekisho_rule_fired_total{rule=\"(more)\"} "
		"88"));
	sample_free(&sample);
	free(rules);
}

/* Two processes count, a third is killed while it does. */
static void
test_processes(void)
{
	struct counters *counters = counters_new(NULL);
	pid_t pids[3];
	int i, k;

	test_begin("O3: several processes count into one table");
	for (i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (k = 0; i == 2 || k < 50000; k++)
			counters_add(counters, i == 2 ?
				COUNTER_NOTICE_FAILED : COUNTER_NOTICE_MADE);
		_exit(0);
	}
	waitpid(pids[0], NULL, 0);
	waitpid(pids[1], NULL, 0);
	kill(pids[2], SIGKILL);
	waitpid(pids[2], NULL, 0);
	test_assert(has(counters, "sekisho_notices_total{result=\"made\"} "
		"100000"));
}

static void
test_others(void)
{
	struct counters *counters = counters_new(NULL);

	test_begin("O3: requests, deeds, signatures");
	counters_request(counters, DESK_CONTROL, 0, SEKISHO_STATUS_LIMIT);
	counters_request(counters, DESK_ACCOUNT, -1, SEKISHO_STATUS_INVALID);
	counters_deed(counters, DEED_EXPIRE, 4);
	counters_signatures(counters, 12, 1700000000);
	test_assert(has(counters, "sekisho_requests_total{desk=\"control.sock\""
		",verb=\"approved-list\",status=\"limit\"} 1"));
	test_assert(has(counters, "sekisho_requests_total{desk=\"account.sock\""
		",verb=\"(unknown)\",status=\"invalid\"} 1"));
	test_assert(has(counters, "sekisho_quarantine_messages_total"
		"{deed=\"expire\"} 4"));
	test_assert(has(counters, "sekisho_signatures 12"));
	test_assert(has(counters, "sekisho_signatures_made_timestamp_seconds "
		"1700000000"));
	test_begin("O3: without a table nothing is counted");
	counters_add(NULL, COUNTER_CLERK_DIED);
	counters_request(NULL, DESK_SCAN, 0, SEKISHO_STATUS_OK);
	counters_deed(NULL, DEED_EVICT, 1);
	counters_directory(NULL, 1, false);
	counters_signatures(NULL, 1, 1);
	counters_name_rules(NULL, NULL);
}

/* No desk may have more verbs than there are numbers for. */
static void
test_verbs(void)
{
	size_t desk, n;

	test_begin("O3: each verb has its number");
	for (desk = 0; desk < DESKS; desk++) {
		for (n = 0; desks[desk].verbs[n].name != NULL; n++)
			continue;
		test_assert(n <= VERBS_MAX);
	}
}

static void
test_escapes(void)
{
	struct sekisho_buf text;

	test_begin("O3: a value may hold anything");
	sekisho_buf_init(&text, 1000);
	openmetrics_family(&text, "x_seconds", "gauge", "Y.");
	openmetrics_sample(&text, "x_seconds", "", (openmetrics_labels){
		"a", "b\"c\\d\ne", "f", "", NULL }, 18446744073709551615u);
	openmetrics_end(&text);
	test_str(text.data, "# TYPE x_seconds gauge\n# UNIT x_seconds seconds\n"
		"# HELP x_seconds Y.\nx_seconds{a=\"b\\\"c\\\\d\\ne\",f=\"\"} "
		"18446744073709551615\n# EOF\n");
	sekisho_buf_free(&text);
}

int
main(void)
{
	test_message();
	test_failed();
	test_rules();
	test_processes();
	test_others();
	test_verbs();
	test_escapes();
	return test_done();
}
