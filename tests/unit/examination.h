/*
 * examination.h - for tests of what follows a decision: one examined mail with
 * a virus to five recipients, each with a fate of its own.
 */
#ifndef TEST_EXAMINATION_H
#define TEST_EXAMINATION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examine.h"
#include "policy.h"
#include "ratelimit.h"

#define RULE(id, class, when, then) \
	"<rule id=\"" id "\" class=\"" class "\" status=\"on\">" \
	"<name>" id "</name><when>" when "</when><then>" then "</then></rule>"

static const char examination_rules[] =
	RULE("V", "virus", "<virus/>", "<clean otherwise=\"delete\"/>"
		"<notify who=\"recipient\" template=\"virus\"/>")
	RULE("S", "spam", "<spam level=\"spam\"/>",
		"<tag-subject text=\"[SPAM]\"/>")
	RULE("H", "content", "<recipient like=\"alice@*\"/>",
		"<add-header name=\"X-A\" value=\"b\"/>")
	RULE("D", "virus", "<recipient like=\"carol@*\"/>", "<delete/>")
	RULE("J", "virus", "<recipient like=\"dave@*\"/>",
		"<reject text=\"5.7.1 not to Dave\"/>");

static struct part examination_parts[] = {
	{ "", "", "message/rfc822", "", 4321, false, false, false },
	{ "1", "", "text/plain", "text/plain", 5, true, false, false },
	{ "2", "請求 書.exe", "application/octet-stream",
	  "application/x-dosexec", 68, true, true, false },
};
static struct finding examination_findings[] = {
	{ FINDING_VIRUS, 2, "Win.Test", "a b.exe", true },
};
static const char *examination_recipients[] = { "alice@example.test",
	"bob@example.test", "carol@example.test", "dave@example.test",
	"erin@example.test" };

struct sample {
	struct config config;
	struct checkpoint checkpoint;
	struct sekisho_message message;
	struct examination ex;
	struct trace trace;
	struct policy *policy;
};

static inline struct policy *
examination_policy(const char *rules, const char *on_failure)
{
	char file[] = "/tmp/test-policy-XXXXXX";
	struct sekisho_error err = { "" };
	struct policy *policy;
	FILE *out = fdopen(mkstemp(file), "w");

	fprintf(out, "<policy xmlns=\"urn:sekisho:policy:1\" on-failure=\"%s\">"
		"<protected><domain>example.test</domain></protected>"
		"<notices from=\"no@example.test\"/>%s</policy>", on_failure,
		rules);
	fclose(out);
	policy = policy_load(file, "core/sekishod/policy.rng", &err);
	unlink(file);
	if (policy == NULL) {
		printf("# %s\n", err.text);
		abort();
	}
	return policy;
}

/* Decides again, after the test has changed something. */
static inline void
sample_decide(struct sample *sample)
{
	struct examination *ex = &sample->ex;
	struct policy_case facts = { .message = &sample->message,
		.inspection = &ex->inspection, .opinions = ex->opinions };
	size_t i;

	memset(&sample->trace, 0, sizeof(sample->trace));
	ex->decision = policy_decide(sample->policy, &facts, ex->pool,
		&sample->trace);
	ex->outcome_variant = pool_array(ex->pool,
		ex->decision->outcome_count + 1, sizeof(uint32_t));
	ex->variant_count = 0;
	for (i = 0; i < ex->decision->outcome_count; i++)
		if (ex->decision->outcomes[i].edits.count > 0 &&
		    ex->decision->outcomes[i].fate == SEKISHO_DELIVER)
			ex->outcome_variant[i] = ex->variant_count = 1;
}

static inline void
sample_make(struct sample *sample, const char *rules, const char *on_failure)
{
	memset(sample, 0, sizeof(*sample));
	sample->config.templates = "core/sekishod/templates";
	sample->policy = examination_policy(rules, on_failure);
	sample->checkpoint.config = &sample->config;
	sample->checkpoint.policy = sample->policy;
	sample->message = (struct sekisho_message){
		.id = "1a-b-C", .sender = "mallory@example.org",
		.recipients = examination_recipients, .recipient_count = 5,
		.client_address = "192.0.2.1", .helo = "", .spam_score = "65",
		.authenticated_id = "", .headers = "Subject: hello\n",
		.headers_len = 15,
	};
	sample->ex.checkpoint = &sample->checkpoint;
	sample->ex.message = &sample->message;
	sample->ex.pool = pool_new();
	sample->ex.size = 4321;
	sample->ex.trace = &sample->trace;
	sample->ex.inspection = (struct inspection){
		.parts = examination_parts, .part_count = 3,
		.findings = examination_findings, .finding_count = 1,
		.from = "mallory@example.org", .subject = "hello",
		.message_id = "<1@x>", .date = "today",
	};
	sample->ex.opinions = pool_array(sample->ex.pool, 5,
		sizeof(enum senders_opinion));
	sample->ex.opinions[4] = OPINION_APPROVED;
	sample_decide(sample);
}

static inline void
sample_free(struct sample *sample)
{
	pool_free(sample->ex.pool);
	policy_free(sample->policy);
}

#endif
