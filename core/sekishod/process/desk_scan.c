/*
 * desk_scan.c - scan.sock: what to do with a message, for Exim's module, or
 * why, for `sekisho explain`; and what Exim has to ask about held mail later.
 *
 * It reads no byte of a mail's body: inspectors do.
 */
#include <string.h>

#include "channel.h"
#include "counters.h"
#include "desk.h"
#include "envelope.h"
#include "explanation.h"
#include "frame.h"
#include "hold.h"
#include "inquiry.h"
#include "log.h"
#include "planner.h"
#include "release.h"

const struct verb desk_scan_verbs[] = {
	{ "held-forward", hold_forward_answer, false },
	{ NULL, NULL, false },
};

/* One connection: a request and what the answer needs. */
struct visit {
	const struct checkpoint *checkpoint;
	int fd;
	int64_t begin;
	int64_t deadline;
	struct sekisho_frame request;
	struct sekisho_message message;
	struct sekisho_buf reply;
};

static int
visit_reply(struct visit *visit, uint32_t type, const struct examination *ex,
	struct sekisho_error *err)
{
	struct sekisho_frame frame = { .type = type, .data = visit->reply.data,
		.len = visit->reply.len };
	uint32_t i;

	for (i = 0; ex != NULL && i < ex->variant_count; i++)
		frame.fds[frame.fd_count++] = ex->variant_fds[i];
	return sekisho_channel_send(visit->fd, &frame, visit->deadline, err);
}

/* Who does not wait for it any more has failed already. */
static void
visit_refuse(struct visit *visit, const char *reason)
{
	sekisho_buf_free(&visit->reply);
	sekisho_put_text(&visit->reply, reason);
	visit_reply(visit, SEKISHO_FRAME_FAILURE, NULL, NULL);
}

/* For Exim's module: the plan, with the new bodies beside it. */
static void
visit_plan(struct visit *visit, struct examination *ex)
{
	struct sekisho_error err = { "" };
	struct sekisho_plan *plan;
	const char *lost = NULL;
	int64_t took;

	if (examine(ex, visit->request.fds[0], &err) < 0)
		plan = planner_failure(ex, err.text);
	else
		plan = planner_plan(ex);
	sekisho_plan_encode(plan, &visit->reply);
	if (visit->reply.failed) {
		lost = "the plan is too long";
		visit_refuse(visit, lost);
	} else if (visit_reply(visit, SEKISHO_FRAME_PLAN,
	    plan->variant_count > 0 ? ex : NULL, &err) < 0) {
		lost = pool_printf(ex->pool, "Exim did not wait for the "
			"answer: %s", err.text);
	}
	took = sekisho_now() - visit->begin;
	planner_log(ex, plan, lost, took);
	counters_message(visit->checkpoint->counters, ex, plan, lost, took);
}

/* For `sekisho explain`: nothing is done, everything is told. */
static void
visit_explain(struct visit *visit, struct examination *ex)
{
	struct sekisho_error err = { "" };
	struct sekisho_buf text;
	struct trace trace;

	ex->trace = &trace;
	if (examine(ex, visit->request.fds[0], &err) < 0) {
		visit_refuse(visit, err.text);
		return;
	}
	sekisho_buf_init(&text, SEKISHO_FRAME_MAX);
	if (visit->request.type == SEKISHO_FRAME_EXPLAIN)
		explanation_text(ex, &text);
	else
		explanation_json(ex, &text);
	sekisho_put_text(&visit->reply, text.data);
	sekisho_buf_free(&text);
	if (visit->reply.failed)
		visit_refuse(visit, "the explanation is too long");
	else
		visit_reply(visit, SEKISHO_FRAME_EXPLANATION, NULL, NULL);
}

static void
visit_examine(struct visit *visit)
{
	struct examination ex = {
		.checkpoint = visit->checkpoint,
		.message = &visit->message,
		.pool = pool_new(),
		.deadline = visit->deadline,
		.message_fd = -1,
	};

	envelope_addresses(&visit->message, ex.pool);
	ex.released = release_take(&visit->message, ex.pool);
	if (visit->request.type == SEKISHO_FRAME_MESSAGE)
		visit_plan(visit, &ex);
	else
		visit_explain(visit, &ex);
	examine_end(&ex);
	pool_free(ex.pool);
}

static int
visit_receive(struct visit *visit, struct sekisho_error *err)
{
	int n = sekisho_channel_recv(visit->fd, &visit->request,
		visit->deadline, err);

	if (n <= 0)
		return n == 0 ? sekisho_error_set(err, "empty visit") : -1;
	if (visit->request.type == SEKISHO_FRAME_REQUEST)
		return 0;
	if (visit->request.type != SEKISHO_FRAME_MESSAGE &&
	    visit->request.type != SEKISHO_FRAME_EXPLAIN &&
	    visit->request.type != SEKISHO_FRAME_EXPLAIN_JSON)
		return sekisho_error_set(err, "unknown request %u",
			visit->request.type);
	if (visit->request.fd_count != 1)
		return sekisho_error_set(err, "a request without a body");
	return sekisho_message_decode(&visit->message, visit->request.data,
		visit->request.len, err);
}

void
desk_scan_serve(const struct checkpoint *checkpoint, int fd)
{
	struct visit visit = {
		.checkpoint = checkpoint,
		.fd = fd,
		.begin = sekisho_now(),
		.deadline = sekisho_deadline(
			(int64_t)checkpoint->config->deadline * 1000),
		.message = { .id = "-" },
	};
	struct sekisho_error err = { "" };

	sekisho_buf_init(&visit.reply, SEKISHO_FRAME_MAX);
	if (visit_receive(&visit, &err) < 0) {
		/* A probe of the socket says nothing and deserves no line. */
		if (strcmp(err.text, "empty visit") != 0) {
			log_line(LOG_LEVEL_WARNING, "scan.sock: %s", err.text);
			visit_refuse(&visit, err.text);
		}
	} else if (visit.request.type == SEKISHO_FRAME_REQUEST) {
		inquiry_handle(checkpoint, fd, &desks[DESK_SCAN],
			&visit.request);
	} else {
		visit_examine(&visit);
	}
	sekisho_buf_free(&visit.reply);
	sekisho_message_free(&visit.message);
	sekisho_frame_free(&visit.request);
}
