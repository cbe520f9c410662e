/*
 * senders_verb.h - the verbs approved-* and blocked-* of control.sock, as in
 * sekisho-protocol(7): a user's lists of senders (SPEC A1, A2, A6, A7). The
 * name of the verb says which list is meant.
 */
#ifndef SEKISHO_SENDERS_VERB_H
#define SEKISHO_SENDERS_VERB_H

#include "inquiry.h"

void senders_verb_list(struct inquiry *inquiry);
void senders_verb_token(struct inquiry *inquiry);
void senders_verb_add(struct inquiry *inquiry);
void senders_verb_remove(struct inquiry *inquiry);
void senders_verb_repair(struct inquiry *inquiry);

#endif
