/*
 * fuzz-history.c - lines of the logs of Exim and Dovecot (SPEC O5), which hold
 * what strangers wrote.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct history history;
	char *text = g_strndup((const char *)data, size);
	char **lines = g_strsplit(text, "\n", -1), **line;
	unsigned long told = 0;

	history_init(&history);
	for (line = lines; *line != NULL; line++)
		told += history_exim(&history, *line) ||
			history_dovecot(&history, *line);
	if (told != history.exim_lines + history.dovecot_lines ||
	    g_hash_table_size(history.messages) > told)
		abort();
	history_free(&history);
	g_strfreev(lines);
	g_free(text);
	return 0;
}
