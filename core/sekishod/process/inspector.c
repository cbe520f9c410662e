/*
 * inspector.c - one jailed process that inspects and rewrites messages.
 *
 * A clerk connects, sends a message as a descriptor, and gets findings or a new
 * body back. One message at a time; a crash costs that message one retry.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "channel.h"
#include "edit.h"
#include "engine.h"
#include "frame.h"
#include "inspect.h"
#include "inspection.h"
#include "inspector.h"
#include "inspector_log.h"
#include "listener.h"
#include "log.h"
#include "mapping.h"
#include "rewrite.h"

/* A fresh process now and then, so that no leak of a library grows. */
#define MESSAGES_PER_LIFE 2000
#define REPLY_MS 10000
/* Up to here copying is cheaper than a mapping and its page faults. */
#define COPY_MAX 65536

/* One request and what is needed to answer it. */
struct job {
	const struct inspector *inspector;
	struct sekisho_frame request;
	const char *message;	/* len bytes, read or mapped */
	size_t len;
	bool mapped;
	struct pool *pool;
	struct sekisho_buf reply;
	uint32_t reply_type;
};

static int
job_copy(struct job *job, struct sekisho_error *err)
{
	char *copy = malloc(job->len);
	size_t got = 0;
	ssize_t n = 1;

	job->message = copy;
	if (copy == NULL)
		return sekisho_error_set(err, "no memory for a message");
	while (got < job->len && n > 0) {
		n = pread(job->request.fds[0], copy + got, job->len - got,
			(off_t)got);
		if (n > 0)
			got += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	return got == job->len ? 0 : sekisho_error_set(err,
		"message cannot be read: %s", n < 0 ? strerror(errno) :
		"it is shorter than it was");
}

static int
job_open(struct job *job, struct sekisho_error *err)
{
	struct stat st;
	void *map;

	if (job->request.fd_count < 1 || fstat(job->request.fds[0], &st) < 0)
		return sekisho_error_set(err, "request without a message");
	if (st.st_size == 0 || (uint64_t)st.st_size > SEKISHO_MESSAGE_MAX)
		return sekisho_error_set(err, "message of %lld bytes",
			(long long)st.st_size);
	job->len = (size_t)st.st_size;
	if (job->len <= COPY_MAX)
		return job_copy(job, err);
	map = mapping_of_file(job->request.fds[0], job->len, err);
	if (map == NULL)
		return -1;
	job->message = map;
	job->mapped = true;
	return 0;
}

static int
job_inspect(struct job *job, struct sekisho_error *err)
{
	struct inspection inspection;
	struct sekisho_reader in;
	struct sekisho_buf found;
	bool types;

	sekisho_reader_init(&in, job->request.data, job->request.len);
	types = sekisho_get_below(&in, 2);
	if (!sekisho_reader_done(&in))
		return sekisho_error_set(err, "malformed request");
	if (inspect_message(job->inspector->engine, job->message, job->len,
	    types, job->pool, &inspection, err) < 0)
		return -1;
	sekisho_buf_init(&found, SEKISHO_FRAME_MAX);
	inspection_encode(&inspection, &found);
	job->reply.failed |= found.failed;
	sekisho_put_u32(&job->reply, job->inspector->generation);
	sekisho_put_text(&job->reply, engine_set(job->inspector->engine));
	sekisho_put_bytes(&job->reply, found.data, found.len);
	sekisho_buf_free(&found);
	job->reply_type = SEKISHO_FRAME_INSPECTION;
	return 0;
}

static int
write_all(int fd, const char *data, size_t len, struct sekisho_error *err)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno != EINTR)
			return sekisho_error_set(err, "new body: %s",
				strerror(errno));
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int
job_rewrite(struct job *job, struct sekisho_error *err)
{
	struct edit_list list;
	struct sekisho_buf out;
	struct sekisho_error reason = { "" };
	enum rewrite_result done;
	int result = -1;

	if (job->request.fd_count < 2)
		return sekisho_error_set(err, "request without an output");
	if (edit_list_decode(&list, job->pool, job->request.data,
	    job->request.len, err) < 0)
		return -1;
	sekisho_buf_init(&out, SEKISHO_MESSAGE_MAX);
	done = rewrite_message(job->inspector->engine, job->message, job->len,
		&list, &out, &reason);
	if (done == REWRITE_FAILED || out.failed) {
		sekisho_error_set(err, "%s", reason.text);
		goto out;
	}
	if (done == REWRITE_DONE &&
	    write_all(job->request.fds[1], out.data, out.len, err) < 0)
		goto out;
	sekisho_put_u32(&job->reply, done == REWRITE_IMPOSSIBLE);
	sekisho_put_text(&job->reply, reason.text);
	job->reply_type = SEKISHO_FRAME_REWRITTEN;
	result = 0;
out:
	sekisho_buf_free(&out);
	return result;
}

static int
job_run(struct job *job, struct sekisho_error *err)
{
	if (job_open(job, err) < 0)
		return -1;
	switch (job->request.type) {
	case SEKISHO_FRAME_INSPECT:
		return job_inspect(job, err);
	case SEKISHO_FRAME_REWRITE:
		return job_rewrite(job, err);
	default:
		return sekisho_error_set(err, "unknown request %u",
			job->request.type);
	}
}

static void
job_free(struct job *job)
{
	if (job->mapped)
		munmap((void *)job->message, job->len);
	else
		free((void *)job->message);
	sekisho_frame_free(&job->request);
	sekisho_buf_free(&job->reply);
	pool_free(job->pool);
}

static void
inspector_serve(const struct inspector *inspector, int fd)
{
	struct job job = { .inspector = inspector, .pool = pool_new() };
	struct sekisho_error err = { "" };
	struct sekisho_frame reply = { 0 };

	sekisho_buf_init(&job.reply, SEKISHO_FRAME_MAX);
	if (sekisho_channel_recv(fd, &job.request, sekisho_deadline(REPLY_MS),
	    &err) == 1) {
		if (job_run(&job, &err) < 0 || job.reply.failed) {
			sekisho_buf_free(&job.reply);
			job.reply_type = SEKISHO_FRAME_FAILURE;
			sekisho_put_text(&job.reply, err.text[0] != '\0' ?
				err.text : "the findings are too long");
		}
		reply.type = job.reply_type;
		reply.data = job.reply.data;
		reply.len = job.reply.len;
		sekisho_channel_send(fd, &reply, sekisho_deadline(REPLY_MS),
			NULL);
	}
	job_free(&job);
}

int
inspector_run(const struct inspector *inspector)
{
	int64_t limit = (int64_t)inspector->scan_seconds * 1000 + 5000;
	struct sekisho_error err;
	int fd, served;

	inspector_log_use(inspector->log_fd);
	listener_stop_on_sigterm();
	if (jail_enter(&inspector->jail, &err) < 0 ||
	    engine_canary(inspector->engine, &err) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
		return EX_UNAVAILABLE;
	}
	if (write(inspector->ready_fd, "r", 1) != 1)
		return EX_OSERR;
	close(inspector->ready_fd);
	for (served = 0; served < MESSAGES_PER_LIFE; served++) {
		fd = listener_accept(inspector->listen_fd);
		if (fd < 0)
			break;
		inspector->slot->busy_until = sekisho_deadline(limit);
		inspector_serve(inspector, fd);
		inspector->slot->busy_until = 0;
		close(fd);
	}
	jail_leave();
	return EX_OK;
}
