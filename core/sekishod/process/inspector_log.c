/*
 * inspector_log.c - lines of inspectors, each with who said it.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "inspector_log.h"
#include "log.h"

/* Enough for a report of a sanitizer; whoever has more to say fills disks. */
#define LINES_MAX 500u

int
inspector_log_open(struct inspector_log *log)
{
	int ends[2];

	memset(log, 0, sizeof(*log));
	log->fd = -1;
	/* Full, it takes no more: nobody waits for the other. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	log->fd = ends[0];
	return ends[1];
}

void
inspector_log_use(int fd)
{
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	log_only_stderr();
}

static void
say(struct inspector_log *log)
{
	static const struct {
		const char *prefix;
		enum log_level level;
	} prefixes[] = {
		{ "error: ", LOG_LEVEL_ERROR },
		{ "warning: ", LOG_LEVEL_WARNING },
		{ "", LOG_LEVEL_INFO },
	};
	const char *text = log->line;
	size_t i, n;

	for (i = 0; i < log->len; i++)
		if ((unsigned char)log->line[i] < ' ' || log->line[i] == 0x7f)
			log->line[i] = '?';
	log->line[log->len] = '\0';
	log->len = 0;
	if (++log->lines > LINES_MAX)
		return;
	for (i = 0; (n = strlen(prefixes[i].prefix)) > 0; i++)
		if (strncmp(text, prefixes[i].prefix, n) == 0)
			break;
	log_line(prefixes[i].level, "inspector %d: %s", (int)log->pid,
		text + n);
	if (log->lines == LINES_MAX)
		log_line(LOG_LEVEL_WARNING, "inspector %d says too much; no "
			"more of it is logged", (int)log->pid);
}

void
inspector_log_read(struct inspector_log *log)
{
	char bytes[4096];
	unsigned int rounds;
	ssize_t n, i;

	/* What comes faster than it is read has to wait for the next time. */
	for (rounds = 0; log->fd >= 0 && rounds < 16; rounds++) {
		n = read(log->fd, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		for (i = 0; i < n; i++) {
			if (bytes[i] != '\n')
				log->line[log->len++] = bytes[i];
			if (bytes[i] == '\n' ||
			    log->len == sizeof(log->line) - 1)
				say(log);
		}
	}
}

void
inspector_log_close(struct inspector_log *log)
{
	if (log->fd < 0)
		return;
	inspector_log_read(log);
	if (log->len > 0)
		say(log);
	close(log->fd);
	log->fd = -1;
}
