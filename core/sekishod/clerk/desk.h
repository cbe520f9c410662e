/*
 * desk.h - a socket of sekishod: who may ask there, how many clerks serve it.
 *
 * Each desk has clerks of its own, so that a crowd at one keeps nobody waiting
 * at another.
 */
#ifndef SEKISHO_DESK_H
#define SEKISHO_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "examine.h"

struct inquiry;

/* What a desk can be asked. A table of these ends with a NULL name. */
struct verb {
	const char *name;
	void (*answer)(struct inquiry *inquiry);
	bool quiet;		/* asked so often that only a failure is logged;
				 * who asked need not wait for the answer */
};

enum desk_place { DESK_SCAN, DESK_CONTROL, DESK_ACCOUNT, DESKS };

struct desk {
	const char *socket;	/* its name in the run-dir */
	const char *parameter;	/* of sekishod.conf, that says who may ask */
	mode_t mode;		/* of the socket; its group is the MTA's */

	const struct verb *verbs;

	/* Besides root and sekishod's own user. */
	bool (*admits)(const struct config *config, uid_t uid);
	unsigned int (*clerks)(const struct config *config);

	/* Reads a request, writes the answer; the caller closes fd. */
	void (*serve)(const struct checkpoint *checkpoint, int fd);
};

extern const struct desk desks[DESKS];

/* Each in its own file. */
extern const struct verb desk_scan_verbs[], desk_control_verbs[],
	desk_account_verbs[];

void desk_scan_serve(const struct checkpoint *checkpoint, int fd);
void desk_control_serve(const struct checkpoint *checkpoint, int fd);
void desk_account_serve(const struct checkpoint *checkpoint, int fd);

#endif
