/*
 * inquiry.c - requests on control.sock and account.sock.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "counters.h"
#include "frame.h"
#include "inquiry.h"
#include "log.h"

const char *
inquiry_get(const struct inquiry *inquiry, const char *name)
{
	return sekisho_field_get(inquiry->request->fields,
		inquiry->request->field_count, name);
}

void
inquiry_add(struct inquiry *inquiry, const char *name, const char *value)
{
	struct sekisho_answer *answer = &inquiry->answer;
	struct sekisho_field *field = pool_append(inquiry->pool,
		&answer->fields, &answer->field_count, sizeof(*field));

	field->name = pool_strdup(inquiry->pool, name);
	field->value = pool_strdup(inquiry->pool, value);
}

void
inquiry_fail(struct inquiry *inquiry, enum sekisho_status status,
	const char *field, const char *fmt, ...)
{
	struct sekisho_error reason;
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason.text, sizeof(reason.text), fmt, args);
	va_end(args);
	inquiry->answer.status = status;
	inquiry->answer.field = pool_strdup(inquiry->pool, field);
	inquiry->answer.text = pool_strdup(inquiry->pool, reason.text);
}

static const struct verb *
verb_find(const struct verb *verbs, const char *name)
{
	for (; verbs->name != NULL; verbs++)
		if (strcmp(verbs->name, name) == 0)
			return verbs;
	return NULL;
}

/* The line names the user, never a value that may be a secret. */
static void
inquiry_log(const struct inquiry *inquiry, const struct desk *desk)
{
	const struct sekisho_answer *answer = &inquiry->answer;
	struct sekisho_buf line;

	sekisho_buf_init(&line, 8192);
	log_add(&line, "desk", desk->socket);
	log_add(&line, "verb", inquiry->request->verb);
	if (*inquiry_get(inquiry, "user") != '\0')
		log_add(&line, "user", inquiry_get(inquiry, "user"));
	log_add(&line, "status", sekisho_status_name(answer->status));
	if (*answer->field != '\0')
		log_add(&line, "field", answer->field);
	if (*answer->text != '\0')
		log_add(&line, "text", answer->text);
	log_line(answer->status == SEKISHO_STATUS_UNAVAILABLE ?
		LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "%s",
		line.failed ? desk->socket : line.data);
	sekisho_buf_free(&line);
}

static void
inquiry_send(const struct inquiry *inquiry, int fd, bool quiet)
{
	struct sekisho_frame frame = { .type = SEKISHO_FRAME_ANSWER };
	struct sekisho_error err;
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_answer_encode(&inquiry->answer, &buf);
	frame.data = buf.data;
	frame.len = buf.len;
	if ((buf.failed || sekisho_channel_send(fd, &frame, inquiry->deadline,
	    &err) < 0) && !quiet)
		log_line(LOG_LEVEL_WARNING, "%s: the answer did not arrive: %s",
			inquiry->request->verb,
			buf.failed ? "too long" : err.text);
	sekisho_buf_free(&buf);
}

static void
inquiry_answer(struct inquiry *inquiry, const struct desk *desk, int fd)
{
	const struct verb *verb = verb_find(desk->verbs,
		inquiry->request->verb);
	bool quiet = verb != NULL && verb->quiet;

	if (verb == NULL)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "verb",
			"%s does not know \"%s\"", desk->socket,
			inquiry->request->verb);
	else
		verb->answer(inquiry);
	if (!quiet || inquiry->answer.status != SEKISHO_STATUS_OK)
		inquiry_log(inquiry, desk);
	counters_request(inquiry->checkpoint->counters,
		(size_t)(desk - desks), verb == NULL ? -1 :
		(int)(verb - desk->verbs), inquiry->answer.status);
	inquiry_send(inquiry, fd, quiet);
}

static int
inquiry_read(const struct sekisho_frame *frame,
	struct sekisho_request *request, struct sekisho_error *err)
{
	if (frame->type != SEKISHO_FRAME_REQUEST || frame->fd_count > 1)
		return sekisho_error_set(err, "not a request but frame type "
			"%u", frame->type);
	return sekisho_request_decode(request, frame->data, frame->len, err);
}

void
inquiry_handle(const struct checkpoint *checkpoint, int fd,
	const struct desk *desk, const struct sekisho_frame *frame)
{
	struct sekisho_request request = { 0 };
	struct sekisho_error err = { "" };
	struct inquiry inquiry = {
		.checkpoint = checkpoint,
		.request = &request,
		.fd = frame->fd_count == 1 ? frame->fds[0] : -1,
		.deadline = sekisho_deadline(
			(int64_t)checkpoint->config->deadline * 1000),
		.answer = { .field = "", .text = "" },
	};

	if (inquiry_read(frame, &request, &err) < 0) {
		log_line(LOG_LEVEL_WARNING, "%s: %s", desk->socket, err.text);
		return;
	}
	inquiry.pool = pool_new();
	inquiry_answer(&inquiry, desk, fd);
	pool_free(inquiry.pool);
	free(request.fields);
}

void
inquiry_serve(const struct checkpoint *checkpoint, int fd,
	const struct desk *desk)
{
	struct sekisho_frame frame = { 0 };
	struct sekisho_error err = { "" };
	int n = sekisho_channel_recv(fd, &frame, sekisho_deadline(
		(int64_t)checkpoint->config->deadline * 1000), &err);

	/* A probe of the socket says nothing and deserves no line. */
	if (n < 0)
		log_line(LOG_LEVEL_WARNING, "%s: %s", desk->socket, err.text);
	else if (n > 0)
		inquiry_handle(checkpoint, fd, desk, &frame);
	sekisho_frame_free(&frame);
}
