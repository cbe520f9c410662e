/*
 * check.h - `sekisho check`: what is wrong with this site, and what mends it.
 */
#ifndef SEKISHO_CHECK_H
#define SEKISHO_CHECK_H

/* Returns an exit status. */
int check_main(int argc, char *argv[]);

#endif
