/*
 * local_scan.c - where Exim enters: once for each message, after DATA and
 * before the message is accepted.
 *
 * observe.c reads Exim's variables, ask.c sends them to sekishod, apply.c
 * carries out the plan, notify.c sends the notices. Whatever goes wrong, the
 * client is told to come back: no mail passes unscanned, none is lost. One
 * line in Exim's log says what happened, in every case.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exim-compat.h"
#include "localscan.h"

/* Exim's log line has 8 KiB; what is longer would be a panic. */
#define LOG_TEXT_MAX 6000

EXIM_VERSION_FUNCTIONS

/* Everything that one message needs and that has to be freed. */
struct scan {
	struct localscan_settings settings;
	struct sekisho_message message;
	struct sekisho_buf headers;
	struct sekisho_frame answer;	/* the plan points into it */
	struct sekisho_plan plan;
	const char *reject;		/* SMTP text, NULL: accepted */
	size_t notices_failed;
};

/* Control characters could fake a line. */
static void
log_text(const char *before, const char *text, const char *after)
{
	char line[LOG_TEXT_MAX + 1];
	size_t i;

	for (i = 0; i < LOG_TEXT_MAX && text[i] != '\0'; i++)
		line[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ?
			'?' : text[i];
	line[i] = '\0';
	log_write(0, LOG_MAIN, "sekisho: id=%s %s%s%s", message_id, before,
		line, after);
}

/* A quote in it could fake the end of the value. */
static void
error_quote(struct sekisho_error *err)
{
	char *p;

	for (p = err->text; *p != '\0'; p++)
		if (*p == '"' || *p == '\\')
			*p = '\'';
}

static int
scan_fail(uschar **return_text, struct sekisho_error *err)
{
	error_quote(err);
	log_text("action=defer error=\"", err->text, "\"");
	*return_text = US "4.3.0 Temporary failure of the mail scanner, "
		"please try again";
	return LOCAL_SCAN_TEMPREJECT;
}

static int
scan_finish(const struct scan *scan, uschar **return_text,
	struct sekisho_error *err)
{
	char failed[sizeof(err->text) + 64] = "";

	error_quote(err);
	if (scan->notices_failed > 0)
		snprintf(failed, sizeof(failed),
			" notices_failed=%zu error=\"%s\"",
			scan->notices_failed, err->text);
	log_text("", scan->plan.log, failed);
	if (scan->reject == NULL)
		return LOCAL_SCAN_ACCEPT;
	*return_text = string_sprintf("%s", *scan->reject == '\0' ?
		"5.7.1 Refused by the policy of this site" : scan->reject);
	return LOCAL_SCAN_REJECT;
}

static int
scan_run(struct scan *scan, int fd, struct sekisho_error *err)
{
	if (localscan_settings_read(&scan->settings, err) < 0 ||
	    localscan_observe(&scan->message, &scan->headers, fd,
	    scan->settings.relay_hosts, err) < 0)
		return -1;
	/* sekishod has it now, and says whether it is true. */
	localscan_strip(false);
	if (localscan_ask(&scan->message, fd, &scan->settings, &scan->plan,
	    &scan->answer, err) < 0 ||
	    localscan_apply(&scan->message, &scan->plan, &scan->answer, fd,
	    &scan->reject, err) < 0)
		return -1;
	scan->notices_failed = localscan_notify(&scan->plan,
		scan->settings.deadline, err);
	return 0;
}

int
local_scan(int fd, uschar **return_text)
{
	struct sekisho_error err = { "" };
	struct scan scan = { .notices_failed = 0 };
	bool released = localscan_is_released();
	int result;

	localscan_strip(true);
	if (released) {
		log_text("action=pass reason=released was=",
			localscan_expand("${sg{${sg{$h_X-Sekisho-Released:}"
			"{;.*}{}}}{^id=|[^A-Za-z0-9-]}{}}"), "");
		return LOCAL_SCAN_ACCEPT;
	}
	if (localscan_is_own()) {
		localscan_strip(false);
		log_text("action=pass reason=", (char *)received_protocol, "");
		return LOCAL_SCAN_ACCEPT;
	}
	sekisho_buf_init(&scan.headers, SEKISHO_FRAME_MAX);
	if (scan_run(&scan, fd, &err) < 0)
		result = scan_fail(return_text, &err);
	else
		result = scan_finish(&scan, return_text, &err);
	/*
	 * sekishod shares the descriptor's position. Exim flushes its stream
	 * next; at the end it can give back what `spam` has read ahead, at the
	 * start that fails (4.96 with spool_wireformat).
	 */
	lseek(fd, 0, SEEK_END);
	sekisho_plan_free(&scan.plan);
	sekisho_frame_free(&scan.answer);
	sekisho_message_free(&scan.message);
	sekisho_buf_free(&scan.headers);
	return result;
}
