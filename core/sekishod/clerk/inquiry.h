/*
 * inquiry.h - one request on control.sock or account.sock, from reading it to
 * its answer and its log line.
 */
#ifndef SEKISHO_INQUIRY_H
#define SEKISHO_INQUIRY_H

#include "desk.h"
#include "examine.h"
#include "pool.h"
#include "request.h"

struct inquiry {
	const struct checkpoint *checkpoint;
	const struct sekisho_request *request;
	int fd;				/* that came along, or -1 */
	int64_t deadline;
	struct pool *pool;		/* of the inquiry; freed afterwards */
	struct sekisho_answer answer;	/* OK and empty at first */
};

/* Reads one request from fd, has the verb answer it, sends and logs that. */
void inquiry_serve(const struct checkpoint *checkpoint, int fd,
	const struct desk *desk);

/* The same with a frame that was received already; frame stays the caller's. */
void inquiry_handle(const struct checkpoint *checkpoint, int fd,
	const struct desk *desk, const struct sekisho_frame *frame);

/* The value of a field of the request, or "". */
const char *inquiry_get(const struct inquiry *inquiry, const char *name);

/* Adds a field to the answer. The texts are copied. */
void inquiry_add(struct inquiry *inquiry, const char *name,
	const char *value);

/*
 * Sets what is wrong: the field of the request ("" for none) and one sentence.
 */
void inquiry_fail(struct inquiry *inquiry, enum sekisho_status status,
	const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
