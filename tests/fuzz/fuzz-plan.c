/*
 * fuzz-plan.c - a frame from a clerk: what the module takes for a plan has
 * every index in range, and is written again as the same bytes.
 *
 * The first byte is the number of recipients.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_lines(const char *text)
{
	size_t len = strlen(text);

	if (len > 0 && (text[0] == ' ' || text[0] == '\n' ||
	    text[len - 1] != '\n' || strstr(text, "\n\n") != NULL ||
	    strchr(text, '\r') != NULL))
		abort();
}

static void
check_plan(const struct sekisho_plan *plan)
{
	size_t i;

	if (plan->variant_count > SEKISHO_VARIANTS_MAX ||
	    plan->outcome_count > SEKISHO_OUTCOMES_MAX ||
	    plan->notice_count > SEKISHO_NOTICES_MAX)
		abort();
	for (i = 0; i < plan->outcome_count; i++) {
		if (plan->outcomes[i].fate >= SEKISHO_FATES ||
		    plan->outcomes[i].variant > plan->variant_count ||
		    strpbrk(plan->outcomes[i].text, "\r\n") != NULL)
			abort();
		check_lines(plan->outcomes[i].subject);
		check_lines(plan->outcomes[i].headers);
	}
	for (i = 0; i < plan->recipient_count; i++) {
		if (plan->recipient_outcome[i] >= plan->outcome_count)
			abort();
		check_lines(plan->recipient_held[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_error err = { "" };
	struct sekisho_plan plan;
	struct sekisho_buf buf;

	if (size == 0)
		return 0;
	if (sekisho_plan_decode(&plan, data + 1, size - 1, data[0], &err) <
	    0) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	check_plan(&plan);
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_plan_encode(&plan, &buf);
	if (buf.len != size - 1 || memcmp(buf.data, data + 1, size - 1) != 0)
		abort();
	sekisho_buf_free(&buf);
	sekisho_plan_free(&plan);
	return 0;
}
