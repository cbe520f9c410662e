/*
 * request.c - questions to sekishod and their answers, to and from frames.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "request.h"

static const char *const status_names[SEKISHO_STATUSES] = {
	[SEKISHO_STATUS_OK] = "ok",
	[SEKISHO_STATUS_INVALID] = "invalid",
	[SEKISHO_STATUS_REFUSED] = "refused",
	[SEKISHO_STATUS_NOT_FOUND] = "not-found",
	[SEKISHO_STATUS_EXISTS] = "exists",
	[SEKISHO_STATUS_LIMIT] = "limit",
	[SEKISHO_STATUS_UNAVAILABLE] = "unavailable",
};

const char *
sekisho_status_name(enum sekisho_status status)
{
	return status < SEKISHO_STATUSES ? status_names[status] : "?";
}

const char *
sekisho_field_get(const struct sekisho_field *fields, size_t count,
	const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].value;
	return "";
}

static void
fields_encode(const struct sekisho_field *fields, size_t count,
	struct sekisho_buf *buf)
{
	size_t i;

	sekisho_put_u32(buf, (uint32_t)count);
	for (i = 0; i < count; i++) {
		sekisho_put_text(buf, fields[i].name);
		sekisho_put_text(buf, fields[i].value);
	}
}

/* The fields stand last in a frame, so nothing may be left over. */
static int
fields_decode(struct sekisho_reader *in, struct sekisho_field **fields_r,
	size_t *count_r, struct sekisho_error *err)
{
	size_t count = sekisho_get_below(in, SEKISHO_FIELDS_MAX + 1);
	struct sekisho_field *fields;
	size_t i;

	fields = calloc(count + 1, sizeof(*fields));
	if (fields == NULL)
		return sekisho_error_set(err, "request: out of memory");
	for (i = 0; i < count; i++) {
		fields[i].name = sekisho_get_text(in);
		fields[i].value = sekisho_get_text(in);
	}
	if (!sekisho_reader_done(in)) {
		free(fields);
		return sekisho_error_set(err, "request: fields missing, cut "
			"off or left over");
	}
	*fields_r = fields;
	*count_r = count;
	return 0;
}

void
sekisho_request_encode(const struct sekisho_request *request,
	struct sekisho_buf *buf)
{
	sekisho_put_text(buf, request->verb);
	fields_encode(request->fields, request->field_count, buf);
}

int
sekisho_request_decode(struct sekisho_request *request_r, const void *data,
	size_t len, struct sekisho_error *err)
{
	struct sekisho_request request = { 0 };
	struct sekisho_reader in;

	sekisho_reader_init(&in, data, len);
	request.verb = sekisho_get_text(&in);
	if (fields_decode(&in, &request.fields, &request.field_count,
	    err) < 0)
		return -1;
	*request_r = request;
	return 0;
}

void
sekisho_answer_encode(const struct sekisho_answer *answer,
	struct sekisho_buf *buf)
{
	sekisho_put_u32(buf, answer->status);
	sekisho_put_text(buf, answer->field);
	sekisho_put_text(buf, answer->text);
	fields_encode(answer->fields, answer->field_count, buf);
}

int
sekisho_answer_decode(struct sekisho_answer *answer_r, const void *data,
	size_t len, struct sekisho_error *err)
{
	struct sekisho_answer answer = { 0 };
	struct sekisho_reader in;

	sekisho_reader_init(&in, data, len);
	answer.status = sekisho_get_below(&in, SEKISHO_STATUSES);
	answer.field = sekisho_get_text(&in);
	answer.text = sekisho_get_text(&in);
	if (fields_decode(&in, &answer.fields, &answer.field_count, err) < 0)
		return -1;
	*answer_r = answer;
	return 0;
}

static int
answer_read(const struct sekisho_frame *frame, struct sekisho_answer *answer_r,
	struct sekisho_error *err)
{
	struct sekisho_reader in;

	if (frame->type == SEKISHO_FRAME_ANSWER)
		return sekisho_answer_decode(answer_r, frame->data, frame->len,
			err);
	if (frame->type != SEKISHO_FRAME_FAILURE)
		return sekisho_error_set(err, "sekishod answered with frame "
			"type %u", (unsigned int)frame->type);
	sekisho_reader_init(&in, frame->data, frame->len);
	return sekisho_error_set(err, "sekishod: %s", sekisho_get_text(&in));
}

/* Returns the descriptor to read an answer from, or -1. */
static int
request_send(const char *path, const struct sekisho_request *request, int fd,
	int64_t deadline, struct sekisho_error *err)
{
	struct sekisho_frame question = { .type = SEKISHO_FRAME_REQUEST,
		.fds = { fd }, .fd_count = fd >= 0 };
	struct sekisho_buf buf;
	int sock = -1;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_request_encode(request, &buf);
	question.data = buf.data;
	question.len = buf.len;
	if (buf.failed)
		sekisho_error_set(err, "the request is too long");
	else
		sock = sekisho_channel_connect(path, deadline, err);
	if (sock >= 0 && sekisho_channel_send(sock, &question, deadline,
	    err) < 0) {
		close(sock);
		sock = -1;
	}
	sekisho_buf_free(&buf);
	return sock;
}

int
sekisho_request_call(const char *path, const struct sekisho_request *request,
	int fd, int64_t deadline, struct sekisho_answer *answer_r,
	struct sekisho_error *err)
{
	struct sekisho_frame reply = { 0 };
	int sock, n, result = -1;

	sock = request_send(path, request, fd, deadline, err);
	if (sock < 0)
		return -1;
	n = sekisho_channel_recv(sock, &reply, deadline, err);
	if (n == 0)
		sekisho_error_set(err, "sekishod closed without an answer: "
			"its log says why");
	if (n == 1)
		result = answer_read(&reply, answer_r, err);
	if (result == 0)
		answer_r->frame = reply;
	else
		sekisho_frame_free(&reply);
	close(sock);
	return result;
}

int
sekisho_request_tell(const char *path, const struct sekisho_request *request,
	int64_t deadline, struct sekisho_error *err)
{
	int sock = request_send(path, request, -1, deadline, err);

	if (sock < 0)
		return -1;
	close(sock);
	return 0;
}

void
sekisho_answer_free(struct sekisho_answer *answer)
{
	if (answer == NULL)
		return;
	free(answer->fields);
	sekisho_frame_free(&answer->frame);
	memset(answer, 0, sizeof(*answer));
}
