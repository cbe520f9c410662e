/*
 * policy_try.h - `sekisho policy try`: what would another policy have done with
 * the mails in the log?
 */
#ifndef SEKISHO_POLICY_TRY_H
#define SEKISHO_POLICY_TRY_H

/* Runs `sekisho policy ...`; returns the exit status. */
int policy_main(int argc, char *argv[]);

#endif
