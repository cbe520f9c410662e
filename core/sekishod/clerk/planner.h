/*
 * planner.h - from the decision about a message to the plan that Exim's module
 * carries out, and to the log line that says so.
 */
#ifndef SEKISHO_PLANNER_H
#define SEKISHO_PLANNER_H

#include "examine.h"
#include "plan.h"

/*
 * The plan of a finished examination, notices included. Lives in the
 * examination's pool.
 */
struct sekisho_plan *planner_plan(const struct examination *ex);

/*
 * The plan when an examination failed: 451, or delivery as it is when the
 * policy says on-failure="accept" (SPEC O4).
 */
struct sekisho_plan *planner_failure(const struct examination *ex,
	const char *reason);

/*
 * Writes the one line about this message (SPEC O1). lost is NULL, or why the
 * plan did not get to Exim, which answers 451 then.
 */
void planner_log(const struct examination *ex,
	const struct sekisho_plan *plan, const char *lost, int64_t ms);

#endif
