/*
 * inspector_log.h - what inspectors have to say, read by their generation.
 *
 * An inspector has no log of its own: it could write what it likes there, or
 * cut it off; and in its jail syslog is out of reach. Its lines, and what its
 * libraries print, come through a pipe and are logged in its name.
 */
#ifndef SEKISHO_INSPECTOR_LOG_H
#define SEKISHO_INSPECTOR_LOG_H

#include <stddef.h>
#include <sys/types.h>

struct inspector_log {
	int fd;			/* where it is read, or -1 */
	pid_t pid;
	unsigned int lines;	/* so many so far */
	size_t len;		/* bytes of a line that is not whole yet */
	char line[512];
};

/* Returns the end for the inspector, who writes lines to it, or -1. */
int inspector_log_open(struct inspector_log *log);

/*
 * For the inspector, which has the end for good: its log_line() and its
 * standard output and error go there, and it has no other log.
 */
void inspector_log_use(int fd);

/* Logs the whole lines that are there; never waits. */
void inspector_log_read(struct inspector_log *log);

/* Logs what is left, and closes. */
void inspector_log_close(struct inspector_log *log);

#endif
