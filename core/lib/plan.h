/*
 * plan.h - the third noun: what shall be done with a message, for each
 * recipient. Made by a clerk, carried out by the module.
 *
 * Recipients with the same fate, headers and body share one outcome. A body
 * other than the received one is a variant: a MIME entity in a descriptor of
 * its own (its MIME header lines, an empty line, its body; lines end in LF).
 */
#ifndef SEKISHO_PLAN_H
#define SEKISHO_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sekisho.h"

enum sekisho_fate {
	SEKISHO_DELIVER,
	SEKISHO_DELETE,		/* accepted and thrown away, by a rule */
	SEKISHO_REJECT,		/* 550 with ->text */
	SEKISHO_HOLD,		/* into the recipient's quarantine, or that of
				 * mail to outside */
	SEKISHO_FATES		/* their number */
};

/* "deliver", "delete", "reject", "hold": as logs and routers spell them. */
const char *sekisho_fate_name(enum sekisho_fate fate);

struct sekisho_outcome {
	enum sekisho_fate fate;
	const char *text;	/* reject: SMTP text; delete, hold: reason; hold
				 * to outside: in whose quarantine */
	const char *subject;	/* whole new Subject line(s), or "" to keep */
	const char *headers;	/* lines to add, each ends in LF, or ""; hold
				 * to outside: the field of held.h for all */
	uint32_t variant;	/* 0: the body as received; n: variant n */
};

struct sekisho_notice {
	const char *recipient;
	const char *text;	/* a whole message, lines end in LF */
	size_t text_len;
};

/* All texts are never NULL. */
struct sekisho_plan {
	bool defer;			/* 451 for the whole message ... */
	const char *defer_text;		/* ... because of this, for the log */
	struct sekisho_outcome *outcomes;
	size_t outcome_count;
	uint32_t *recipient_outcome;	/* for each recipient of the message */
	const char **recipient_held;	/* hold: the header field (held.h) that
					 * goes with the mail, unless his
					 * outcome has it, else ""; the list
					 * may be NULL to encode none */
	size_t recipient_count;
	uint32_t variant_count;		/* descriptors beside the plan */
	struct sekisho_notice *notices;
	size_t notice_count;
	const char *log;		/* key=value text for Exim's main log */
};

void sekisho_plan_encode(const struct sekisho_plan *plan,
	struct sekisho_buf *buf);

/*
 * Reads and checks a whole plan: every index in range, every header line of a
 * proper form, a plan for exactly recipient_count recipients and for
 * variant_count descriptors. Texts point into data; lists are allocated, free
 * them with sekisho_plan_free(). Returns 0 or -1.
 */
int sekisho_plan_decode(struct sekisho_plan *plan_r, const void *data,
	size_t len, size_t recipient_count, struct sekisho_error *err);

/* Frees the lists. plan may be NULL. */
void sekisho_plan_free(struct sekisho_plan *plan);

#endif
