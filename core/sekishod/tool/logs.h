/*
 * logs.h - the log files of a command line, read line by line.
 */
#ifndef SEKISHO_LOGS_H
#define SEKISHO_LOGS_H

#include <stdbool.h>

#include "sekisho.h"

struct logs;

/*
 * Opens all of them, "-" is standard input. With again they can be read more
 * than once. Returns NULL when one cannot be opened.
 */
struct logs *logs_open(char *const paths[], int count, bool again,
	struct sekisho_error *err);

/*
 * The next line without its end, which lives until the next call; NULL at the
 * end, or with err when a log cannot be read.
 */
const char *logs_next(struct logs *logs, struct sekisho_error *err);

/* Begins anew with the first line of the first. */
void logs_again(struct logs *logs);

/* logs may be NULL. */
void logs_close(struct logs *logs);

#endif
