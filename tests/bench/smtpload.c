/*
 * smtpload.c - sends mails over SMTP and says how long it took.
 *
 * usage: smtpload [-b] [-r RATE] PORT CONNECTIONS MESSAGES COUNT FILE ...
 *
 * CONNECTIONS are open at any time to 127.0.0.1; each sends MESSAGES mails one
 * after the other, says QUIT, and the next one takes its place until COUNT
 * mails were sent. Exim gives out one message id in 5 ms to each process, so
 * ten mails on one connection measure that clock and nothing else: shapes are
 * many connections of few mails (research: exim, section 4).
 *
 * With -r, connections come by chance (Poisson), so that RATE mails a second
 * come on average, whether or not earlier ones were answered; CONNECTIONS is
 * the most that are open. A latency counts from the moment a mail came, so
 * what waits for a connection is seen.
 *
 * FILEs (stencil.h) are sent in turn. Every mail has marks of its own, so no
 * cache knows one that it saw before; with -b only the header has, and bodies
 * are those of the mails before.
 *
 * On stdout comes one line of JSON; any answer that was not expected ends it
 * with status 1 and that answer on stderr.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
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

#include "stencil.h"

#define CONNECTIONS_MAX 500
#define PATIENCE_S 300

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
	const char *out;	/* what is being sent ... */
	size_t out_len;
	struct sheet sheet;	/* ... and after it */
	char in[4096];		/* answers, not yet a whole line */
	size_t in_len;
};

static struct {
	unsigned short port;
	unsigned int connections, messages, count;
	double rate;		/* mails a second; 0: as many as possible */
	bool same_body;
	struct stencil **stencils;
	unsigned int stencil_count;
} job;

static unsigned int started, accepted;
static int64_t *latencies;	/* ns, one for each accepted mail */
static uint64_t token;		/* differs between any two mails ever sent */
static uint64_t first_token;
static int64_t arrival;		/* of the next connection; with a rate only */

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

/* When the connection after that of "arrival" comes; the same in every run. */
static int64_t
next_arrival(void)
{
	static unsigned short seed[3] = { 20, 26, 11 };

	return arrival + (int64_t)(-log(1 - erand48(seed)) *
		job.messages / job.rate * 1e9);
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
	c->step = MAIL;
	send_text(c, envelope, sizeof(envelope) - 1);
}

static void
open_connection(struct connection *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(job.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int64_t begin = now(CLOCK_MONOTONIC);
	int yes = 1;

	if (started >= job.count || (job.rate > 0 && arrival > begin))
		return;
	if (job.rate > 0) {
		begin = arrival;
		arrival = next_arrival();
	}
	c->left = job.count - started < job.messages ?
		job.count - started : job.messages;
	started += c->left;
	c->step = CONNECTED;
	c->in_len = c->out_len = 0;
	c->begin = begin;
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
		sheet_begin(&c->sheet,
			job.stencils[token % job.stencil_count], token,
			job.same_body ? first_token : token);
		token++;
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
	ssize_t n;

	if (c->out_len > 0) {
		n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
		if (n > 0) {
			c->out += n;
			c->out_len -= (size_t)n;
		}
	} else {
		n = sheet_send(&c->sheet, c->fd);
	}
	if (n < 0 && errno != EAGAIN)
		die("send: %s", strerror(errno));
	/* Else Exim waits for 200 ms whether more will come. */
	if (c->out_len == 0 && c->step == QUITTED)
		shutdown(c->fd, SHUT_WR);
}

static bool
has_output(const struct connection *c)
{
	return c->fd >= 0 && (c->out_len > 0 || sheet_left(&c->sheet) > 0);
}

/* Waits for the sockets, or until the next connection comes. */
static void
wait_for(struct pollfd *fds)
{
	struct timespec patience = { .tv_sec = PATIENCE_S };
	int64_t wait;
	int n;

	if (job.rate > 0 && started < job.count) {
		wait = arrival - now(CLOCK_MONOTONIC);
		wait = wait < 0 ? 1000000 : wait;	/* none is free */
		patience.tv_sec = wait / 1000000000;
		patience.tv_nsec = wait % 1000000000;
	}
	n = ppoll(fds, job.connections, &patience, NULL);
	if (n == 0 && patience.tv_sec == PATIENCE_S)
		die("no answer for %d s, %u mails sent", PATIENCE_S, accepted);
}

static void
run(struct connection *connections)
{
	struct pollfd fds[CONNECTIONS_MAX];
	struct connection *c;
	unsigned int i, open;

	for (;;) {
		for (i = open = 0; i < job.connections; i++) {
			c = &connections[i];
			if (c->fd < 0)
				open_connection(c);
			open += c->fd >= 0;
			fds[i].fd = c->fd;
			fds[i].events = POLLIN |
				(has_output(c) ? POLLOUT : 0);
		}
		if (open == 0 && started == job.count)
			break;
		wait_for(fds);
		for (i = 0; i < job.connections; i++) {
			if (fds[i].fd < 0)
				continue;
			if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
				read_answers(&connections[i]);
			/* Most of what an answer asks for fits at once. */
			if (has_output(&connections[i]))
				write_some(&connections[i]);
		}
	}
}

static void
read_stencils(char **paths, int count)
{
	job.stencil_count = (unsigned int)count;
	job.stencils = calloc(job.stencil_count, sizeof(*job.stencils));
	if (job.stencils == NULL)
		die("no memory");
	while (count-- > 0) {
		job.stencils[count] = stencil_read(paths[count]);
		if (job.stencils[count] == NULL)
			die("%s: %s", paths[count], strerror(errno));
	}
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

static void
read_arguments(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "br:")) != -1) {
		if (option == 'b')
			job.same_body = true;
		else if (option != 'r' || (job.rate = atof(optarg)) <= 0)
			die("unknown option, or not a rate");
	}
	argv += optind;
	if (argc - optind < 5)
		die("usage: smtpload [-b] [-r RATE] PORT CONNECTIONS MESSAGES "
			"COUNT FILE ...");
	job.port = (unsigned short)number(argv[0], 65535);
	job.connections = number(argv[1], CONNECTIONS_MAX);
	job.messages = number(argv[2], 100000);
	job.count = number(argv[3], 10000000);
	read_stencils(argv + 4, argc - optind - 4);
}

int
main(int argc, char **argv)
{
	struct connection *connections;
	int64_t begin, end;
	unsigned int i;

	read_arguments(argc, argv);
	first_token = token = (uint64_t)now(CLOCK_REALTIME);
	/* Each run begins with the same file. */
	token -= token % job.stencil_count;
	latencies = calloc(job.count, sizeof(*latencies));
	connections = calloc(job.connections, sizeof(*connections));
	if (latencies == NULL || connections == NULL)
		die("no memory");
	for (i = 0; i < job.connections; i++)
		connections[i].fd = -1;
	begin = now(CLOCK_MONOTONIC);
	arrival = begin;
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
