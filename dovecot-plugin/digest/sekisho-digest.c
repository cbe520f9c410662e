/*
 * sekisho-digest.c - what Dovecot runs when somebody opens a link of a digest.
 *
 *	usage: sekisho-digest SOCKET DOVEADM [ARGUMENT ...]
 *
 * The webmail is connected to standard input and asks "show" or "act" with the
 * key of the link (sekisho-protocol(7)). sekishod at SOCKET says whose message
 * it is about and what may be done with it, and this is done with doveadm. So
 * the webmail, which strangers reach, can do with a key what the key is for,
 * and nothing without one; and nothing that came from it is an argument.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "request.h"

#define WAIT_MS 60000
#define ARGUMENTS_MAX 32
#define OUTPUT_MAX 65536	/* of doveadm */

/* doveadm's exit statuses, of sysexits.h and its own. */
enum { DOVEADM_OK = 0, DOVEADM_NOT_FOUND = 68, DOVEADM_FULL = 73,
	DOVEADM_REFUSED = 77 };

/* One link that somebody opened. */
struct visit {
	char *const *doveadm;		/* how it is called */
	const char *socket;
	int64_t deadline;
	struct sekisho_answer link;	/* of sekishod: login, guid, action */
	char output[OUTPUT_MAX];
	struct sekisho_field fields[16];
	struct sekisho_answer answer;
};

static void
visit_fail(struct visit *visit, enum sekisho_status status, const char *field,
	const char *text)
{
	visit->answer.status = status;
	visit->answer.field = field;
	visit->answer.text = text;
}

static const char *
link_get(const struct visit *visit, const char *name)
{
	return sekisho_field_get(visit->link.fields, visit->link.field_count,
		name);
}

/* In the child: doveadm reads nothing and writes into the pipe. */
static void
doveadm_become(const struct visit *visit, const char *noun, const char *verb,
	int out)
{
	static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	const char *const words[] = { "-f", "tab", "sekisho", noun, verb, "-u",
		link_get(visit, "login"), "guid", link_get(visit, "guid"),
		NULL };
	const char *arguments[ARGUMENTS_MAX + sizeof(words) /
		sizeof(words[0])];
	size_t count, i;

	for (count = 0; visit->doveadm[count] != NULL; count++)
		arguments[count] = visit->doveadm[count];
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		arguments[count + i] = words[i];
	if (dup2(out, STDOUT_FILENO) >= 0 &&
	    freopen("/dev/null", "r", stdin) != NULL)
		execve(arguments[0], (char *const *)(uintptr_t)arguments,
			(char *const *)(uintptr_t)environment);
	fprintf(stderr, "cannot run %s: %s\n", arguments[0], strerror(errno));
	_exit(EXIT_FAILURE);
}

static void
read_all(int fd, char *out, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size - 1) {
		n = read(fd, out + len, size - 1 - len);
		if (n <= 0 && (n == 0 || errno != EINTR))
			break;
		if (n > 0)
			len += (size_t)n;
	}
	out[len] = '\0';
}

/* Returns doveadm's exit status, or -1; what it printed is in output. */
static int
doveadm_run(struct visit *visit, const char *noun, const char *verb)
{
	int status = -1, fds[2];
	pid_t child;

	if (pipe(fds) < 0)
		return -1;
	child = fork();
	if (child == 0)
		doveadm_become(visit, noun, verb, fds[1]);
	close(fds[1]);
	if (child > 0)
		read_all(fds[0], visit->output, sizeof(visit->output));
	close(fds[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Says what doveadm's status means. Returns 0 when it has done it, or -1. */
static int
doveadm_judge(struct visit *visit, int status)
{
	switch (status) {
	case DOVEADM_OK:
		return 0;
	case DOVEADM_NOT_FOUND:
		visit_fail(visit, SEKISHO_STATUS_NOT_FOUND, "message",
			"it is not in the quarantine any more");
		break;
	case DOVEADM_REFUSED:
		visit_fail(visit, SEKISHO_STATUS_REFUSED, "message",
			"its user may not do this");
		break;
	case DOVEADM_FULL:
		visit_fail(visit, SEKISHO_STATUS_LIMIT, "message",
			"the list of approved senders, or the mailbox, is "
			"full");
		break;
	default:
		visit_fail(visit, SEKISHO_STATUS_UNAVAILABLE, "",
			"Dovecot's log says why");
	}
	return -1;
}

static void
answer_add(struct visit *visit, const char *name, const char *value)
{
	size_t size = sizeof(visit->fields) / sizeof(visit->fields[0]);

	if (visit->answer.field_count < size)
		visit->fields[visit->answer.field_count++] =
			(struct sekisho_field){ name, value };
}

/* The next word of a line with tabs, which is cut off there. */
static const char *
word_next(char **line)
{
	char *word = strsep(line, "\t");

	return word == NULL ? "" : word;
}

/* A line with names, a line with values; both without control characters. */
static void
show(struct visit *visit)
{
	static const char *const wanted[] = { "class", "sender", "from",
		"subject", "reason", "time", "expires" };
	char *names = visit->output, *values;
	const char *name, *value;
	size_t i;

	if (doveadm_judge(visit, doveadm_run(visit, "quarantine", "show")) < 0)
		return;
	values = strchr(names, '\n');
	if (values == NULL)
		return;
	*values++ = '\0';
	values[strcspn(values, "\n")] = '\0';
	while (names != NULL) {
		name = word_next(&names);
		value = word_next(&values);
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (strcmp(name, wanted[i]) == 0)
				answer_add(visit, wanted[i], value);
	}
}

/* The action is one of the key; doveadm knows no other by these names. */
static void
act(struct visit *visit)
{
	doveadm_judge(visit, doveadm_run(visit, "digest",
		link_get(visit, "action")));
}

/* Whose message is it about? Returns 0, or -1 with the answer. */
static int
link_open(struct visit *visit, const struct sekisho_request *request)
{
	struct sekisho_field field = { "key", sekisho_field_get(
		request->fields, request->field_count, "key") };
	struct sekisho_request question = { "digest-open", &field, 1 };
	struct sekisho_error err;

	if (sekisho_request_call(visit->socket, &question, -1,
	    visit->deadline, &visit->link, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		visit_fail(visit, SEKISHO_STATUS_UNAVAILABLE, "",
			"sekishod gave no answer");
		return -1;
	}
	if (visit->link.status == SEKISHO_STATUS_OK)
		return 0;
	visit_fail(visit, visit->link.status, visit->link.field,
		visit->link.text);
	return -1;
}

static void
visit_serve(struct visit *visit, const struct sekisho_request *request)
{
	bool shows = strcmp(request->verb, "show") == 0;

	if (!shows && strcmp(request->verb, "act") != 0) {
		visit_fail(visit, SEKISHO_STATUS_INVALID, "verb",
			"neither show nor act");
	} else if (link_open(visit, request) == 0) {
		answer_add(visit, "action", link_get(visit, "action"));
		if (shows)
			show(visit);
		else
			act(visit);
	}
}

static int
visit_answer(struct visit *visit, struct sekisho_error *err)
{
	struct sekisho_frame frame = { .type = SEKISHO_FRAME_ANSWER };
	struct sekisho_buf buf;
	int result;

	sekisho_buf_init(&buf, OUTPUT_MAX);
	visit->answer.fields = visit->fields;
	sekisho_answer_encode(&visit->answer, &buf);
	frame.data = buf.data;
	frame.len = buf.len;
	result = buf.failed ? sekisho_error_set(err, "no memory") :
		sekisho_channel_send(STDIN_FILENO, &frame, visit->deadline,
			err);
	sekisho_buf_free(&buf);
	return result;
}

int
main(int argc, char *argv[])
{
	static struct visit visit = { .answer = { .field = "", .text = "" } };
	struct sekisho_request request = { 0 };
	struct sekisho_frame frame = { 0 };
	struct sekisho_error err = { "" };
	int result = -1;

	if (argc < 3 || argc > ARGUMENTS_MAX) {
		fprintf(stderr, "usage: sekisho-digest SOCKET DOVEADM "
			"[ARGUMENT ...]\n");
		return EXIT_FAILURE;
	}
	visit.socket = argv[1];
	visit.doveadm = argv + 2;
	visit.deadline = sekisho_deadline(WAIT_MS);
	if (sekisho_channel_recv(STDIN_FILENO, &frame, visit.deadline,
	    &err) > 0 && frame.type == SEKISHO_FRAME_REQUEST &&
	    sekisho_request_decode(&request, frame.data, frame.len,
	    &err) == 0) {
		visit_serve(&visit, &request);
		result = visit_answer(&visit, &err);
	}
	if (*err.text != '\0')
		fprintf(stderr, "%s\n", err.text);
	free(request.fields);
	sekisho_frame_free(&frame);
	sekisho_answer_free(&visit.link);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
