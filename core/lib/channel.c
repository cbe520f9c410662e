/*
 * channel.c - one frame at a time over a Unix stream socket.
 *
 * Both ends use this: the module towards a clerk, a clerk towards an
 * inspector. Sockets are non-blocking and every wait ends at the deadline.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"

#define HEAD_LEN 12u
#define CLOSED_WITHIN "the other side closed within a frame"
static const char magic[4] = { 'S', 'K', 'S', '1' };

int64_t
sekisho_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
sekisho_deadline(int64_t ms)
{
	return sekisho_now() + ms;
}

/* Waits until fd is ready for events. Returns 0, or -1 at the deadline. */
static int
channel_wait(int fd, short events, int64_t deadline, struct sekisho_error *err)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int64_t left;
	int n;

	for (;;) {
		left = deadline - sekisho_now();
		if (left <= 0)
			return sekisho_error_set(err,
				"no answer before the deadline");
		n = poll(&pfd, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return sekisho_error_set(err, "poll: %s",
				strerror(errno));
	}
}

/* What an administrator can do when a connection is refused. */
static int
connect_error(const char *path, int error, struct sekisho_error *err)
{
	const char *advice = "";

	if (error == ENOENT || error == ECONNREFUSED)
		advice = "; is sekishod running?";
	else if (error == EACCES)
		advice = "; only root and mta-user of sekishod.conf may ask";
	return sekisho_error_set(err, "cannot connect to %s: %s%s", path,
		strerror(error), advice);
}

int
sekisho_channel_connect(const char *path, int64_t deadline,
	struct sekisho_error *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timespec pause = { .tv_nsec = 2000000 };
	int error, fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return sekisho_error_set(err, "socket path %s is too long",
			path);
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return sekisho_error_set(err, "socket: %s", strerror(errno));
	/* A full backlog says EAGAIN at once and cannot be waited for. */
	while (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		error = errno;
		if ((error == EAGAIN || error == EINTR) &&
		    sekisho_now() < deadline) {
			nanosleep(&pause, NULL);
			continue;
		}
		close(fd);
		return connect_error(path, error, err);
	}
	return fd;
}

/* Sends some bytes; the descriptors go with the first of them. */
static ssize_t
send_some(int fd, const char *data, size_t len,
	const struct sekisho_frame *frame, bool with_fds)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * SEKISHO_FDS_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t size = sizeof(int) * frame->fd_count;
	struct cmsghdr *cmsg;

	if (with_fds && frame->fd_count > 0) {
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(size);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(cmsg), frame->fds, size);
	}
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static int
send_all(int fd, const char *data, size_t len,
	const struct sekisho_frame *frame, int64_t deadline,
	struct sekisho_error *err)
{
	bool with_fds = frame != NULL;
	static const struct sekisho_frame no_fds;
	ssize_t n;

	while (len > 0) {
		n = send_some(fd, data, len, with_fds ? frame : &no_fds,
			with_fds);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
			with_fds = false;
		} else if (errno == EAGAIN) {
			if (channel_wait(fd, POLLOUT, deadline, err) < 0)
				return -1;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return sekisho_error_set(err, "the other side closed "
				"the connection: its log says why");
		} else if (errno != EINTR) {
			return sekisho_error_set(err, "send: %s",
				strerror(errno));
		}
	}
	return 0;
}

int
sekisho_channel_send(int fd, const struct sekisho_frame *frame,
	int64_t deadline, struct sekisho_error *err)
{
	struct sekisho_buf head;
	uint32_t len = (uint32_t)frame->len;
	unsigned char bytes[HEAD_LEN] = {
		magic[0], magic[1], magic[2], magic[3],
		frame->type >> 24, frame->type >> 16, frame->type >> 8,
		frame->type, len >> 24, len >> 16, len >> 8, len,
	};
	int result;

	if (frame->len > SEKISHO_FRAME_MAX)
		return sekisho_error_set(err, "frame of %zu bytes is too long",
			frame->len);
	/* Small frames leave in one piece: one wake-up on the other side. */
	sekisho_buf_init(&head, HEAD_LEN + SEKISHO_FRAME_MAX);
	sekisho_buf_add(&head, bytes, HEAD_LEN);
	if (frame->len <= 65536)
		sekisho_buf_add(&head, frame->data, frame->len);
	if (head.failed)
		result = sekisho_error_set(err, "frame: out of memory");
	else
		result = send_all(fd, head.data, head.len, frame, deadline,
			err);
	if (result == 0 && frame->len > 65536)
		result = send_all(fd, frame->data, frame->len, NULL, deadline,
			err);
	sekisho_buf_free(&head);
	return result;
}

/* Keeps the descriptors that came with a piece; too many are closed. */
static int
keep_fds(struct msghdr *msg, struct sekisho_frame *frame)
{
	struct cmsghdr *cmsg;
	size_t i, count;
	int fds[SEKISHO_FDS_MAX];

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(cmsg), count * sizeof(int));
		for (i = 0; i < count; i++) {
			if (frame->fd_count < SEKISHO_FDS_MAX)
				frame->fds[frame->fd_count++] = fds[i];
			else
				close(fds[i]);
		}
	}
	return (msg->msg_flags & MSG_CTRUNC) != 0 ? -1 : 0;
}

/* Receives exactly len bytes. 1 done, 0 closed before the first, -1. */
static int
recv_all(int fd, char *data, size_t len, struct sekisho_frame *frame,
	int64_t deadline, struct sekisho_error *err)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * SEKISHO_FDS_MAX)];
		struct cmsghdr align;
	} control;
	struct iovec iov;
	struct msghdr msg;
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		iov = (struct iovec){ data + got, len - got };
		msg = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control.space,
			.msg_controllen = sizeof(control.space) };
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
		if (n > 0) {
			got += (size_t)n;
			if (keep_fds(&msg, frame) < 0)
				return sekisho_error_set(err,
					"descriptors were cut off");
		} else if (n == 0 && got == 0) {
			return 0;
		} else if (n == 0) {
			return sekisho_error_set(err, CLOSED_WITHIN);
		} else if (errno == EAGAIN) {
			if (channel_wait(fd, POLLIN, deadline, err) < 0)
				return -1;
		} else if (errno == ECONNRESET && got == 0) {
			return 0;
		} else if (errno != EINTR) {
			return sekisho_error_set(err, "receive: %s",
				strerror(errno));
		}
	}
	return 1;
}

static uint32_t
read_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

int
sekisho_channel_recv(int fd, struct sekisho_frame *frame_r, int64_t deadline,
	struct sekisho_error *err)
{
	struct sekisho_frame frame = { 0 };
	unsigned char head[HEAD_LEN];
	int n;

	n = recv_all(fd, (char *)head, HEAD_LEN, &frame, deadline, err);
	if (n <= 0)
		goto fail;
	frame.type = read_u32(head + 4);
	frame.len = read_u32(head + 8);
	if (memcmp(head, magic, sizeof(magic)) != 0 ||
	    frame.len > SEKISHO_FRAME_MAX) {
		n = sekisho_error_set(err, "not a frame of this version");
		goto fail;
	}
	frame.data = malloc(frame.len + 1);
	if (frame.data == NULL) {
		n = sekisho_error_set(err, "frame: out of memory");
		goto fail;
	}
	frame.data[frame.len] = '\0';
	if (frame.len > 0)
		n = recv_all(fd, frame.data, frame.len, &frame, deadline, err);
	if (n == 0)
		n = sekisho_error_set(err, CLOSED_WITHIN);
	if (n < 0)
		goto fail;
	*frame_r = frame;
	return 1;
fail:
	sekisho_frame_free(&frame);
	return n;
}

void
sekisho_frame_free(struct sekisho_frame *frame)
{
	unsigned int i;

	if (frame == NULL)
		return;
	for (i = 0; i < frame->fd_count; i++)
		if (frame->fds[i] >= 0)
			close(frame->fds[i]);
	free(frame->data);
	memset(frame, 0, sizeof(*frame));
}
