/*
 * tally.h - what the logs say of some days, in numbers (SPEC O3).
 *
 * Lines of several logs may come in any order. Names in it are those of
 * strangers.
 */
#ifndef SEKISHO_TALLY_H
#define SEKISHO_TALLY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_SLOTS_MAX 400u
#define TALLY_SLOWEST 10u

/* Kinds of things that are counted by the day, or by the hour of one day. */
enum tally_kind {
	/* messages */
	TALLY_INBOUND, TALLY_OUTBOUND, TALLY_LOCAL, TALLY_BOTH,
	TALLY_VIRUS,
	/* recipients */
	TALLY_DELIVER, TALLY_HOLD, TALLY_REJECT, TALLY_DELETE, TALLY_DEFER,
	TALLY_UNSCANNED,
	/* held messages */
	TALLY_FILED, TALLY_RELEASED, TALLY_APPROVED, TALLY_REMOVED,
	TALLY_EXPIRED, TALLY_EVICTED,
	/* notices */
	TALLY_NOTICE, TALLY_NO_NOTICE,
	TALLY_KINDS
};

/* Scores of the spam filter: below 0, from 0, 2, 4 ... 14 and more, none. */
#define TALLY_SCORES 10

struct tally_slow {
	int64_t ms, when, size;
	char *id, *sender;
};

struct tally {
	/* Where each slot begins, and where the last one ends. */
	int64_t edges[TALLY_SLOTS_MAX + 1];
	size_t slots;
	int64_t numbers[TALLY_KINDS][TALLY_SLOTS_MAX];
	int64_t scores[TALLY_SCORES];
	GArray *ms[TALLY_SLOTS_MAX];		/* uint32_t, of each message */
	GHashTable *viruses, *rules, *held_senders;	/* name -> number */
	GHashTable *deferred;		/* ids of which a 451 was told */
	struct tally_slow slowest[TALLY_SLOWEST];	/* slowest first */
	int64_t lines;				/* that told something */
};

/*
 * Days of the local calendar from the one that since is in to that of until;
 * hours, when that is one day or two. Returns 0, or -1: more than there is
 * room for, or none.
 */
int tally_init(struct tally *tally, int64_t since, int64_t until);
void tally_free(struct tally *tally);

/* A line of a log without its end. */
void tally_line(struct tally *tally, const char *line);

/* The sum of all slots. */
int64_t tally_sum(const struct tally *tally, enum tally_kind kind);

/* Of the messages of a slot, so many percent took no longer; -1: none came. */
int64_t tally_percentile(struct tally *tally, size_t slot,
	unsigned int percent);

#endif
