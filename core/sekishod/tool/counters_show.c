/*
 * counters_show.c - `sekisho counters`: what sekishod has counted, for a
 * person, for a file, or (--http) for who asks through systemd's socket.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "counters_show.h"
#include "request.h"

#define ASK_MS 10000
#define HTTP_LINE_MAX 8192
#define HTTP_LINES_MAX 200
#define MEDIA_TYPE \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho counters [-s socket] [--http]\n");
	return EX_USAGE;
}

/* Returns 0 with an answer to be freed, whose field is "text"; or -1. */
static int
ask(const char *socket, struct sekisho_answer *answer,
	struct sekisho_error *err)
{
	struct sekisho_request request = { .verb = "counters" };
	int result = -1;

	if (sekisho_request_call(socket, &request, -1, sekisho_deadline(ASK_MS),
	    answer, err) < 0)
		return -1;
	if (answer->status == SEKISHO_STATUS_OK)
		result = 0;
	else
		sekisho_error_set(err, "%s", answer->text);
	return result;
}

static const char *
text_of(const struct sekisho_answer *answer)
{
	return sekisho_field_get(answer->fields, answer->field_count, "text");
}

/* -- for Prometheus ------------------------------------------------------- */

static int
http_answer(const char *status, const char *type, const char *body)
{
	printf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%s", status, type, strlen(body),
		body);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* Only the first line of a request matters; false when there is none. */
static bool
http_read(char *first, int size)
{
	char line[HTTP_LINE_MAX];
	unsigned int i;

	if (fgets(first, size, stdin) == NULL || strchr(first, '\n') == NULL)
		return false;
	for (i = 0; i < HTTP_LINES_MAX; i++)
		if (fgets(line, sizeof(line), stdin) == NULL ||
		    strchr(line, '\n') == NULL)
			return false;
		else if (line[strspn(line, "\r\n")] == '\0')
			return true;
	return false;
}

static int
http_serve(const char *socket)
{
	static const char get[] = "GET /metrics";
	struct sekisho_answer answer = { 0 };
	struct sekisho_error err = { "" };
	char first[HTTP_LINE_MAX], *end = first + sizeof(get) - 1;
	int status;

	if (!http_read(first, sizeof(first)))
		return http_answer("400 Bad Request", "text/plain",
			"This is no request.\n");
	if (strncmp(first, get, sizeof(get) - 1) != 0 ||
	    (*end != ' ' && *end != '?'))
		return http_answer("404 Not Found", "text/plain",
			"Ask for /metrics.\n");
	if (ask(socket, &answer, &err) == 0) {
		status = http_answer("200 OK", MEDIA_TYPE, text_of(&answer));
	} else {
		fprintf(stderr, "sekisho: %s\n", err.text);
		status = http_answer("503 Service Unavailable", "text/plain",
			"sekishod does not answer.\n");
	}
	sekisho_answer_free(&answer);
	return status;
}

/* -- for people ----------------------------------------------------------- */

static int
show(const char *socket)
{
	struct sekisho_answer answer = { 0 };
	struct sekisho_error err = { "" };
	int status = EX_OK;

	if (ask(socket, &answer, &err) < 0) {
		fprintf(stderr, "sekisho: %s\n", err.text);
		status = EX_UNAVAILABLE;
	} else if (fputs(text_of(&answer), stdout) == EOF ||
	    fflush(stdout) != 0) {
		status = EX_IOERR;
	}
	sekisho_answer_free(&answer);
	return status;
}

int
counters_main(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "http", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	const char *socket = SEKISHO_CONTROL_SOCKET;
	bool http = false;
	int option;

	while ((option = getopt_long(argc, argv, "s:", longs, NULL)) != -1)
		if (option == 's')
			socket = optarg;
		else if (option == 'h')
			http = true;
		else
			return usage();
	if (optind != argc)
		return usage();
	return http ? http_serve(socket) : show(socket);
}
