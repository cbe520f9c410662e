/*
 * command.h - run another program, and have what it says. No shell is asked.
 */
#ifndef SEKISHO_COMMAND_H
#define SEKISHO_COMMAND_H

#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "sekisho.h"

struct command {
	const char *const *argv;	/* ends with NULL; argv[0] is looked
					 * for in PATH when it has no "/" */
	const char *input;		/* its standard input, or NULL: none */
	uid_t uid;			/* whom it runs as; 0: as we do */
	gid_t gid;
	int64_t deadline;		/* sekisho_now() milliseconds */
};

/*
 * Runs it until it ends or the deadline, when it is killed. Adds to out what
 * it says on standard output and standard error, up to out's maximum. Returns
 * its exit status, 128 and the number of the signal that ended it, or -1 when
 * it could not be run or did not end.
 */
int command_run(const struct command *command, struct sekisho_buf *out,
	struct sekisho_error *err);

#endif
