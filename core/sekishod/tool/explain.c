/*
 * explain.c - `sekisho explain`: what would happen to this message, and why.
 *
 * Plays the part of Exim's module towards the running daemon, or with
 * --standalone does a clerk's and an inspector's work in this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "channel.h"
#include "config.h"
#include "directory.h"
#include "engine.h"
#include "explain.h"
#include "explain_held.h"
#include "explanation.h"
#include "frame.h"

struct explain {
	const char *config_file;
	const char *file;
	bool json;
	bool standalone;
	bool held;		/* a mail of the quarantine */
	struct sekisho_held held_mail;
	struct sekisho_message message;
	const char *text;	/* the whole file, mapped */
	size_t len;
	int fd;
	struct sekisho_buf headers;	/* of the file, lines end in LF */
};

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho explain [-c file] [--json] "
		"[--standalone] [--from inside|outside]\n"
		"       [--spam-score N] [--client IP] [--dkim DOMAIN=RESULT] "
		"[--spf RESULT]\n"
		"       [--dmarc RESULT] [--publishes WORDS] --sender ADDRESS\n"
		"       --recipient ADDRESS ... FILE\n"
		"       sekisho explain --held [the others] FILE\n"
		"       FILE may be \"-\" for standard input\n");
	return EX_USAGE;
}

static void
add_recipient(struct explain *explain, const char *address)
{
	struct sekisho_message *message = &explain->message;

	message->recipients = realloc(message->recipients,
		(message->recipient_count + 1) * sizeof(char *));
	if (message->recipients == NULL)
		abort();
	message->recipients[message->recipient_count++] = address;
}

static int
read_options(struct explain *explain, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "sender", required_argument, NULL, 's' },
		{ "recipient", required_argument, NULL, 'r' },
		{ "from", required_argument, NULL, 'f' },
		{ "spam-score", required_argument, NULL, 'p' },
		{ "client", required_argument, NULL, 'i' },
		{ "dkim", required_argument, NULL, 'd' },
		{ "spf", required_argument, NULL, 'S' },
		{ "dmarc", required_argument, NULL, 'm' },
		{ "publishes", required_argument, NULL, 'P' },
		{ "json", no_argument, NULL, 'j' },
		{ "standalone", no_argument, NULL, 'a' },
		{ "held", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct sekisho_message *message = &explain->message;
	int option;

	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (option == 'c')
			explain->config_file = optarg;
		else if (option == 's')
			message->sender = optarg;
		else if (option == 'r')
			add_recipient(explain, optarg);
		else if (option == 'p')
			message->spam_score = optarg;
		else if (option == 'i')
			message->client_address = optarg;
		else if (option == 'd')
			message->dkim = optarg;
		else if (option == 'S')
			message->spf = optarg;
		else if (option == 'm')
			message->dmarc = optarg;
		else if (option == 'P')
			message->from_publishes = optarg;
		else if (option == 'j')
			explain->json = true;
		else if (option == 'a')
			explain->standalone = true;
		else if (option == 'h')
			explain->held = true;
		else if (option == 'f' && strcmp(optarg, "inside") == 0)
			message->inside = true;
		else if (option != 'f' || strcmp(optarg, "outside") != 0)
			return -1;
	}
	if (optind != argc - 1 ||
	    (message->sender == NULL) != explain->held ||
	    (message->recipient_count == 0) != explain->held)
		return -1;
	explain->file = argv[optind];
	return 0;
}

/* Where the empty line ends the header section. */
static size_t
find_body(const char *text, size_t len)
{
	size_t at = 0;
	const char *lf;

	while (at < len) {
		if (text[at] == '\n')
			return at + 1;
		if (text[at] == '\r' && at + 1 < len && text[at + 1] == '\n')
			return at + 2;
		lf = memchr(text + at, '\n', len - at);
		if (lf == NULL)
			return len;
		at = (size_t)(lf - text) + 1;
	}
	return len;
}

/* A descriptor of the file, or of all of standard input; or -1. */
static int
open_file(const char *file)
{
	char bytes[65536];
	ssize_t n;
	int fd;

	if (strcmp(file, "-") != 0)
		return open(file, O_RDONLY | O_CLOEXEC);
	fd = memfd_create("sekisho-explain", MFD_CLOEXEC);
	while (fd >= 0 && (n = read(STDIN_FILENO, bytes, sizeof(bytes))) != 0) {
		if (n < 0 || write(fd, bytes, (size_t)n) != n) {
			close(fd);
			fd = -1;
		}
	}
	return fd;
}

/* Splits the file as Exim's module would have it. */
static int
read_message(struct explain *explain, struct sekisho_error *err)
{
	struct stat st;
	size_t body, i;
	void *map;

	explain->fd = open_file(explain->file);
	if (explain->fd < 0 || fstat(explain->fd, &st) < 0)
		return sekisho_error_set(err, "%s: cannot read: %s",
			explain->file, strerror(errno));
	if (st.st_size == 0)
		return sekisho_error_set(err, "%s: is empty", explain->file);
	explain->len = (size_t)st.st_size;
	map = mmap(NULL, explain->len, PROT_READ, MAP_PRIVATE, explain->fd, 0);
	if (map == MAP_FAILED)
		return sekisho_error_set(err, "%s: cannot read: %s",
			explain->file, strerror(errno));
	explain->text = map;
	body = find_body(explain->text, explain->len);
	sekisho_buf_init(&explain->headers, SEKISHO_FRAME_MAX);
	for (i = 0; i < body; i++)
		if (explain->text[i] != '\r')
			sekisho_buf_add(&explain->headers, explain->text + i,
				1);
	/* Without the empty line itself. */
	if (explain->headers.len > 1 &&
	    explain->headers.data[explain->headers.len - 2] == '\n')
		explain->headers.len--;
	explain->message.headers = explain->headers.data;
	explain->message.headers_len = explain->headers.len;
	explain->message.body_start = body;
	explain->message.body_crlf = body > 1 &&
		explain->text[body - 2] == '\r';
	return 0;
}

/* Mail to outside came from inside, and has all its recipients in one list. */
static void
add_held_recipients(struct explain *explain)
{
	const struct sekisho_held *held = &explain->held_mail;
	char *list = (char *)(uintptr_t)held->recipient;
	size_t len;
	bool more;

	if (*held->quarantine == '\0') {
		add_recipient(explain, list);
		return;
	}
	explain->message.inside = true;
	do {
		len = sekisho_held_recipient_len(list);
		more = list[len] != '\0';
		list[len] = '\0';
		add_recipient(explain, list);
		list += len + 1;
	} while (more);
}

/* Who sent it to whom, and what came in, is in the mail itself. */
static int
read_held(struct explain *explain, struct sekisho_error *err)
{
	if (!explain->held)
		return 0;
	if (explain_held_take(&explain->headers, &explain->held_mail, err) < 0)
		return -1;
	explain->message.sender = explain->held_mail.sender;
	add_held_recipients(explain);
	explain->message.headers = explain->headers.len > 0 ?
		explain->headers.data : "";
	explain->message.headers_len = explain->headers.len;
	return 0;
}

int
explain_ask(const struct config *config,
	const struct sekisho_message *message, int fd, uint32_t type,
	int64_t deadline, struct sekisho_buf *out, struct sekisho_error *err)
{
	struct sekisho_frame request = { .type = type, .fds = { fd },
		.fd_count = 1 };
	struct sekisho_frame reply = { 0 };
	struct sekisho_buf fields;
	struct sekisho_reader in;
	char path[4096];
	int visit, result = -1;

	snprintf(path, sizeof(path), "%s/scan.sock", config->run_dir);
	sekisho_buf_init(&fields, SEKISHO_FRAME_MAX);
	sekisho_message_encode(message, &fields);
	request.data = fields.data;
	request.len = fields.len;
	visit = sekisho_channel_connect(path, deadline, err);
	if (visit >= 0 &&
	    sekisho_channel_send(visit, &request, deadline, err) == 0 &&
	    sekisho_channel_recv(visit, &reply, deadline, err) == 1) {
		sekisho_reader_init(&in, reply.data, reply.len);
		if (reply.type == SEKISHO_FRAME_EXPLANATION) {
			sekisho_buf_puts(out, sekisho_get_text(&in));
			result = 0;
		} else {
			sekisho_error_set(err, "%s", sekisho_get_text(&in));
		}
	}
	if (visit >= 0)
		close(visit);
	sekisho_frame_free(&reply);
	sekisho_buf_free(&fields);
	return result;
}

/* Without a daemon, without a jail: for trying out a policy. */
static int
explain_alone(const struct explain *explain, const struct config *config,
	struct sekisho_buf *out, struct sekisho_error *err)
{
	struct checkpoint checkpoint = {
		.config = config,
		.policy = policy_load(config->policy, config->policy_schema,
			err),
	};
	struct trace trace;
	struct examination ex = { .checkpoint = &checkpoint,
		.message = &explain->message, .pool = pool_new(),
		.trace = &trace, .message_fd = -1 };
	int result = -1;

	if (checkpoint.policy == NULL)
		goto out;
	checkpoint.engine = engine_open(config->signatures,
		config->scan_seconds, err);
	if (checkpoint.engine == NULL)
		goto out;
	/* From here on; loading signatures takes its time. */
	ex.deadline = sekisho_deadline((int64_t)config->deadline * 1000);
	checkpoint.directory = directory_new(config, NULL);
	if (examine(&ex, explain->fd, err) < 0)
		goto out;
	if (explain->json)
		explanation_json(&ex, out);
	else
		explanation_text(&ex, out);
	result = 0;
out:
	examine_end(&ex);
	pool_free(ex.pool);
	engine_close(checkpoint.engine);
	directory_free(checkpoint.directory);
	policy_free((struct policy *)checkpoint.policy);
	return result;
}

int
explain_main(int argc, char *argv[])
{
	struct explain explain = {
		.config_file = CONFIG_FILE,
		.message = { .id = "explain", .client_address = "",
			.helo = "", .authenticated_id = "", .spam_score = "",
			.dkim = "", .spf = "", .dmarc = "",
			.from_publishes = "" },
	};
	struct sekisho_error err = { "sekishod closed without an "
		"answer: its log says why" };
	struct config *config;
	struct sekisho_buf out;
	int result = -1;

	if (read_options(&explain, argc, argv) < 0)
		return usage();
	sekisho_buf_init(&out, SEKISHO_FRAME_MAX);
	config = config_load(explain.config_file, &err);
	if (config != NULL && read_message(&explain, &err) == 0 &&
	    read_held(&explain, &err) == 0) {
		if (explain.held && !explain.json)
			explain_held_print(&explain.held_mail, &out);
		result = explain.standalone ?
			explain_alone(&explain, config, &out, &err) :
			explain_ask(config, &explain.message, explain.fd,
				explain.json ? SEKISHO_FRAME_EXPLAIN_JSON :
				SEKISHO_FRAME_EXPLAIN, sekisho_deadline(
				(int64_t)config->deadline * 1000), &out, &err);
	}
	if (result == 0)
		fwrite(out.data, 1, out.len, stdout);
	else
		fprintf(stderr, "sekisho explain: %s\n", err.text);
	sekisho_buf_free(&out);
	sekisho_buf_free(&explain.headers);
	sekisho_held_free(&explain.held_mail);
	free(explain.message.recipients);
	return result == 0 ? EX_OK : EX_UNAVAILABLE;
}
