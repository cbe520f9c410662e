/*
 * inspectors.c - a clerk's way to the inspectors.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "frame.h"
#include "inspectors.h"

/* One try: connect, send, wait. 1, 0 when the inspector went away, or -1. */
static int
ask_once(const struct inspectors *inspectors,
	const struct sekisho_frame *request, struct sekisho_frame *reply_r,
	struct sekisho_error *err)
{
	char path[PATH_MAX];
	int fd, result;

	snprintf(path, sizeof(path), "%s/%s", inspectors->run_dir,
		INSPECT_SOCKET);
	fd = sekisho_channel_connect(path, inspectors->deadline, err);
	if (fd < 0)
		return -1;
	result = 0;
	if (sekisho_channel_send(fd, request, inspectors->deadline, err) == 0)
		result = sekisho_channel_recv(fd, reply_r,
			inspectors->deadline, err);
	close(fd);
	return result;
}

/* What the first one wrote before it died. Returns 0 or -1. */
static int
discard_output(const struct sekisho_frame *request, struct sekisho_error *err)
{
	int fd = request->fds[1];

	if (request->type == SEKISHO_FRAME_REWRITE && (ftruncate(fd, 0) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0))
		return sekisho_error_set(err, "new body: %s", strerror(errno));
	return 0;
}

/*
 * A message that kills an inspector kills the next one too, so there is one
 * more try and no third. One over which the first was busy until it was killed
 * has no time left for a second; it killed all the same.
 */
static int
ask(struct inspectors *inspectors, const struct sekisho_frame *request,
	uint32_t expected, struct sekisho_frame *reply_r,
	struct sekisho_error *err)
{
	struct sekisho_reader in;
	int result;

	if (inspectors->none)
		return sekisho_error_set(err, "this host has no scanner: "
			"inspectors = 0 in sekishod.conf");
	result = ask_once(inspectors, request, reply_r, err);
	if (result == 0) {
		if (discard_output(request, err) < 0)
			return -1;
		result = ask_once(inspectors, request, reply_r, err);
		inspectors->killed = result == 0 || (result < 0 &&
			sekisho_now() >= inspectors->deadline);
	}
	if (result == 0)
		return sekisho_error_set(err,
			"two inspectors died over this message");
	if (result < 0)
		return -1;
	if (reply_r->type == expected)
		return 0;
	sekisho_reader_init(&in, reply_r->data, reply_r->len);
	sekisho_error_set(err, "inspector: %s",
		reply_r->type == SEKISHO_FRAME_FAILURE ?
		sekisho_get_text(&in) : "unexpected answer");
	sekisho_frame_free(reply_r);
	return -1;
}

/* The generation of the inspector, its signatures, and what it found. */
static int
inspected_decode(struct inspectors *inspectors, const void *data, size_t len,
	uint32_t *generation_r, struct inspection *inspection_r,
	struct sekisho_error *err)
{
	struct sekisho_reader in;
	const void *found;
	size_t found_len;

	sekisho_reader_init(&in, data, len);
	*generation_r = sekisho_get_u32(&in);
	inspectors->set = pool_strdup(inspectors->pool, sekisho_get_text(&in));
	found = sekisho_get_bytes(&in, &found_len);
	if (!sekisho_reader_done(&in))
		return sekisho_error_set(err, "inspector: malformed answer");
	return inspection_decode(inspection_r, inspectors->pool, found,
		found_len, err);
}

/* A finding is looked for each time: it matters in which of these mails. */
static void
remember(struct inspectors *inspectors, const struct verdict_key *key,
	uint32_t generation, const struct inspection *inspection,
	const struct sekisho_frame *reply)
{
	if (inspectors->verdicts != NULL &&
	    inspection->finding_count == 0)
		verdicts_add(inspectors->verdicts, key, generation,
			reply->data, reply->len);
}

static int
inspect_now(struct inspectors *inspectors, int message_fd, bool types,
	const struct verdict_key *key, struct inspection *inspection_r,
	struct sekisho_error *err)
{
	struct sekisho_frame request = { .type = SEKISHO_FRAME_INSPECT,
		.fds = { message_fd }, .fd_count = 1 };
	struct sekisho_frame reply = { 0 };
	struct sekisho_buf fields;
	uint32_t generation;
	int result = -1;

	sekisho_buf_init(&fields, 64);
	sekisho_put_u32(&fields, types);
	request.data = fields.data;
	request.len = fields.len;
	if (fields.failed)
		sekisho_error_set(err, "no memory for a request");
	else if (ask(inspectors, &request, SEKISHO_FRAME_INSPECTION, &reply,
	    err) == 0)
		result = inspected_decode(inspectors, reply.data, reply.len,
			&generation, inspection_r, err);
	if (result == 0)
		remember(inspectors, key, generation, inspection_r, &reply);
	sekisho_frame_free(&reply);
	sekisho_buf_free(&fields);
	return result;
}

int
inspectors_inspect(struct inspectors *inspectors, int message_fd,
	bool types, const struct verdict_key *key,
	struct inspection *inspection_r, struct sekisho_error *err)
{
	struct sekisho_buf before;
	uint32_t generation;
	int result;

	sekisho_buf_init(&before, SEKISHO_FRAME_MAX);
	inspectors->known = inspectors->verdicts != NULL &&
		verdicts_find(inspectors->verdicts, key, &before);
	if (inspectors->known)
		result = inspected_decode(inspectors, before.data, before.len,
			&generation, inspection_r, err);
	else
		result = inspect_now(inspectors, message_fd, types, key,
			inspection_r, err);
	sekisho_buf_free(&before);
	return result;
}

static enum rewrite_result
rewritten_decode(const struct sekisho_frame *reply, struct sekisho_error *err)
{
	struct sekisho_reader in;
	uint32_t impossible;
	const char *reason;

	sekisho_reader_init(&in, reply->data, reply->len);
	impossible = sekisho_get_below(&in, 2);
	reason = sekisho_get_text(&in);
	if (!sekisho_reader_done(&in)) {
		sekisho_error_set(err, "inspector: malformed answer");
		return REWRITE_FAILED;
	}
	if (!impossible)
		return REWRITE_DONE;
	sekisho_error_set(err, "%s", reason);
	return REWRITE_IMPOSSIBLE;
}

enum rewrite_result
inspectors_rewrite(struct inspectors *inspectors, int message_fd,
	const struct edit_list *list, int out_fd, struct sekisho_error *err)
{
	enum rewrite_result result = REWRITE_FAILED;
	struct sekisho_frame reply = { 0 };
	struct sekisho_frame request = { .type = SEKISHO_FRAME_REWRITE,
		.fds = { message_fd, out_fd }, .fd_count = 2 };
	struct sekisho_buf fields;

	sekisho_buf_init(&fields, SEKISHO_FRAME_MAX);
	edit_list_encode(list, &fields);
	request.data = fields.data;
	request.len = fields.len;
	if (fields.failed)
		sekisho_error_set(err, "too many body changes");
	else if (ask(inspectors, &request, SEKISHO_FRAME_REWRITTEN, &reply,
	    err) == 0)
		result = rewritten_decode(&reply, err);
	sekisho_frame_free(&reply);
	sekisho_buf_free(&fields);
	return result;
}
