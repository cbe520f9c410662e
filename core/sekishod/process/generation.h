/*
 * generation.h - one set of loaded signatures and the inspectors that share it.
 *
 * A generation is a process of its own, freshly executed: it loads the
 * signatures once and forks the inspectors, so they share the memory. New
 * signatures mean a new generation beside the old one.
 */
#ifndef SEKISHO_GENERATION_H
#define SEKISHO_GENERATION_H

#include <stdint.h>

#include "config.h"

/* What a generation tells its master; a pipe carries each as a whole. */
enum generation_what {
	GENERATION_READY = 'R',		/* all inspectors wait for messages */
	GENERATION_STALE = 'S',		/* the signature files have changed */
	GENERATION_DIED = 'D',		/* an inspector has, not by itself */
	GENERATION_OVERDUE = 'O',	/* one was too slow and is killed */
};

struct generation_word {
	uint32_t what;
	uint32_t signatures;	/* READY: how many are in use */
	int64_t made;		/* READY: when the newest file was made, 0:
				 * not known */
};

/*
 * The whole life of a generation; the process' exit status. number makes its
 * socket's name; master_fd is where it tells its master.
 */
int generation_run(const struct config *config, unsigned int number,
	int master_fd);

#endif
