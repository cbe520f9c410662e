/*
 * fuzz-history.c - lines of the logs of Exim, Dovecot and sekishod (SPEC O5),
 * which hold what strangers wrote.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "logged.h"
#include "logline.h"
#include "report_page.h"
#include "story.h"
#include "tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing but letters and the ends of our lines may be printed. */
static void
check_printed(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' && *text != '\n') ||
		    *text == 0x7f)
			abort();
}

/* The story of whatever message a line is about. */
static void
tell(char **lines, const char *id)
{
	struct story story;
	size_t len;
	char *text, **line;
	FILE *out = open_memstream(&text, &len);

	story_init(&story);
	story_ask(&story, id);
	for (line = lines; *line != NULL; line++)
		story_follow(&story, *line);
	for (line = lines; *line != NULL; line++)
		story_tell(&story, *line);
	story_print(&story, out);
	fclose(out);
	check_printed(text);
	free(text);
	story_free(&story);
}

static void
tell_all(char **lines)
{
	static bool (*const readers[])(const char *, struct logline *) = {
		logline_exim, logline_sekishod, logline_dovecot,
		logline_saved,
	};
	struct logline found;
	char **line, *id;
	size_t i, told = 0;

	for (line = lines; *line != NULL; line++) {
		for (i = 0; i < G_N_ELEMENTS(readers); i++) {
			if (!readers[i](*line, &found) || told++ > 20)
				continue;
			id = g_strndup(found.id, found.id_len);
			tell(lines, id);
			g_free(id);
		}
	}
}

/* Mails that a policy can be asked about once more. */
static void
read_all(char **lines)
{
	struct pool *pool = pool_new();
	struct logline line;
	struct logged logged;

	for (; *lines != NULL; lines++)
		if (logline_sekishod(*lines, &line) &&
		    logged_read(&logged, pool, &line) &&
		    (logged.message.recipient_count == 0 ||
		    logged.fired == NULL))
			abort();
	pool_free(pool);
}

/* Days that the corpus has; no name may become an element. */
static void
report(char **lines)
{
	GString *page = g_string_new(NULL);
	struct tally tally;

	if (tally_init(&tally, 1796083200, 1796083200) < 0)
		abort();
	for (; *lines != NULL; lines++)
		tally_line(&tally, *lines);
	report_page(page, &tally, 0, 1796083200);
	if (!g_utf8_validate(page->str, (gssize)page->len, NULL) ||
	    strstr(page->str, "<script") != NULL ||
	    strstr(page->str, "<!--") != NULL)
		abort();
	check_printed(page->str);
	g_string_free(page, TRUE);
	tally_free(&tally);
}

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
	tell_all(lines);
	read_all(lines);
	report(lines);
	g_strfreev(lines);
	g_free(text);
	return 0;
}
