/*
 * test-submission.c - mails go out by SMTP, and failures are told apart (SPEC
 * N4, C7). The server is one forked process.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "submission.h"
#include "test.h"

/* What the server answers, and what it heard. */
struct server {
	const char *rcpt;
	const char *data_end;
	bool silent;		/* says nothing to QUIT, and waits */
	pid_t pid;
	int heard_fd;
	char url[64];
};

static void
answer(FILE *out, const char *text)
{
	fprintf(out, "%s\r\n", text);
	fflush(out);
}

/* One session; every line heard goes to heard. */
static void __attribute__((noreturn))
server_talk(const struct server *server, int fd, int heard)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[2000];
	bool data = false;

	answer(out, "220 server.test");
	while (fgets(line, sizeof(line), in) != NULL) {
		if (write(heard, line, strlen(line)) < 0)
			break;
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		if (server->silent && strncmp(line, "QUIT", 4) == 0)
			continue;
		if (data)
			answer(out, server->data_end);
		else if (strncmp(line, "RCPT", 4) == 0)
			answer(out, server->rcpt);
		else
			answer(out, strncmp(line, "DATA", 4) == 0 ?
				"354 go on" : "250 fine");
		data = !data && strncmp(line, "DATA", 4) == 0;
		if (strncmp(line, "QUIT", 4) == 0)
			break;
	}
	_exit(0);
}

static void
server_start(struct server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), heard[2];

	if (bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, 5) < 0 || pipe(heard) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		exit(2);
	snprintf(server->url, sizeof(server->url), "smtp://127.0.0.1:%u",
		ntohs(address.sin_port));
	server->pid = fork();
	if (server->pid == 0)
		server_talk(server, accept(fd, NULL, NULL), heard[1]);
	close(fd);
	close(heard[1]);
	server->heard_fd = heard[0];
}

/* What the server heard, when it has ended. */
static const char *
server_stop(struct server *server)
{
	static char heard[10000];
	size_t len = 0;
	ssize_t n;

	while ((n = read(server->heard_fd, heard + len, sizeof(heard) - len -
	    1)) > 0)
		len += (size_t)n;
	heard[len] = '\0';
	close(server->heard_fd);
	waitpid(server->pid, NULL, 0);
	return heard;
}

static enum submission_result
send_mail(const struct server *server, struct pool *pool,
	struct sekisho_error *err)
{
	static const char text[] = "Subject: x\n\n.\nline\n";
	static const char *const recipients[] = { "a@example.test" };
	struct submission submission = {
		.url = server->url, .recipients = recipients,
		.recipient_count = 1,
		.text = text, .text_len = strlen(text),
		.deadline = sekisho_deadline(60000),
	};

	return submission_send(&submission, pool, err);
}

static void
test_send(struct pool *pool)
{
	struct server server = { .rcpt = "250 ok", .data_end = "250 ok" };
	struct sekisho_error err = { "" };
	const char *heard;

	test_begin("N4: a mail goes out with an empty sender and its dots");
	server_start(&server);
	test_int(send_mail(&server, pool, &err), SUBMISSION_DONE);
	test_str(err.text, "");
	heard = server_stop(&server);
	test_assert(strstr(heard, "\r\nMAIL FROM:<>") != NULL);
	test_assert(strstr(heard, "\r\nRCPT TO:<a@example.test>\r\n") != NULL);
	test_assert(strstr(heard, "\r\nSubject: x\r\n\r\n..\r\nline\r\n.\r\n")
		!= NULL);
}

static void
test_silence(struct pool *pool)
{
	struct server server = { .rcpt = "250 ok", .data_end = "250 ok",
		.silent = true };
	struct sekisho_error err = { "" };
	int64_t late = sekisho_deadline(30000);

	test_begin("O4: nobody waits for what a server says to QUIT");
	server_start(&server);
	test_int(send_mail(&server, pool, &err), SUBMISSION_DONE);
	test_assert(strstr(server_stop(&server), "\r\nQUIT\r\n") != NULL);
	test_assert(sekisho_now() < late);
}

static void
test_several(struct pool *pool)
{
	static const char *const recipients[] = { "a@example.test",
		"\"x, y\"@example.test" };
	static const char text[] = "Subject: x\r\n\r\na\r\nb\n.c\n";
	struct server server = { .rcpt = "250 ok", .data_end = "250 ok" };
	struct submission submission = { .url = server.url,
		.sender = "s@example.test", .recipients = recipients,
		.recipient_count = 2, .head = "X-A: b\n", .text = text,
		.text_len = strlen(text),
		.deadline = sekisho_deadline(60000) };
	struct sekisho_error err = { "" };
	const char *heard;

	test_begin("issue 10.9: a mail goes out to several, with its sender");
	server_start(&server);
	test_int(submission_send(&submission, pool, &err), SUBMISSION_DONE);
	heard = server_stop(&server);
	test_assert(strstr(heard, "\r\nMAIL FROM:<s@example.test>") != NULL);
	test_assert(strstr(heard, "\r\nRCPT TO:<a@example.test>\r\n"
		"RCPT TO:<\"x, y\"@example.test>\r\n") != NULL);
	test_begin("issue 10.9: lines end as they shall");
	test_assert(strstr(heard, "\r\nX-A: b\r\nSubject: x\r\n\r\n"
		"a\r\nb\r\n..c\r\n.\r\n") != NULL);
}

static const struct {
	const char *name;
	const char *rcpt;
	const char *data_end;
	enum submission_result result;
	const char *error;
} failures[] = {
	{ "C7: no such mailbox is told from a failure", "550 unknown",
		"250 ok", SUBMISSION_REFUSED, "(550)" },
	{ "C7: a recipient who cannot be served now is a failure", "451 later",
		"250 ok", SUBMISSION_FAILED, "(451)" },
	{ "C7: a mail that is not taken is a failure", "250 ok", "451 later",
		SUBMISSION_FAILED, "(451)" },
	{ "C7: a mail that is refused is a failure", "250 ok", "550 never",
		SUBMISSION_FAILED, "(550)" },
};

static void
test_failures_told(struct pool *pool)
{
	struct sekisho_error err = { "" };
	struct server server;
	size_t i;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		test_begin(failures[i].name);
		server = (struct server){ .rcpt = failures[i].rcpt,
			.data_end = failures[i].data_end };
		server_start(&server);
		test_int(send_mail(&server, pool, &err), failures[i].result);
		if (strstr(err.text, failures[i].error) == NULL)
			test_str(err.text, failures[i].error);
		server_stop(&server);
	}
}

static void
test_probe(struct pool *pool)
{
	struct server server = { .rcpt = "250 ok", .data_end = "250 ok" };
	struct submission submission = { .url = server.url,
		.deadline = sekisho_deadline(60000) };
	struct sekisho_error err = { "" };

	test_begin("C7: a server that answers, and none");
	server_start(&server);
	test_int(submission_probe(&submission, &err), 0);
	server_stop(&server);
	test_int(submission_probe(&submission, &err), -1);
	test_assert(strstr(err.text, "does not answer") != NULL);
	test_int(send_mail(&server, pool, &err), SUBMISSION_FAILED);
	test_begin("C7: no time left is a failure");
	submission.deadline = sekisho_now() - 1;
	test_int(submission_probe(&submission, &err), -1);
	test_begin("C7: nothing but SMTP is spoken");
	submission = (struct submission){ .url = "file:///etc/passwd",
		.deadline = sekisho_deadline(60000) };
	test_int(submission_probe(&submission, &err), -1);
}

int
main(void)
{
	struct pool *pool = pool_new();

	signal(SIGPIPE, SIG_IGN);
	test_send(pool);
	test_silence(pool);
	test_several(pool);
	test_failures_told(pool);
	test_probe(pool);
	pool_free(pool);
	return test_done();
}
