/*
 * explain.h - `sekisho explain`: what would happen to this message, and why.
 */
#ifndef SEKISHO_EXPLAIN_H
#define SEKISHO_EXPLAIN_H

/* Runs the subcommand with its own arguments; returns the exit status. */
int explain_main(int argc, char *argv[]);

#endif
