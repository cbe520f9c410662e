/*
 * test-channel.c - whole frames and their descriptors, or an error, never
 * half of one; every wait ends at its deadline.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dirent.h>

#include "channel.h"
#include "test.h"

#define LONG_TIME sekisho_deadline(60000)

static struct sekisho_error err;

/* [0] is where we send, [1] where we receive. */
static void
pair_open(int pair[2])
{
	err.text[0] = '\0';
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	    pair) < 0)
		abort();
}

static void
pair_close(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
test_frames(void)
{
	struct sekisho_frame frame = { .type = 0x01020304, .data =
		(char *)(uintptr_t)"abc", .len = 3 }, got;
	int pair[2];

	test_begin("channel: frames arrive one after the other");
	pair_open(pair);
	test_int(sekisho_channel_send(pair[0], &frame, LONG_TIME, &err), 0);
	frame.len = 0;
	frame.type = 7;
	test_int(sekisho_channel_send(pair[0], &frame, LONG_TIME, &err), 0);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 1);
	test_int(got.type, 0x01020304);
	test_int((long long)got.len, 3);
	test_str(got.data, "abc");
	sekisho_frame_free(&got);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 1);
	test_assert(got.type == 7 && got.len == 0 && got.fd_count == 0);
	test_str(got.data, "");
	sekisho_frame_free(&got);

	test_begin("channel: the end between two frames is no error");
	close(pair[0]);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 0);
	test_str(err.text, "");
	close(pair[1]);
	sekisho_frame_free(NULL);
}

/* A frame that fills the socket many times over. */
static void
test_large(void)
{
	struct sekisho_frame frame = { .type = 1 }, got;
	int pair[2], fd = memfd_create("test", MFD_CLOEXEC), status;
	pid_t child;

	test_begin("channel: a large frame with a descriptor");
	pair_open(pair);
	frame.len = 5u << 20;
	frame.data = malloc(frame.len);
	memset(frame.data, 'x', frame.len);
	frame.fds[frame.fd_count++] = fd;
	child = fork();
	if (child == 0)
		_exit(sekisho_channel_send(pair[0], &frame, LONG_TIME,
			NULL) != 0);
	close(pair[0]);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 1);
	test_assert(got.len == frame.len && got.fd_count == 1 &&
		memcmp(got.data, frame.data, got.len) == 0);
	sekisho_frame_free(&got);
	test_assert(waitpid(child, &status, 0) == child && status == 0);
	close(pair[1]);

	test_begin("channel: a frame beyond the limit is not sent");
	pair_open(pair);
	frame.len = SEKISHO_FRAME_MAX + 1u;
	test_int(sekisho_channel_send(pair[0], &frame, LONG_TIME, &err), -1);
	test_str(err.text, "frame of 33554433 bytes is too long");
	pair_close(pair);
	free(frame.data);
	close(fd);
}

static void
test_descriptors(void)
{
	struct sekisho_frame frame = { .type = 1 }, got;
	int pair[2], fd = memfd_create("test", MFD_CLOEXEC);
	int before = open_descriptors();
	char text[8] = "";
	unsigned int i;

	test_begin("channel: eight descriptors arrive, close-on-exec");
	pair_open(pair);
	test_int(write(fd, "hello", 5), 5);
	for (i = 0; i < SEKISHO_FDS_MAX; i++)
		frame.fds[frame.fd_count++] = fd;
	test_int(sekisho_channel_send(pair[0], &frame, LONG_TIME, &err), 0);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 1);
	test_int(got.fd_count, SEKISHO_FDS_MAX);
	test_int(pread(got.fds[7], text, sizeof(text), 0), 5);
	test_str(text, "hello");
	test_int(fcntl(got.fds[0], F_GETFD), FD_CLOEXEC);
	test_int(open_descriptors(), before + 2 + 8);
	test_begin("channel: a frame closes those that nobody took");
	close(got.fds[3]);
	got.fds[3] = -1;
	sekisho_frame_free(&got);
	test_int(open_descriptors(), before + 2);
	test_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	pair_close(pair);
	close(fd);
}

/* Sends bytes with count copies of fd, as no peer of ours would. */
static void
send_raw(int sock, const char *data, size_t len, int fd, unsigned int count)
{
	union {
		char space[CMSG_SPACE(sizeof(int) * 32)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	unsigned int i;

	if (count > 0) {
		msg.msg_control = control.space;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * count);
		for (i = 0; i < count; i++)
			memcpy(CMSG_DATA(cmsg) + i * sizeof(int), &fd,
				sizeof(int));
	}
	test_int(sendmsg(sock, &msg, 0), (long long)len);
}

#define FRAME "SKS1\0\0\0\1\0\0\0\2ab"
#define FRAME_LEN 14u

static void
test_too_many_descriptors(void)
{
	int pair[2], fd = memfd_create("test", MFD_CLOEXEC);
	int before = open_descriptors();
	struct sekisho_frame got;

	test_begin("channel: nine descriptors at once are refused, none stays");
	pair_open(pair);
	send_raw(pair[0], FRAME, FRAME_LEN, fd, 9);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), -1);
	test_str(err.text, "descriptors were cut off");
	pair_close(pair);
	test_int(open_descriptors(), before);

	test_begin("channel: of those in many pieces eight are kept");
	pair_open(pair);
	send_raw(pair[0], FRAME, 5, fd, 6);
	send_raw(pair[0], FRAME + 5, 7, fd, 6);
	send_raw(pair[0], FRAME + 12, 2, fd, 6);
	test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err), 1);
	test_int(got.fd_count, SEKISHO_FDS_MAX);
	test_int(open_descriptors(), before + 2 + (int)SEKISHO_FDS_MAX);
	sekisho_frame_free(&got);
	pair_close(pair);
	test_int(open_descriptors(), before);
	close(fd);
}

static void
test_cut(void)
{
	int pair[2], fd = memfd_create("test", MFD_CLOEXEC);
	int before = open_descriptors();
	struct sekisho_frame got;
	size_t len;

	for (len = 1; len < FRAME_LEN; len++) {
		test_begin("channel: a frame that is cut is an error");
		pair_open(pair);
		snprintf(err.text, sizeof(err.text), "of something else");
		send_raw(pair[0], FRAME, len, fd, 1);
		close(pair[0]);
		test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err),
			-1);
		test_str(err.text, "the other side closed within a frame");
		close(pair[1]);
		test_int(open_descriptors(), before);
	}
	close(fd);
}

static const char *const foreign[] = {
	"SKS2\0\0\0\1\0\0\0\2ab",
	"GET / HTTP/1.0",
	"SKS1\0\0\0\1\2\0\0\1ab",		/* 32 MiB and a byte */
	"SKS1\0\0\0\1\xff\xff\xff\xff" "ab",
};

static void
test_foreign(void)
{
	struct sekisho_frame got;
	int pair[2];
	size_t i;

	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		test_begin("channel: what is no frame is refused at its head");
		pair_open(pair);
		send_raw(pair[0], foreign[i], FRAME_LEN, -1, 0);
		test_int(sekisho_channel_recv(pair[1], &got, LONG_TIME, &err),
			-1);
		test_str(err.text, "not a frame of this version");
		pair_close(pair);
	}
}

static void
test_deadlines(void)
{
	struct sekisho_frame frame = { .type = 1 }, got;
	int pair[2];

	test_begin("channel: waiting for a frame ends at the deadline");
	pair_open(pair);
	test_int(sekisho_channel_recv(pair[1], &got, sekisho_deadline(20),
		&err), -1);
	test_str(err.text, "no answer before the deadline");
	test_int(sekisho_channel_recv(pair[1], &got, sekisho_now() - 1, &err),
		-1);
	test_begin("channel: so does waiting for the rest of one");
	err.text[0] = '\0';
	send_raw(pair[0], FRAME, FRAME_LEN - 1, -1, 0);
	test_int(sekisho_channel_recv(pair[1], &got, sekisho_deadline(20),
		&err), -1);
	test_str(err.text, "no answer before the deadline");
	test_begin("channel: so does sending to one who does not read");
	err.text[0] = '\0';
	frame.len = 20u << 20;
	frame.data = calloc(1, frame.len);
	test_int(sekisho_channel_send(pair[0], &frame, sekisho_deadline(20),
		&err), -1);
	test_str(err.text, "no answer before the deadline");
	free(frame.data);
	pair_close(pair);

	test_begin("channel: a peer that is gone is an error, no signal");
	pair_open(pair);
	close(pair[1]);
	frame.len = 0;
	test_int(sekisho_channel_send(pair[0], &frame, LONG_TIME, &err), -1);
	test_str(err.text, "the other side closed the connection: "
		"its log says why");
	close(pair[0]);
}

static void
test_connect(void)
{
	char directory[] = "/tmp/test-channel-XXXXXX", path[200], text[300];
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener, fd;

	if (mkdtemp(directory) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/socket", directory);
	test_begin("O4: a missing socket, and what to do about it");
	test_int(sekisho_channel_connect(path, LONG_TIME, &err), -1);
	snprintf(text, sizeof(text), "cannot connect to %s: No such file or "
		"directory; is sekishod running?", path);
	test_str(err.text, text);

	test_begin("O4: a socket that nobody listens on");
	memcpy(addr.sun_path, path, strlen(path) + 1);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	test_int(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	test_int(sekisho_channel_connect(path, LONG_TIME, &err), -1);
	test_assert(strstr(err.text, "refused; is sekishod running?") != NULL);

	test_begin("channel: connected, close-on-exec and non-blocking");
	test_int(listen(listener, 1), 0);
	fd = sekisho_channel_connect(path, LONG_TIME, &err);
	test_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	test_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);

	test_begin("O4: a full queue of connections ends at the deadline");
	while ((fd = sekisho_channel_connect(path, sekisho_deadline(10),
	    &err)) >= 0)
		test_assert(fd < 100);
	test_assert(strstr(err.text, "temporarily unavailable") != NULL);
	unlink(path);
	rmdir(directory);

	test_begin("channel: the path of a socket has 107 bytes");
	memset(path, 'a', 108);
	path[108] = '\0';
	test_int(sekisho_channel_connect(path, LONG_TIME, &err), -1);
	test_assert(strstr(err.text, "is too long") != NULL);
}

int
main(void)
{
	test_frames();
	test_large();
	test_descriptors();
	test_too_many_descriptors();
	test_cut();
	test_foreign();
	test_deadlines();
	test_connect();
	return test_done();
}
