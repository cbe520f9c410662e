/*
 * generation.h - one set of loaded signatures and the inspectors that share it.
 *
 * A generation is a process of its own, freshly executed: it loads the
 * signatures once and forks the inspectors, so they share the memory. New
 * signatures mean a new generation beside the old one.
 */
#ifndef SEKISHO_GENERATION_H
#define SEKISHO_GENERATION_H

#include "config.h"

/* What a generation tells its master, one byte each. */
#define GENERATION_READY 'R'	/* all inspectors wait for messages */
#define GENERATION_STALE 'S'	/* the signature files have changed */

/* Name of the socket that clerks connect to, below run_dir. */
#define INSPECT_SOCKET "inspect.sock"

/*
 * The whole life of a generation; the process' exit status. number makes its
 * socket's name; master_fd is where it tells its master.
 */
int generation_run(const struct config *config, unsigned int number,
	int master_fd);

#endif
