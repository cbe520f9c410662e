/*
 * test-inspectors.c - what a clerk does when an inspector dies (issue 7).
 *
 * The inspectors are a process of this test. It answers one connection after
 * the other as it is told: what it writes of a body, and whether it dies then.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inspectors.c"
#include "test.h"

static struct sekisho_error err;
static char directory[] = "/tmp/test-inspectors-XXXXXX";
static struct inspectors inspectors = { .run_dir = directory };

/* One step of a script: 'd' writes half a body and dies, 'a' writes a whole
 * one and answers, 'w' waits until nobody waits for it any more. */
static void
serve(int listen_fd, char step)
{
	struct sekisho_frame request = { 0 }, reply = {
		.type = SEKISHO_FRAME_REWRITTEN };
	int fd = accept(listen_fd, NULL, NULL);
	struct sekisho_buf buf;

	if (sekisho_channel_recv(fd, &request, sekisho_deadline(60000),
	    NULL) != 1)
		_exit(1);
	if (step == 'd' && write(request.fds[1], "half a ", 7) != 7)
		_exit(1);
	if (step == 'w')
		sekisho_channel_recv(fd, &reply, sekisho_deadline(60000),
			NULL);
	if (step == 'a') {
		sekisho_buf_init(&buf, 64);
		sekisho_put_u32(&buf, 0);
		sekisho_put_text(&buf, "");
		reply.data = buf.data;
		reply.len = buf.len;
		if (write(request.fds[1], "whole", 5) != 5)
			_exit(1);
		sekisho_channel_send(fd, &reply, sekisho_deadline(60000), NULL);
		sekisho_buf_free(&buf);
	}
	sekisho_frame_free(&request);
	close(fd);
}

static pid_t
start(const char *script)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s",
		directory, INSPECT_SOCKET);
	unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 5) < 0)
		abort();
	pid = fork();
	if (pid == 0) {
		for (; *script != '\0'; script++)
			serve(fd, *script);
		_exit(0);
	}
	close(fd);
	return pid;
}

/* Has a body made by inspectors with that script; text_r is what came. */
static enum rewrite_result
rewrite(const char *script, int ms, char text_r[32])
{
	struct edit_list list = { 0 };
	int in = memfd_create("in", 0), out = memfd_create("out", 0);
	enum rewrite_result result;
	pid_t pid = start(script);
	ssize_t n;

	err.text[0] = '\0';
	inspectors.killed = false;
	inspectors.deadline = sekisho_deadline(ms);
	result = inspectors_rewrite(&inspectors, in, &list, out, &err);
	n = pread(out, text_r, 31, 0);
	text_r[n < 0 ? 0 : n] = '\0';
	close(in);
	close(out);
	waitpid(pid, NULL, 0);
	return result;
}

int
main(void)
{
	char text[32], command[64];

	if (mkdtemp(directory) == NULL)
		abort();
	signal(SIGPIPE, SIG_IGN);
	test_begin("inspectors: an answer");
	test_int(rewrite("a", 60000, text), REWRITE_DONE);
	test_str(text, "whole");
	test_begin("inspectors: of one that died nothing is left in the body");
	test_int(rewrite("da", 60000, text), REWRITE_DONE);
	test_str(text, "whole");
	test_assert(!inspectors.killed);
	test_begin("inspectors: two died: that counts");
	test_int(rewrite("dd", 60000, text), REWRITE_FAILED);
	test_str(err.text, "two inspectors died over this message");
	test_assert(inspectors.killed);
	test_begin("inspectors: one died, and no time for another: it counts");
	test_int(rewrite("dw", 300, text), REWRITE_FAILED);
	test_assert(inspectors.killed);
	test_begin("inspectors: a full queue does not count");
	test_int(rewrite("w", 300, text), REWRITE_FAILED);
	test_assert(!inspectors.killed);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) == 0 ? test_done() : 1;
}
