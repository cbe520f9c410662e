/*
 * deed-count.h - tells sekishod how many held messages went which way, for its
 * counters (sekisho-counters(7)).
 *
 * Nobody waits for it and nothing fails by it: when sekishod is not there, it
 * does not count.
 */
#ifndef SEKISHO_DEED_COUNT_H
#define SEKISHO_DEED_COUNT_H

struct action;
struct sekisho_user;

/* Kept until it is sent. */
void deed_count_add(struct sekisho_user *user, const struct action *action);

/* To be called at the end of a command; does nothing when nothing was added. */
void deed_count_send(struct sekisho_user *user);

#endif
