/*
 * approved_verb.h - the verbs approved-* of control.sock, sekisho-protocol(7):
 * a user's list of approved senders (SPEC A1, A2, A6, A7).
 */
#ifndef SEKISHO_APPROVED_VERB_H
#define SEKISHO_APPROVED_VERB_H

#include "inquiry.h"

void approved_verb_list(struct inquiry *inquiry);
void approved_verb_token(struct inquiry *inquiry);
void approved_verb_add(struct inquiry *inquiry);
void approved_verb_remove(struct inquiry *inquiry);
void approved_verb_repair(struct inquiry *inquiry);

#endif
