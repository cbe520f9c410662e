/*
 * examine.h - the path of one message through a clerk: message -> findings ->
 * decision -> plan.
 */
#ifndef SEKISHO_EXAMINE_H
#define SEKISHO_EXAMINE_H

#include <stdbool.h>
#include <stdint.h>

#include "approval.h"
#include "config.h"
#include "inspection.h"
#include "message.h"
#include "plan.h"
#include "policy.h"
#include "pool.h"
#include "sekisho.h"

struct counters;
struct directory;
struct directory_changes;
struct engine;
struct poison;
struct ratelimit;
struct seal_keys;
struct verdicts;

/* What a clerk has at hand for every message. */
struct checkpoint {
	const struct config *config;
	const struct policy *policy;
	struct directory *directory;	/* NULL: nobody approves anybody */
	struct directory_changes *changes;	/* shared by all clerks */
	struct ratelimit *ratelimit;	/* NULL: no notices are made */
	const struct seal_keys *keys;	/* NULL: nothing can be held */
	struct poison *poison;		/* NULL: nobody counts */
	struct verdicts *verdicts;	/* NULL: nothing is remembered */
	struct counters *counters;	/* NULL: nothing is counted */
	struct engine *engine;		/* NULL: ask the inspectors */
};

/* How far it came. */
enum examine_step {
	STEP_COPY,
	STEP_INSPECT,
	STEP_OPINIONS,
	STEP_REWRITE,
	STEP_PLAN,		/* all of examine() is done */
	STEP_ANSWER,
	STEPS			/* their number */
};

/* What became known about one message, step by step. */
struct examination {
	const struct checkpoint *checkpoint;
	const struct sekisho_message *message;
	struct pool *pool;
	int64_t deadline;
	enum examine_step step;		/* the one that failed, or is next */
	int message_fd;			/* the assembled copy */
	uint64_t size;			/* its bytes */
	bool killed;			/* inspectors died over it */
	bool known;			/* the same mail came before */
	const char *released;		/* of its field X-Sekisho-Released, or
					 * NULL; it is not in the message ... */
	const char *released_id;	/* ... and under which id this mail to
					 * outside was held, or NULL */
	struct inspection inspection;
	struct approval approval;	/* who may have been approved */
	enum senders_opinion *opinions;	/* of each recipient */
	struct decision *decision;
	struct trace *trace;		/* NULL: nobody wants to know why */
	uint32_t *outcome_variant;	/* for each outcome of the decision */
	int variant_fds[SEKISHO_VARIANTS_MAX];
	uint32_t variant_count;
};

/*
 * Does all steps up to the decision and the new bodies; what was released to
 * outside passes without them. body_fd stays the
 * caller's. Fill checkpoint, message, pool, deadline and trace before. Returns
 * 0, or -1 when something was unavailable: the mail gets a 451 or, if the
 * policy says so, passes. Always call examine_end().
 */
int examine(struct examination *ex, int body_fd, struct sekisho_error *err);

/* Closes the descriptors. */
void examine_end(struct examination *ex);

#endif
