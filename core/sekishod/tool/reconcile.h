/*
 * reconcile.h - `sekisho reconcile`: do the logs account for every message?
 */
#ifndef SEKISHO_RECONCILE_H
#define SEKISHO_RECONCILE_H

/* Runs the subcommand with its own arguments; returns the exit status. */
int reconcile_main(int argc, char *argv[]);

#endif
