/*
 * assemble.h - one contiguous copy of a message for the inspectors.
 */
#ifndef SEKISHO_ASSEMBLE_H
#define SEKISHO_ASSEMBLE_H

#include <stdint.h>

#include "message.h"
#include "sekisho.h"

/*
 * Copies headers, an empty line and the body into a sealed memfd (lines end in
 * LF even when the spool has CRLF). Nothing is parsed. Returns the descriptor
 * and the size in bytes, or -1.
 */
int assemble_message(const struct sekisho_message *message, int body_fd,
	uint64_t *size_r, struct sekisho_error *err);

#endif
