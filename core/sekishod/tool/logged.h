/*
 * logged.h - a mail as a line of sekishod's log tells of it: enough to ask most
 * rules once more. What it does not tell is in policy_doubt.h.
 */
#ifndef SEKISHO_LOGGED_H
#define SEKISHO_LOGGED_H

#include <stdbool.h>
#include <stddef.h>

#include "inspection.h"
#include "logline.h"
#include "message.h"
#include "pool.h"
#include "senders.h"

struct logged {
	struct sekisho_message message;
	struct inspection inspection;
	enum senders_opinion *opinions;	/* of each recipient that is named */
	const char **fired;		/* the same: rules, ",id,id," */
	unsigned long unnamed;		/* "and 20 more" */
	bool cleaned_or_deleted;	/* removing viruses was tried ... */
	bool cleanable;			/* ... and done */
};

/*
 * Reads a line of logline_sekishod(). Texts live in pool. Returns false when
 * rules have decided nothing: another kind of line, a 451, or more findings
 * than the log has room for.
 */
bool logged_read(struct logged *logged_r, struct pool *pool,
	const struct logline *line);

/* What viruses of a mail are that nobody has tried to remove. */
void logged_doubt(struct logged *logged, bool cleanable);

#endif
