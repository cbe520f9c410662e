/*
 * request.h - a question to sekishod on control.sock or account.sock, and its
 * answer: a verb with named fields there, a status with named fields back.
 *
 * Which verbs there are, and their fields, is in sekisho-protocol(7).
 */
#ifndef SEKISHO_REQUEST_H
#define SEKISHO_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "channel.h"
#include "sekisho.h"

#define SEKISHO_FIELDS_MAX 10000u	/* of one request or answer */

/* A name may occur several times. Texts are never NULL. */
struct sekisho_field {
	const char *name;
	const char *value;
};

struct sekisho_request {
	const char *verb;
	struct sekisho_field *fields;
	size_t field_count;
};

enum sekisho_status {
	SEKISHO_STATUS_OK,
	SEKISHO_STATUS_INVALID,		/* a field is wrong; ->field names it */
	SEKISHO_STATUS_REFUSED,		/* a rule forbids it: a virus, a lock */
	SEKISHO_STATUS_NOT_FOUND,	/* no such user, entry, token */
	SEKISHO_STATUS_EXISTS,		/* is there already */
	SEKISHO_STATUS_LIMIT,		/* the list is full; too many tries */
	SEKISHO_STATUS_UNAVAILABLE,	/* directory or scanner; try again */
	SEKISHO_STATUSES		/* their number */
};

/* "ok", "invalid", ...: as logs spell them. */
const char *sekisho_status_name(enum sekisho_status status);

/* Texts are never NULL; text is one sentence in English, "" with OK. */
struct sekisho_answer {
	enum sekisho_status status;
	const char *field;		/* of the request, or "" */
	const char *text;
	struct sekisho_field *fields;
	size_t field_count;
	struct sekisho_frame frame;	/* of a received answer: owns texts */
};

/* The value of the first field of that name, or "" when there is none. */
const char *sekisho_field_get(const struct sekisho_field *fields, size_t count,
	const char *name);

void sekisho_request_encode(const struct sekisho_request *request,
	struct sekisho_buf *buf);
void sekisho_answer_encode(const struct sekisho_answer *answer,
	struct sekisho_buf *buf);

/*
 * Read the fields of one frame. Texts point into data; the list is allocated
 * and the caller's to free(). Return 0 or -1.
 */
int sekisho_request_decode(struct sekisho_request *request_r, const void *data,
	size_t len, struct sekisho_error *err);
int sekisho_answer_decode(struct sekisho_answer *answer_r, const void *data,
	size_t len, struct sekisho_error *err);

/*
 * Connects to the socket at path, asks, waits until the deadline (sekisho_now()
 * milliseconds). fd goes with the request unless it is -1, and stays the
 * caller's. Returns 0 with an answer of any status, to be freed with
 * sekisho_answer_free(), or -1 when sekishod gave none: that is "unavailable".
 */
int sekisho_request_call(const char *path,
	const struct sekisho_request *request, int fd, int64_t deadline,
	struct sekisho_answer *answer_r, struct sekisho_error *err);

/*
 * Connects and asks, and does not wait for an answer. Returns 0 when the
 * request was handed over, or -1.
 */
int sekisho_request_tell(const char *path,
	const struct sekisho_request *request, int64_t deadline,
	struct sekisho_error *err);

/* Frees a received answer. answer may be NULL. */
void sekisho_answer_free(struct sekisho_answer *answer);

#endif
