/*
 * counters_private.h - the table; for counters.c, that fills it, and for
 * counters_text.c, that writes it out.
 */
#ifndef SEKISHO_COUNTERS_PRIVATE_H
#define SEKISHO_COUNTERS_PRIVATE_H

#include <stdatomic.h>

#include "counters.h"
#include "desk.h"
#include "direction.h"

/* What became of a message as a whole: a fate, or ... */
enum message_fate {
	MESSAGE_MIXED = SEKISHO_FATES,	/* its recipients have several */
	MESSAGE_DEFER,			/* 451 */
	MESSAGE_UNSCANNED,		/* on-failure="accept" */
	MESSAGE_FATES
};

/* Milliseconds up to which a bucket goes; the last one is for the rest. */
#define BUCKETS 13
extern const unsigned int counter_buckets[BUCKETS - 1];

#define VERBS_MAX 32u		/* of one desk */
#define RULES_MAX 512u		/* that have a number of their own */
#define RULE_ID_MAX 32u

typedef _Atomic uint64_t counted;

struct histogram {
	counted buckets[BUCKETS];
	counted sum;		/* milliseconds */
};

struct counters {
	counted single[COUNTERS];
	counted messages[DIRECTIONS][MESSAGE_FATES];
	counted recipients[DIRECTIONS][SEKISHO_FATES];
	counted found[FINDING_KINDS];
	counted known;
	counted failures[STEPS];
	counted deeds[DEEDS];
	/* The first verb is the one that a desk does not know. */
	counted requests[DESKS][VERBS_MAX + 1][SEKISHO_STATUSES];
	struct histogram message_ms, directory_ms;
	/* Seconds since 1970. */
	counted started, signatures, signatures_made, signatures_loaded;
	_Atomic uint32_t rule_count;
	struct {
		char id[RULE_ID_MAX + 1];
		counted fired;
	} rules[RULES_MAX + 1];	/* the last one: those without a place */
};

#endif
