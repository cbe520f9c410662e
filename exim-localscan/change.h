/*
 * change.h - what one message and its plan come down to: made by
 * localscan_apply(), carried out by it, routing.c and variant.c.
 */
#ifndef SEKISHO_CHANGE_H
#define SEKISHO_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "entity.h"
#include "message.h"
#include "plan.h"
#include "sekisho.h"

struct localscan_change {
	const struct sekisho_message *message;
	const struct sekisho_plan *plan;
	struct entity variants[SEKISHO_VARIANTS_MAX];	/* variant n at n-1 */
	bool variant_needed[SEKISHO_VARIANTS_MAX];
	size_t rejected;	/* recipients */
	size_t held;		/* recipients */
	const struct sekisho_outcome *first;	/* delivered one, or NULL */
	bool same_body;		/* all delivered recipients get one body ... */
	bool same_headers;	/* ... and one set of headers */
};

/* routing.c: puts the outcomes where the routers find them. 0 or -1. */
int localscan_routing_set(const struct localscan_change *change,
	struct sekisho_error *err);

/*
 * variant.c: keeps the variants that the spool cannot hold as files below
 * Exim's spool directory, durably; throws away those of messages that are
 * gone. Returns 0 or -1.
 */
int localscan_variants_store(const struct localscan_change *change,
	struct sekisho_error *err);

#endif
