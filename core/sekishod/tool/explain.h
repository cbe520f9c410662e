/*
 * explain.h - `sekisho explain`: what would happen to this message, and why.
 */
#ifndef SEKISHO_EXPLAIN_H
#define SEKISHO_EXPLAIN_H

#include <stdint.h>

#include "buf.h"
#include "config.h"
#include "message.h"
#include "sekisho.h"

/*
 * Asks the running sekishod, on scan.sock, what it would do with a message
 * whose body is in the descriptor fd; type is SEKISHO_FRAME_EXPLAIN or
 * SEKISHO_FRAME_EXPLAIN_JSON (frame.h). Returns 0 with its answer appended to
 * out, or -1; err stays as it was when sekishod hung up without an answer.
 */
int explain_ask(const struct config *config,
	const struct sekisho_message *message, int fd, uint32_t type,
	int64_t deadline, struct sekisho_buf *out, struct sekisho_error *err);

/* Runs the subcommand with its own arguments; returns the exit status. */
int explain_main(int argc, char *argv[]);

#endif
