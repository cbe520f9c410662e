/*
 * smtpload.c - sends one mail many times over SMTP and says how long it took.
 *
 * usage: smtpload PORT CONNECTIONS MESSAGES COUNT FILE
 *
 * CONNECTIONS are open at any time to 127.0.0.1; each sends MESSAGES mails one
 * after the other, says QUIT, and the next one takes its place until COUNT
 * mails were sent. Exim gives out one message id in 5 ms to each process, so
 * ten mails on one connection measure that clock and nothing else: shapes are
 * many connections of few mails (research: exim, section 4).
 *
 * FILE is what a client sends after 354, with its dot at the end. Each run of
 * twelve "@" becomes something else in every mail, in letters of Base64: no
 * cache knows a mail that it saw before.
 *
 * On stdout comes one line of JSON; any answer that was not expected ends it
 * with status 1 and that answer on stderr.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 500
#define MARK "@@@@@@@@@@@@"
#define MARK_LEN 12
#define PATIENCE_MS 120000

static const char greeting[] = "EHLO client.partner.test\r\n";
/* In one piece, as Postfix and Exim send it (RFC 2920). */
static const char envelope[] = "MAIL FROM:<sender@partner.test>\r\n"
	"RCPT TO:<alice@example.test>\r\nDATA\r\n";
static const char quit[] = "QUIT\r\n";

/* What a connection waits for: these answers, then what is sent. */
enum step { CONNECTED, GREETED, MAIL, RCPT, DATA, SENT, QUITTED };
static const int expected[] = {
	[CONNECTED] = 220, [GREETED] = 250, [MAIL] = 250, [RCPT] = 250,
	[DATA] = 354, [SENT] = 250, [QUITTED] = 221,
};

struct connection {
	int fd;			/* -1: closed */
	enum step step;
	unsigned int left;	/* mails still to send */
	int64_t begin;		/* of the mail at work, ns */
	const char *out;	/* what is being sent */
	size_t out_len;
	char in[4096];		/* answers, not yet a whole line */
	size_t in_len;
	char *mail;		/* its own copy, with its own marks */
};

static struct {
	unsigned short port;
	unsigned int connections, messages, count;
	char *mail;
	size_t mail_len;
	size_t *marks;		/* offsets in mail */
	size_t mark_count;
} job;

static unsigned int started, accepted;
static int64_t *latencies;	/* ns, one for each accepted mail */
static uint64_t token;		/* differs between any two mails ever sent */

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("smtpload: ", stderr);
	vfprintf(stderr, fmt, args);
	fputs("\n", stderr);
	exit(1);
}

static int64_t
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
mark_mail(struct connection *c)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint64_t value = token++;
	char text[MARK_LEN];
	size_t i;

	for (i = MARK_LEN; i-- > 0; value >>= 6)
		text[i] = letters[value & 63];
	for (i = 0; i < job.mark_count; i++)
		memcpy(c->mail + job.marks[i], text, MARK_LEN);
}

static void
send_text(struct connection *c, const char *text, size_t len)
{
	c->out = text;
	c->out_len = len;
}

static void
begin_mail(struct connection *c)
{
	mark_mail(c);
	c->step = MAIL;
	send_text(c, envelope, sizeof(envelope) - 1);
}

static void
open_connection(struct connection *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(job.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int yes = 1;

	if (started >= job.count)
		return;
	c->left = job.count - started < job.messages ?
		job.count - started : job.messages;
	started += c->left;
	c->step = CONNECTED;
	c->in_len = c->out_len = 0;
	c->begin = now(CLOCK_MONOTONIC);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address,
	    sizeof(address)) < 0)
		die("port %u: %s", (unsigned int)job.port, strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

static void
close_connection(struct connection *c)
{
	if (c->step != QUITTED)
		die("closed by the server, %u mails too early", c->left);
	close(c->fd);
	c->fd = -1;
	open_connection(c);
}

static void
mail_accepted(struct connection *c)
{
	int64_t end = now(CLOCK_MONOTONIC);

	latencies[accepted++] = end - c->begin;
	c->begin = end;
	if (--c->left > 0) {
		begin_mail(c);
		return;
	}
	c->step = QUITTED;
	send_text(c, quit, sizeof(quit) - 1);
}

/* One whole answer has come. */
static void
answered(struct connection *c, const char *line)
{
	if (atoi(line) != expected[c->step])
		die("step %d, mail %u: %s", (int)c->step, accepted, line);
	switch (c->step) {
	case CONNECTED:
		c->step = GREETED;
		send_text(c, greeting, sizeof(greeting) - 1);
		break;
	case GREETED:
		begin_mail(c);
		break;
	case MAIL:
	case RCPT:
		c->step++;
		break;
	case DATA:
		c->step = SENT;
		send_text(c, c->mail, job.mail_len);
		break;
	case SENT:
		mail_accepted(c);
		break;
	case QUITTED:
		break;
	}
}

static void
read_answers(struct connection *c)
{
	char *line, *end;
	ssize_t n = recv(c->fd, c->in + c->in_len,
		sizeof(c->in) - 1 - c->in_len, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		close_connection(c);
		return;
	}
	c->in_len += (size_t)n;
	c->in[c->in_len] = '\0';
	for (line = c->in; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (end - line > 3 && line[3] != '-')
			answered(c, line);
	}
	c->in_len = strlen(line);
	if (c->in_len == sizeof(c->in) - 1)
		die("an answer is too long: %s", c->in);
	memmove(c->in, line, c->in_len);
}

static void
write_some(struct connection *c)
{
	ssize_t n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		die("send: %s", strerror(errno));
	if (n < 0)
		return;
	c->out += n;
	c->out_len -= (size_t)n;
	/* Else Exim waits for 200 ms whether more will come. */
	if (c->out_len == 0 && c->step == QUITTED)
		shutdown(c->fd, SHUT_WR);
}

static void
run(struct connection *connections)
{
	struct pollfd fds[CONNECTIONS_MAX];
	struct connection *c;
	unsigned int i, open = 1;

	for (i = 0; i < job.connections; i++)
		open_connection(&connections[i]);
	while (open > 0) {
		for (i = open = 0; i < job.connections; i++) {
			c = &connections[i];
			open += c->fd >= 0;
			fds[i].fd = c->fd;
			fds[i].events = POLLIN |
				(c->out_len > 0 ? POLLOUT : 0);
		}
		if (open > 0 && poll(fds, job.connections, PATIENCE_MS) == 0)
			die("no answer for %d s, %u mails sent",
				PATIENCE_MS / 1000, accepted);
		for (i = 0; open > 0 && i < job.connections; i++) {
			if (fds[i].fd < 0)
				continue;
			if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
				read_answers(&connections[i]);
			/* Most of what an answer asks for fits at once. */
			if (connections[i].fd >= 0 &&
			    connections[i].out_len > 0)
				write_some(&connections[i]);
		}
	}
}

static void
read_mail(const char *path)
{
	FILE *file = fopen(path, "re");
	char *mark;
	long len;

	if (file == NULL || fseek(file, 0, SEEK_END) < 0 ||
	    (len = ftell(file)) < 0)
		die("%s: %s", path, strerror(errno));
	rewind(file);
	job.mail_len = (size_t)len;
	job.mail = calloc(1, job.mail_len + 1);
	job.marks = calloc(job.mail_len / MARK_LEN + 1, sizeof(size_t));
	if (job.mail == NULL || job.marks == NULL)
		die("no memory for %s", path);
	if (fread(job.mail, 1, job.mail_len, file) != job.mail_len)
		die("%s: cannot read it", path);
	fclose(file);
	for (mark = strstr(job.mail, MARK); mark != NULL;
	     mark = strstr(mark + MARK_LEN, MARK))
		job.marks[job.mark_count++] = (size_t)(mark - job.mail);
}

static unsigned int
number(const char *text, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || value < 1 || value > max)
		die("%s: not a number from 1 to %u", text, max);
	return (unsigned int)value;
}

int
main(int argc, char **argv)
{
	struct connection *connections;
	int64_t begin, end;
	unsigned int i;

	if (argc != 6)
		die("usage: smtpload PORT CONNECTIONS MESSAGES COUNT FILE");
	job.port = (unsigned short)number(argv[1], 65535);
	job.connections = number(argv[2], CONNECTIONS_MAX);
	job.messages = number(argv[3], 100000);
	job.count = number(argv[4], 10000000);
	read_mail(argv[5]);
	token = (uint64_t)now(CLOCK_REALTIME);
	latencies = calloc(job.count, sizeof(*latencies));
	connections = calloc(job.connections, sizeof(*connections));
	if (latencies == NULL || connections == NULL)
		die("no memory");
	for (i = 0; i < job.connections; i++) {
		connections[i].fd = -1;
		connections[i].mail = malloc(job.mail_len);
		if (connections[i].mail == NULL)
			die("no memory for %u mails", job.connections);
		memcpy(connections[i].mail, job.mail, job.mail_len);
	}
	begin = now(CLOCK_MONOTONIC);
	run(connections);
	end = now(CLOCK_MONOTONIC);
	printf("{\"accepted\": %u, \"seconds\": %.6f, \"latency_us\": [",
		accepted, (double)(end - begin) / 1e9);
	for (i = 0; i < accepted; i++)
		printf("%s%lld", i > 0 ? ", " : "",
			(long long)latencies[i] / 1000);
	puts("]}");
	return 0;
}
