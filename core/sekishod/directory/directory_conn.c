/*
 * directory_conn.c - which server of the directory, until when, how often.
 *
 * A process keeps one connection. It goes on to the next server when one fails,
 * stays with the one that answers, and leaves one that failed alone for a
 * while, at most a second: so it is back at once when the server is.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "directory_bind.h"
#include "directory_conn.h"
#include "log.h"

#define BACKOFF_MIN 100		/* milliseconds */
#define BACKOFF_MAX 1000

struct server {
	const char *uri;
	int64_t retry_at;	/* leave it alone until then; 0: it is well */
	int64_t backoff;
	struct sekisho_error reason;	/* why it failed last */
};

struct directory_conn {
	const struct config *config;
	directory_meter *meter;	/* NULL: nobody wants to know */
	void *meter_data;
	char *uris;		/* the servers' point into it */
	struct server *servers;
	size_t server_count;
	size_t current;		/* the one in use, or tried first */
	LDAP *ldap;		/* NULL: not connected */
};

struct directory_conn *
directory_conn_new(const struct config *config)
{
	struct directory_conn *conn = calloc(1, sizeof(*conn));
	char *uri, *rest;

	/* Nobody's ldap.conf shall weaken what ours says. */
	setenv("LDAPNOINIT", "1", 1);
	if (conn == NULL)
		abort();
	conn->config = config;
	conn->uris = strdup(config->ldap_uri);
	conn->servers = calloc(strlen(config->ldap_uri) + 1,
		sizeof(*conn->servers));
	if (conn->uris == NULL || conn->servers == NULL)
		abort();
	rest = conn->uris;
	while ((uri = strsep(&rest, ", \t")) != NULL)
		if (*uri != '\0')
			conn->servers[conn->server_count++].uri = uri;
	return conn;
}

void
directory_conn_measure(struct directory_conn *conn, directory_meter *meter,
	void *data)
{
	conn->meter = meter;
	conn->meter_data = data;
}

/* A question is over; code as directory_conn_call() returns it. */
static int
conn_measured(const struct directory_conn *conn, int64_t begin, int code)
{
	if (conn->meter != NULL)
		conn->meter(conn->meter_data, sekisho_now() - begin, code >= 0);
	return code;
}

static void
conn_close(struct directory_conn *conn)
{
	if (conn->ldap != NULL)
		ldap_unbind_ext(conn->ldap, NULL, NULL);
	conn->ldap = NULL;
}

void
directory_conn_free(struct directory_conn *conn)
{
	if (conn == NULL)
		return;
	conn_close(conn);
	free(conn->servers);
	free(conn->uris);
	free(conn);
}

const char *
directory_conn_base(const struct directory_conn *conn)
{
	return conn->config->ldap_base;
}

static void
server_failed(struct server *server)
{
	server->backoff = server->backoff == 0 ? BACKOFF_MIN :
		server->backoff * 2;
	if (server->backoff > BACKOFF_MAX)
		server->backoff = BACKOFF_MAX;
	server->retry_at = sekisho_deadline(server->backoff);
}

static void
server_works(struct server *server)
{
	if (server->retry_at != 0)
		log_line(LOG_LEVEL_INFO, "directory: %s answers again",
			server->uri);
	server->retry_at = 0;
	server->backoff = 0;
}

/* Between two questions a server has nothing to say but that it goes. */
static bool
conn_is_stale(const struct directory_conn *conn)
{
	struct pollfd fd = { .events = POLLIN };

	return ldap_get_option(conn->ldap, LDAP_OPT_DESC, &fd.fd) !=
		LDAP_OPT_SUCCESS || poll(&fd, 1, 0) != 0;
}

/* The servers that may be tried now, from here on. */
static size_t
servers_ready(const struct directory_conn *conn)
{
	int64_t now = sekisho_now();
	size_t i, count = 0;

	for (i = 0; i < conn->server_count; i++)
		count += conn->servers[i].retry_at <= now;
	return count;
}

/* What is left of the time, shared between the servers that may be tried. */
static int64_t
share_end(const struct directory_conn *conn, int64_t end)
{
	int64_t now = sekisho_now();
	size_t ready = servers_ready(conn);

	return now >= end || ready < 2 ? end :
		now + (end - now) / (int64_t)ready;
}

static int
server_open(struct directory_conn *conn, struct server *server, int64_t end,
	struct sekisho_error *err)
{
	if (directory_bind(conn->config, server->uri, share_end(conn, end),
	    &conn->ldap, &server->reason) < 0) {
		server_failed(server);
		return sekisho_error_set(err, "%s", server->reason.text);
	}
	return 0;
}

/* Connects to the first server that lets us, beginning with the present. */
static int
conn_open(struct directory_conn *conn, int64_t end, struct sekisho_error *err)
{
	size_t i, index;

	if (conn->ldap != NULL && conn_is_stale(conn))
		conn_close(conn);
	if (conn->ldap != NULL)
		return 0;
	sekisho_error_set(err, "%s",
		conn->servers[conn->current].reason.text);
	for (i = 0; i < conn->server_count; i++) {
		index = (conn->current + i) % conn->server_count;
		if (conn->servers[index].retry_at > sekisho_now() ||
		    server_open(conn, &conn->servers[index], end, err) < 0)
			continue;
		if (index != conn->current)
			log_line(LOG_LEVEL_WARNING, "directory: using %s: %s",
				conn->servers[index].uri, err->text);
		conn->current = index;
		return 0;
	}
	return -1;
}

/* Nobody answered, or somebody who cannot now: another server may. */
static bool
is_down(int code)
{
	return code < 0 || code == LDAP_BUSY || code == LDAP_UNAVAILABLE;
}

/* On an old connection this says nothing of the server. */
static bool
is_broken(int code)
{
	return code == LDAP_SERVER_DOWN || code == LDAP_DECODING_ERROR;
}

/*
 * The server works but does not do this (RFC 4511 appendix A.2). For whoever
 * asked that is "unavailable" too: a limit cuts a list short, a missing right
 * hides an entry.
 */
static bool
is_refusal(int code)
{
	switch (code) {
	case LDAP_OPERATIONS_ERROR:
	case LDAP_PROTOCOL_ERROR:
	case LDAP_TIMELIMIT_EXCEEDED:
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_UNAVAILABLE_CRITICAL_EXTENSION:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_UNWILLING_TO_PERFORM:
	case LDAP_REFERRAL:
	case LDAP_OTHER:
		return true;
	default:
		return false;
	}
}

/* Sends once and waits. Returns the code of the answer or of libldap. */
static int
conn_try(struct directory_conn *conn, const struct directory_call *call,
	int64_t end, LDAPMessage **answer_r, struct sekisho_error *err)
{
	struct server *server = &conn->servers[conn->current];
	int code, id;
	char *text = NULL;

	code = call->send(conn->ldap, call, &id);
	if (code == LDAP_SUCCESS)
		code = directory_wait(conn->ldap, id, end, answer_r);
	if (code == LDAP_SUCCESS && ldap_parse_result(conn->ldap, *answer_r,
	    &code, NULL, &text, NULL, NULL, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	if (is_down(code) || is_refusal(code)) {
		sekisho_error_set(&server->reason, "directory %s is "
			"unavailable: %s%s%s", server->uri,
			ldap_err2string(code),
			text != NULL && *text != '\0' ? ": " : "",
			text != NULL ? text : "");
		sekisho_error_set(err, "%s", server->reason.text);
		ldap_msgfree(*answer_r);
		*answer_r = NULL;
	}
	ldap_memfree(text);
	return code;
}

/* The end of the time for one question. */
static int64_t
conn_end(const struct directory_conn *conn, int64_t deadline)
{
	int64_t end = sekisho_deadline(
		(int64_t)conn->config->ldap_timeout * 1000);

	return deadline < end ? deadline : end;
}

/* Nothing is asked; only that it fails is worth to be counted. */
int
directory_conn_ready(struct directory_conn *conn, int64_t deadline,
	struct sekisho_error *err)
{
	int64_t begin = sekisho_now();

	if (conn_open(conn, conn_end(conn, deadline), err) == 0)
		return 0;
	return conn_measured(conn, begin, -1);
}

static int
conn_call(struct directory_conn *conn, const struct directory_call *call,
	int64_t end, LDAP **ldap_r, LDAPMessage **answer_r,
	struct sekisho_error *err)
{
	size_t tries = conn->server_count + 1;
	bool fresh;
	int code;

	*answer_r = NULL;
	while (tries-- > 0) {
		fresh = conn->ldap == NULL;
		if (conn_open(conn, end, err) < 0)
			return -1;
		code = conn_try(conn, call, share_end(conn, end), answer_r,
			err);
		if (!is_down(code)) {
			server_works(&conn->servers[conn->current]);
			*ldap_r = conn->ldap;
			return is_refusal(code) ? -1 : code;
		}
		conn_close(conn);
		if (fresh || !is_broken(code))
			server_failed(&conn->servers[conn->current]);
		if (!call->again)
			return -1;
	}
	return -1;
}

int
directory_conn_call(struct directory_conn *conn,
	const struct directory_call *call, int64_t deadline,
	LDAP **ldap_r, LDAPMessage **answer_r, struct sekisho_error *err)
{
	int64_t begin = sekisho_now();

	return conn_measured(conn, begin, conn_call(conn, call,
		conn_end(conn, deadline), ldap_r, answer_r, err));
}

int
directory_conn_verify(struct directory_conn *conn, const char *dn,
	const char *password, int64_t deadline, struct sekisho_error *err)
{
	int64_t end = conn_end(conn, deadline);

	/* Finds the server that answers. */
	if (conn_open(conn, end, err) < 0)
		return -1;
	return directory_bind_verify(conn->config,
		conn->servers[conn->current].uri, dn, password, end, err);
}
