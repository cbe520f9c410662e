/*
 * counters_verb.c - what control.sock says of the counters, and takes for them.
 */
#include <ctype.h>
#include <stdlib.h>

#include "counters.h"
#include "counters_verb.h"
#include "frame.h"

/* More than this is no command of a mail client. */
#define TIMES_MAX 1000000u

void
counters_verb_count(struct inquiry *inquiry)
{
	unsigned long times[DEEDS];
	const char *value;
	char *end;
	size_t i;

	for (i = 0; i < DEEDS; i++) {
		value = inquiry_get(inquiry, counter_deed_names[i]);
		times[i] = strtoul(value, &end, 10);
		if (*value != '\0' && (!isdigit((unsigned char)*value) ||
		    *end != '\0' || times[i] > TIMES_MAX)) {
			inquiry_fail(inquiry, SEKISHO_STATUS_INVALID,
				counter_deed_names[i], "this is no number up "
				"to %u", TIMES_MAX);
			return;
		}
	}
	for (i = 0; i < DEEDS; i++)
		counters_deed(inquiry->checkpoint->counters,
			(enum counter_deed)i, times[i]);
}

void
counters_verb_text(struct inquiry *inquiry)
{
	struct sekisho_buf text;

	if (inquiry->checkpoint->counters == NULL) {
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"nothing is counted here");
		return;
	}
	sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
	counters_text(inquiry->checkpoint->counters, &text);
	if (text.failed)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"there is no memory");
	else
		inquiry_add(inquiry, "text", text.data);
	sekisho_buf_free(&text);
}
