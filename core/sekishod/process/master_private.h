/*
 * master_private.h - what the master knows of its children.
 */
#ifndef SEKISHO_MASTER_PRIVATE_H
#define SEKISHO_MASTER_PRIVATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "desk.h"
#include "seal.h"

struct counters;
struct directory_changes;
struct poison;
struct policy;
struct ratelimit;
struct verdicts;

#define CLERKS_MAX 256

struct master {
	const char *config_file;
	struct config *config;
	struct policy *policy;
	struct seal_keys keys;
	struct ratelimit *ratelimit;
	struct directory_changes *changes;
	struct poison *poison;
	struct verdicts *verdicts;
	struct counters *counters;
	int lock_fd;
	int listen_fds[DESKS];
	pid_t clerks[DESKS][CLERKS_MAX];	/* of this policy, or 0 */
	pid_t serving;			/* generation that has the socket */
	pid_t starting;			/* generation that loads, or 0 */
	pid_t leaving;			/* one that finishes its work, or 0 */
	int64_t leave_until;
	int starting_fd;		/* what it tells us, or -1 */
	int serving_fd;
	unsigned int generations;	/* started so far */
	int64_t start_after;		/* no new generation before */
	bool wanted;			/* one more, with what is new since */
	sigset_t signals;
	bool stopping;
};

/* -- generations ----------------------------------------------------------- */

/*
 * Starts one if it may be: two at most have their signatures in
 * memory, and a host that scans nothing has none.
 */
void master_generation_start(struct master *master);

/* There are new signatures, or a new configuration. */
void master_generation_want(struct master *master);

/* Reads what they have to say, and ends one that does not end. */
void master_generation_look(struct master *master);

/* A child has ended; false when it was no generation. */
bool master_generation_ended(struct master *master, pid_t pid);

/* -- clerks ---------------------------------------------------------------- */

/* As many as the configuration says; those that are there are left alone. */
void master_clerks_start(struct master *master);

/* They finish the message at hand; new ones can be started beside them. */
void master_clerks_dismiss(struct master *master);

/* A child has ended; false when it was no clerk of this policy. */
bool master_clerk_ended(struct master *master, pid_t pid, int status);

#endif
