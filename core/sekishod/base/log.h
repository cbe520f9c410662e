/*
 * log.h - one line for each thing that happened, "key=value" (SPEC O1).
 */
#ifndef SEKISHO_LOG_H
#define SEKISHO_LOG_H

#include <stdbool.h>

#include "buf.h"
#include "sekisho.h"

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/*
 * Opens the log: "stderr", "syslog", or the name of a file that lines are
 * appended to. Call it before fork; once more when the file may have been
 * renamed. Returns 0, or -1, and the log stays where it was.
 */
int log_open(const char *target, struct sekisho_error *err);

/*
 * For a process whose parent logs what it says: from now on a line is its text
 * on stderr, behind "error: " or "warning: ", and there is no other log.
 */
void log_only_stderr(void);

/* While sekishod is starting, who starts it reads errors on stderr, too. */
void log_starting(bool yes);

/* Writes one line; never fails. */
void log_line(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Appends " key=value". A value that is empty or holds blanks, quotes or
 * control characters is quoted, with \xNN for what would break the line.
 */
void log_add(struct sekisho_buf *line, const char *key, const char *value);

#endif
