/*
 * counters_text.c - the numbers as OpenMetrics text. Their names are a promise
 * (sekisho-counters(7)).
 */
#include <stdio.h>

#include "counters_private.h"
#include "inquiry.h"
#include "openmetrics.h"

/* Of one name that has one label, or none. */
struct family {
	const char *name, *help, *label;
	const char *const *values;	/* of the label */
	const counted *numbers;
	size_t count;
};

static void
add_family(struct sekisho_buf *out, const struct family *family)
{
	size_t i;

	openmetrics_family(out, family->name, "counter", family->help);
	for (i = 0; i < family->count; i++)
		openmetrics_sample(out, family->name, "_total",
			(openmetrics_labels){ family->label,
			family->label == NULL ? NULL : family->values[i],
			NULL }, family->numbers[i]);
}

static const char *
fate_name(size_t fate)
{
	static const char *const more[] = {
		[MESSAGE_MIXED - SEKISHO_FATES] = "mixed",
		[MESSAGE_DEFER - SEKISHO_FATES] = "defer",
		[MESSAGE_UNSCANNED - SEKISHO_FATES] = "unscanned",
	};

	return fate < SEKISHO_FATES ?
		sekisho_fate_name((enum sekisho_fate)fate) :
		more[fate - SEKISHO_FATES];
}

/* count fates of each direction, one row of numbers after the other. */
static void
add_fates(struct sekisho_buf *out, const char *name, const char *help,
	const counted *numbers, size_t count)
{
	size_t i;

	openmetrics_family(out, name, "counter", help);
	for (i = 0; i < DIRECTIONS * count; i++)
		openmetrics_sample(out, name, "_total", (openmetrics_labels){
			"direction", direction_name((enum direction)(i /
			count)), "fate", fate_name(i % count), NULL },
			numbers[i]);
}

static void
add_histogram(struct sekisho_buf *out, const char *name, const char *help,
	const struct histogram *histogram)
{
	uint64_t count = 0;
	char edge[16];
	size_t i;

	openmetrics_family(out, name, "histogram", help);
	for (i = 0; i < BUCKETS; i++) {
		count += histogram->buckets[i];
		if (i < BUCKETS - 1)
			snprintf(edge, sizeof(edge), "%u.%03u",
				counter_buckets[i] / 1000,
				counter_buckets[i] % 1000);
		else
			snprintf(edge, sizeof(edge), "+Inf");
		openmetrics_sample(out, name, "_bucket",
			(openmetrics_labels){ "le", edge, NULL }, count);
	}
	openmetrics_sample(out, name, "_count", NULL, count);
	openmetrics_seconds(out, name, "_sum", histogram->sum);
}

static void
add_messages(struct sekisho_buf *out, const struct counters *counters)
{
	static const char *const steps[STEPS] = {
		[STEP_COPY] = "copy", [STEP_INSPECT] = "scanner",
		[STEP_OPINIONS] = "directory", [STEP_REWRITE] = "rewrite",
		[STEP_PLAN] = "policy", [STEP_ANSWER] = "answer",
	};
	const char *kinds[FINDING_KINDS];
	size_t i;

	for (i = 0; i < FINDING_KINDS; i++)
		kinds[i] = finding_kind_name((enum finding_kind)i);
	add_fates(out, "sekisho_messages",
		"Messages that Exim asked about, by what became of them.",
		&counters->messages[0][0], MESSAGE_FATES);
	add_fates(out, "sekisho_recipients",
		"Recipients of messages that were judged.",
		&counters->recipients[0][0], SEKISHO_FATES);
	add_family(out, &(struct family){ "sekisho_messages_found",
		"Messages in which something of that kind was found.", "kind",
		kinds, counters->found, FINDING_KINDS });
	add_family(out, &(struct family){ "sekisho_messages_known",
		"Messages that were inspected before and not once more.",
		NULL, NULL, &counters->known, 1 });
	add_family(out, &(struct family){ "sekisho_messages_failed",
		"Messages that could not be judged, by what failed.", "cause",
		steps, counters->failures, STEPS });
	add_histogram(out, "sekisho_message_duration_seconds",
		"Time that a message took.", &counters->message_ms);
}

static void
add_rules(struct sekisho_buf *out, const struct counters *counters)
{
	static const char name[] = "sekisho_rule_fired";
	uint32_t i, count = counters->rule_count;

	openmetrics_family(out, name, "counter",
		"Messages for which a rule fired; (more): rules without a "
		"number of their own.");
	for (i = 0; i < count; i++)
		openmetrics_sample(out, name, "_total", (openmetrics_labels){
			"rule", counters->rules[i].id, NULL },
			counters->rules[i].fired);
	openmetrics_sample(out, name, "_total", (openmetrics_labels){ "rule",
		"(more)", NULL }, counters->rules[RULES_MAX].fired);
}

static void
add_verb(struct sekisho_buf *out, const char *desk, const char *verb,
	const counted *numbers)
{
	size_t i;

	for (i = 0; i < SEKISHO_STATUSES; i++)
		openmetrics_sample(out, "sekisho_requests", "_total",
			(openmetrics_labels){ "desk", desk, "verb", verb,
			"status", sekisho_status_name((enum sekisho_status)i),
			NULL }, numbers[i]);
}

static void
add_requests(struct sekisho_buf *out, const struct counters *counters)
{
	size_t desk, verb;

	openmetrics_family(out, "sekisho_requests", "counter",
		"Requests of Dovecot, the webmail and administrators.");
	for (desk = 0; desk < DESKS; desk++) {
		const struct verb *verbs = desks[desk].verbs;

		for (verb = 0; verbs[verb].name != NULL; verb++)
			add_verb(out, desks[desk].socket, verbs[verb].name,
				counters->requests[desk][verb + 1]);
		add_verb(out, desks[desk].socket, "(unknown)",
			counters->requests[desk][0]);
	}
}

static void
add_processes(struct sekisho_buf *out, const struct counters *counters)
{
	static const char *const notices[] = { "made", "limited", "failed" },
		*const generations[] = { "ready", "failed", "lost" };
	const counted *single = counters->single;

	add_family(out, &(struct family){ "sekisho_notices",
		"Notices that rules asked for.", "result", notices,
		single + COUNTER_NOTICE_MADE, 3 });
	add_family(out, &(struct family){ "sekisho_inspectors_died",
		"Inspectors that a message ended; others took their place.",
		NULL, NULL, single + COUNTER_INSPECTOR_DIED, 1 });
	add_family(out, &(struct family){ "sekisho_inspectors_overdue",
		"Those among them that took too long and were killed.",
		NULL, NULL, single + COUNTER_INSPECTOR_OVERDUE, 1 });
	add_family(out, &(struct family){ "sekisho_clerks_died",
		"Clerks that ended before their time.", NULL, NULL,
		single + COUNTER_CLERK_DIED, 1 });
	add_family(out, &(struct family){ "sekisho_generations",
		"Sets of signatures that were to be loaded.", "result",
		generations, single + COUNTER_GENERATION_READY, 3 });
	add_histogram(out, "sekisho_directory_duration_seconds",
		"Time that the directory took to answer, or not.",
		&counters->directory_ms);
	add_family(out, &(struct family){ "sekisho_directory_failed",
		"Questions that no directory server answered.", NULL, NULL,
		single + COUNTER_DIRECTORY_FAILED, 1 });
	add_family(out, &(struct family){ "sekisho_quarantine_messages",
		"Messages in quarantines, by what was done with them.",
		"deed", counter_deed_names, counters->deeds, DEEDS });
}

static void
add_gauge(struct sekisho_buf *out, const char *name, const char *help,
	uint64_t value)
{
	openmetrics_family(out, name, "gauge", help);
	openmetrics_sample(out, name, "", NULL, value);
}

void
counters_text(const struct counters *counters, struct sekisho_buf *out)
{
	openmetrics_family(out, "sekisho_build", "info", "This sekishod.");
	openmetrics_sample(out, "sekisho_build", "_info",
		(openmetrics_labels){ "version", SEKISHO_VERSION, NULL }, 1);
	add_gauge(out, "sekisho_start_time_seconds",
		"When sekishod was started, since 1970.", counters->started);
	add_messages(out, counters);
	add_rules(out, counters);
	add_requests(out, counters);
	add_processes(out, counters);
	add_gauge(out, "sekisho_signatures", "Signatures in use.",
		counters->signatures);
	add_gauge(out, "sekisho_signatures_loaded_timestamp_seconds",
		"When they were loaded, since 1970.",
		counters->signatures_loaded);
	add_gauge(out, "sekisho_signatures_made_timestamp_seconds",
		"When the newest of their files was made, since 1970.",
		counters->signatures_made);
	openmetrics_end(out);
}
