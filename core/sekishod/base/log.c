/*
 * log.c - where log lines go and how values are written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static int log_fd = STDERR_FILENO;	/* -1: syslog */
static bool starting;
static bool bare;			/* a parent puts the rest on */

static const struct {
	const char *prefix;
	int priority;
} levels[] = {
	[LOG_LEVEL_INFO] = { "", LOG_INFO },
	[LOG_LEVEL_WARNING] = { "warning: ", LOG_WARNING },
	[LOG_LEVEL_ERROR] = { "error: ", LOG_ERR },
};

int
log_open(const char *target, struct sekisho_error *err)
{
	int fd = STDERR_FILENO;

	if (strcmp(target, "syslog") == 0) {
		openlog("sekishod", LOG_PID, LOG_MAIL);
		fd = -1;
	} else if (strcmp(target, "stderr") != 0) {
		fd = open(target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			0640);
		if (fd < 0)
			return sekisho_error_set(err, "log: cannot open %s: "
				"%s", target, strerror(errno));
	}
	if (log_fd > STDERR_FILENO)
		close(log_fd);
	log_fd = fd;
	return 0;
}

void
log_only_stderr(void)
{
	if (log_fd < 0)
		closelog();
	else if (log_fd > STDERR_FILENO)
		close(log_fd);
	log_fd = STDERR_FILENO;
	bare = true;
}

void
log_starting(bool yes)
{
	starting = yes;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char stamp[32], *text, *line = NULL;
	time_t now = time(NULL);
	struct tm tm;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	if (starting && level == LOG_LEVEL_ERROR && log_fd != STDERR_FILENO)
		fprintf(stderr, "sekishod: %s\n", text);
	if (log_fd < 0) {
		syslog(levels[level].priority, "%s%s", levels[level].prefix,
			text);
		free(text);
		return;
	}
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	len = bare ? asprintf(&line, "%s%s\n", levels[level].prefix, text) :
		asprintf(&line, "%s sekishod[%d]: %s%s\n", stamp,
			(int)getpid(), levels[level].prefix, text);
	/* One write per line, so that lines of several processes stay whole. */
	if (len >= 0 && write(log_fd, line, (size_t)len) < 0)
		log_fd = STDERR_FILENO;
	if (len >= 0)
		free(line);
	free(text);
}

static bool
needs_quotes(const char *value)
{
	const unsigned char *p;

	if (*value == '\0')
		return true;
	for (p = (const unsigned char *)value; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '"' || *p == '\\')
			return true;
	return false;
}

void
log_add(struct sekisho_buf *line, const char *key, const char *value)
{
	const unsigned char *p;

	sekisho_buf_printf(line, "%s%s=", line->len > 0 ? " " : "", key);
	if (!needs_quotes(value)) {
		sekisho_buf_puts(line, value);
		return;
	}
	sekisho_buf_puts(line, "\"");
	for (p = (const unsigned char *)value; *p != '\0'; p++) {
		if (*p < ' ' || *p == 0x7f)
			sekisho_buf_printf(line, "\\x%02x", *p);
		else if (*p == '"' || *p == '\\')
			sekisho_buf_printf(line, "\\%c", *p);
		else
			sekisho_buf_add(line, p, 1);
	}
	sekisho_buf_puts(line, "\"");
}
