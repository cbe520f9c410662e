/*
 * ask.c - second step: one question to sekishod, one answer, one deadline.
 */
#include <unistd.h>

#include "frame.h"
#include "localscan.h"

/* Sends the message and waits; on 0 the frame is an answer of some kind. */
static int
ask_exchange(const struct sekisho_message *message, int fd,
	const struct localscan_settings *settings,
	struct sekisho_frame *answer_r, struct sekisho_error *err)
{
	struct sekisho_frame question = {
		.type = SEKISHO_FRAME_MESSAGE, .fds = { fd }, .fd_count = 1,
	};
	struct sekisho_buf buf;
	int sock = -1;
	int result = -1;
	int n;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_message_encode(message, &buf);
	if (buf.failed) {
		sekisho_error_set(err, "the header lines are too long");
		goto out;
	}
	question.data = buf.data;
	question.len = buf.len;
	sock = sekisho_channel_connect(settings->socket, settings->deadline,
		err);
	if (sock < 0 || sekisho_channel_send(sock, &question,
	    settings->deadline, err) < 0)
		goto out;
	n = sekisho_channel_recv(sock, answer_r, settings->deadline, err);
	if (n == 0)
		sekisho_error_set(err, "sekishod closed without an answer: "
			"its log says why");
	if (n == 1)
		result = 0;
out:
	if (sock >= 0)
		close(sock);
	sekisho_buf_free(&buf);
	return result;
}

static int
ask_read_plan(const struct sekisho_message *message,
	const struct sekisho_frame *answer, struct sekisho_plan *plan_r,
	struct sekisho_error *err)
{
	struct sekisho_reader in;

	if (answer->type == SEKISHO_FRAME_FAILURE) {
		sekisho_reader_init(&in, answer->data, answer->len);
		return sekisho_error_set(err, "sekishod: %s",
			sekisho_get_text(&in));
	}
	if (answer->type != SEKISHO_FRAME_PLAN)
		return sekisho_error_set(err, "sekishod answered with frame "
			"type %u", (unsigned int)answer->type);
	if (sekisho_plan_decode(plan_r, answer->data, answer->len,
	    message->recipient_count, err) < 0)
		return -1;
	if (plan_r->defer)
		return sekisho_error_set(err, "sekishod: %s",
			plan_r->defer_text);
	if (plan_r->variant_count != answer->fd_count)
		return sekisho_error_set(err, "plan frame: %u variants but %u "
			"descriptors", (unsigned int)plan_r->variant_count,
			answer->fd_count);
	return 0;
}

int
localscan_ask(const struct sekisho_message *message, int fd,
	const struct localscan_settings *settings,
	struct sekisho_plan *plan_r, struct sekisho_frame *frame_r,
	struct sekisho_error *err)
{
	if (ask_exchange(message, fd, settings, frame_r, err) < 0)
		return -1;
	return ask_read_plan(message, frame_r, plan_r, err);
}
