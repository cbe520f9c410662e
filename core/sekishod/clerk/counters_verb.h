/*
 * counters_verb.h - what control.sock says of the counters, and takes for them.
 */
#ifndef SEKISHO_COUNTERS_VERB_H
#define SEKISHO_COUNTERS_VERB_H

#include "inquiry.h"

/* Dovecot says what was done with held mail; fields are deeds. */
void counters_verb_count(struct inquiry *inquiry);

/* All of them as OpenMetrics text. */
void counters_verb_text(struct inquiry *inquiry);

#endif
