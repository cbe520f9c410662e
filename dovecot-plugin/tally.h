/*
 * tally.h - tells sekishod how many held messages went which way, for its
 * counters (sekisho-counters(7)).
 *
 * Nobody waits for it and nothing fails by it: when sekishod is not there, it
 * does not count.
 */
#ifndef SEKISHO_TALLY_H
#define SEKISHO_TALLY_H

struct action;
struct sekisho_user;

/* Kept until it is sent. */
void tally_add(struct sekisho_user *user, const struct action *action);

/* To be called at the end of a command; does nothing when nothing was added. */
void tally_send(struct sekisho_user *user);

#endif
