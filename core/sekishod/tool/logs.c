/*
 * logs.c - reads log files one after the other.
 */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logs.h"

struct logs {
	char *const *paths;
	FILE **files;
	int count, at;
	char *line;
	size_t size;
};

static int
cannot_read(const char *path, struct sekisho_error *err)
{
	return sekisho_error_set(err, "cannot read %s: %s",
		strcmp(path, "-") == 0 ? "standard input" : path,
		strerror(errno));
}

/* The rest of a pipe, which cannot be read twice, in a file; or NULL. */
static FILE *
copy(FILE *file)
{
	FILE *whole = tmpfile();
	char bytes[65536];
	size_t n = 1;

	while (whole != NULL && n > 0) {
		n = fread(bytes, 1, sizeof(bytes), file);
		if (fwrite(bytes, 1, n, whole) != n || ferror(file)) {
			(void)fclose(whole);
			whole = NULL;
		}
	}
	if (whole != NULL)
		rewind(whole);
	return whole;
}

static FILE *
open_log(const char *path, bool again)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re"),
		*whole = file;

	if (file == NULL || !again || fseek(file, 0, SEEK_SET) == 0)
		return file;
	whole = copy(file);
	if (file != stdin)
		(void)fclose(file);
	return whole;
}

struct logs *
logs_open(char *const paths[], int count, bool again,
	struct sekisho_error *err)
{
	struct logs *logs = g_new0(struct logs, 1);

	logs->paths = paths;
	logs->files = g_new0(FILE *, (gsize)count);
	for (; logs->count < count; logs->count++) {
		FILE *file = open_log(paths[logs->count], again);

		if (file == NULL) {
			cannot_read(paths[logs->count], err);
			logs_close(logs);
			return NULL;
		}
		logs->files[logs->count] = file;
	}
	return logs;
}

const char *
logs_next(struct logs *logs, struct sekisho_error *err)
{
	for (; logs->at < logs->count; logs->at++) {
		FILE *file = logs->files[logs->at];

		if (getline(&logs->line, &logs->size, file) >= 0) {
			logs->line[strcspn(logs->line, "\r\n")] = '\0';
			return logs->line;
		}
		if (ferror(file)) {
			cannot_read(logs->paths[logs->at], err);
			return NULL;
		}
	}
	return NULL;
}

void
logs_again(struct logs *logs)
{
	int i;

	for (i = 0; i < logs->count; i++)
		rewind(logs->files[i]);
	logs->at = 0;
}

void
logs_close(struct logs *logs)
{
	int i;

	if (logs == NULL)
		return;
	for (i = 0; i < logs->count; i++)
		if (logs->files[i] != stdin)
			(void)fclose(logs->files[i]);
	g_free(logs->files);
	free(logs->line);
	g_free(logs);
}
