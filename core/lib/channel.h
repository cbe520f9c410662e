/*
 * channel.h - one frame at a time over a Unix stream socket, with file
 * descriptors beside it (SCM_RIGHTS, unix(7)) and an absolute deadline.
 *
 * On the wire a frame is 12 bytes - "SKS1", its type, its length, both 32 bits
 * in network byte order - and then its fields (frame.h).
 */
#ifndef SEKISHO_CHANNEL_H
#define SEKISHO_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sekisho.h"

#define SEKISHO_FDS_MAX 8u

/*
 * What a frame is, its fields and its descriptors; a receiver refuses a type it
 * did not expect.
 */
enum sekisho_frame_type {
	SEKISHO_FRAME_MESSAGE = 1,	/* module -> clerk: message.h, body */
	SEKISHO_FRAME_PLAN = 2,		/* clerk -> module: plan.h, variants */
	SEKISHO_FRAME_EXPLAIN = 3,	/* sekisho -> clerk: as MESSAGE */
	SEKISHO_FRAME_EXPLAIN_JSON = 4,	/* the same, the answer in JSON */
	SEKISHO_FRAME_EXPLANATION = 5,	/* clerk -> sekisho: one text */
	SEKISHO_FRAME_REQUEST = 8,	/* request.h, fd if the verb has one */
	SEKISHO_FRAME_ANSWER = 9,	/* request.h */
	SEKISHO_FRAME_INSPECT = 16,	/* clerk -> inspector: message */
	SEKISHO_FRAME_INSPECTION = 17,	/* inspector -> clerk: inspection.h */
	SEKISHO_FRAME_REWRITE = 18,	/* clerk -> inspector: edits, in, out */
	SEKISHO_FRAME_REWRITTEN = 19,	/* inspector -> clerk: done */
	SEKISHO_FRAME_FAILURE = 31,	/* any reply: one text that says why */
};

/* A received frame owns its bytes and its descriptors. */
struct sekisho_frame {
	uint32_t type;
	char *data;
	size_t len;
	int fds[SEKISHO_FDS_MAX];
	unsigned int fd_count;
};

/* Milliseconds of CLOCK_MONOTONIC, now and after ms more. */
int64_t sekisho_now(void);
int64_t sekisho_deadline(int64_t ms);

/*
 * Connects to the socket at path. Returns the descriptor (close-on-exec,
 * non-blocking) or -1 with a sentence that says what to do about it.
 */
int sekisho_channel_connect(const char *path, int64_t deadline,
	struct sekisho_error *err);

/*
 * Sends one frame; fds stay the caller's. Returns 0 or -1. Never raises
 * SIGPIPE.
 */
int sekisho_channel_send(int fd, const struct sekisho_frame *frame,
	int64_t deadline, struct sekisho_error *err);

/*
 * Waits for one whole frame. Returns 1; 0 when the peer closed before the
 * first byte; -1 on an error, a timeout or a frame that breaks a limit. On 1
 * the caller frees it with sekisho_frame_free().
 */
int sekisho_channel_recv(int fd, struct sekisho_frame *frame_r,
	int64_t deadline, struct sekisho_error *err);

/* Frees the bytes and closes the descriptors. frame may be NULL. */
void sekisho_frame_free(struct sekisho_frame *frame);

#endif
