/*
 * log-line.h - "key=value" for Dovecot's log, as in the other programs'
 * (SPEC O1).
 */
#ifndef SEKISHO_LOG_LINE_H
#define SEKISHO_LOG_LINE_H

#include "dovecot-compat.h"

#include <str.h>

/*
 * Appends " key=value", without the blank at the beginning of the line. A value
 * that is empty or holds blanks, quotes or control characters is quoted.
 */
void log_line_add(string_t *line, const char *key, const char *value);

#endif
