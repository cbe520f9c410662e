/*
 * counters.h - what sekishod has done since it was started, in numbers that
 * all its processes share (SPEC O3; sekisho-counters(7)).
 *
 * Each number is one word that is changed at once, so a process that is killed
 * at any point leaves the table whole. Every function takes NULL for a table:
 * then nothing is counted.
 */
#ifndef SEKISHO_COUNTERS_H
#define SEKISHO_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "examine.h"
#include "plan.h"
#include "request.h"
#include "sekisho.h"

struct counters;

/*
 * All zeros, for processes forked later; it ends with the last of them. Returns
 * NULL when there is no memory.
 */
struct counters *counters_new(struct sekisho_error *err);

/* Things that have neither a name nor a size. */
enum counter {
	COUNTER_NOTICE_MADE,
	COUNTER_NOTICE_LIMITED,		/* notices-per-hour was reached */
	COUNTER_NOTICE_FAILED,		/* its template is wrong */
	COUNTER_INSPECTOR_DIED,
	COUNTER_INSPECTOR_OVERDUE,	/* and was killed; then it dies, too */
	COUNTER_CLERK_DIED,
	COUNTER_GENERATION_READY,
	COUNTER_GENERATION_FAILED,	/* it did not start */
	COUNTER_GENERATION_LOST,	/* it was serving and is gone */
	COUNTER_DIRECTORY_FAILED,
	COUNTERS			/* their number */
};

void counters_add(struct counters *counters, enum counter what);

/* Of a message, as planner_log() writes it; lost as there. */
void counters_message(struct counters *counters, const struct examination *ex,
	const struct sekisho_plan *plan, const char *lost, int64_t ms);

/* A directory_meter; counters may be NULL. */
void counters_directory(void *counters, int64_t ms, bool answered);

/* A desk (its place in desks[]) was asked; verb is its place there, or -1. */
void counters_request(struct counters *counters, size_t desk, int verb,
	enum sekisho_status status);

/* What Dovecot says was done in a quarantine. */
enum counter_deed {
	DEED_DELIVER,
	DEED_APPROVE,		/* delivered, and the sender approved */
	DEED_DELETE,
	DEED_EXPIRE,
	DEED_EVICT,
	DEED_RECLASS,		/* held for a virus from now on */
	DEED_REFUSED,		/* any of these, and it was not done */
	DEEDS			/* their number */
};

extern const char *const counter_deed_names[DEEDS];

void counters_deed(struct counters *counters, enum counter_deed deed,
	uint64_t times);

/* Only for the master: rules get their places before clerks are forked. */
void counters_name_rules(struct counters *counters,
	const struct policy *policy);

/* Only for the master: the signatures in use, and when the newest was made. */
void counters_signatures(struct counters *counters, uint64_t count,
	int64_t made);

/* Appends all of it as OpenMetrics text. */
void counters_text(const struct counters *counters, struct sekisho_buf *out);

#endif
