/*
 * tally_private.h - for those that read lines into a tally.
 */
#ifndef SEKISHO_TALLY_PRIVATE_H
#define SEKISHO_TALLY_PRIVATE_H

#include "logline.h"
#include "tally.h"

/* The slot of a moment; false when it is in none. */
bool tally_slot(const struct tally *tally, int64_t when, size_t *slot);

/* Once more that name. */
void tally_name(GHashTable *names, const char *name);

/* A line of sekishod's log about a message. */
void tally_sekishod(struct tally *tally, const struct logline *found,
	size_t slot);

#endif
