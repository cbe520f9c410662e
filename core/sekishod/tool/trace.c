/*
 * trace.c - `sekisho trace`: what happened to one message?
 *
 * The logs are read as often as one of them names another message that belongs
 * to it, and once more to tell; what is kept is of these messages only.
 */
#include <string.h>
#include <sysexits.h>

#include "logline.h"
#include "logs.h"
#include "story.h"
#include "trace.h"

#define UNKNOWN 1		/* exit status: the logs do not know it */

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho trace ID LOG ...\n"
		"       ID is Exim's id of the mail, or its "
		"Message-ID in quotes: '<...>'\n");
	return EX_USAGE;
}

/* Returns 0, or -1 with err. */
static int
read_logs(struct story *story, struct logs *logs, struct sekisho_error *err)
{
	const char *line;
	bool news = true;

	while (news) {
		news = false;
		while ((line = logs_next(logs, err)) != NULL)
			news |= story_follow(story, line);
		logs_again(logs);
	}
	while ((line = logs_next(logs, err)) != NULL)
		story_tell(story, line);
	return *err->text == '\0' ? 0 : -1;
}

/* The id as the story asks for it, to be freed; NULL: it is none. */
static char *
read_id(const char *text)
{
	size_t len = strlen(text);

	if (logline_is_id(text) && strchr(text, ' ') == NULL)
		return g_strdup(text);
	if (*text == '<')
		return len > 2 && text[len - 1] == '>' ? g_strdup(text) : NULL;
	return *text != '-' && strchr(text, '@') != NULL ?
		g_strdup_printf("<%s>", text) : NULL;
}

int
trace_main(int argc, char *argv[])
{
	struct sekisho_error err = { "" };
	struct logs *logs;
	struct story story;
	char *id = argc < 3 ? NULL : read_id(argv[1]);
	int status = EX_OK;

	if (id == NULL)
		return usage();
	story_init(&story);
	story_ask(&story, id);
	logs = logs_open(argv + 2, argc - 2, true, &err);
	if (logs == NULL || read_logs(&story, logs, &err) < 0) {
		fprintf(stderr, "sekisho: %s\n", err.text);
		status = EX_NOINPUT;
	} else if (!story_print(&story, stdout)) {
		sekisho_error_set(&err, "these logs know nothing of %s%s", id,
			*id == '<' ? "; a mail that was refused is in them "
			"with its sender, not with its Message-ID" : "");
		fprintf(stderr, "sekisho: %s\n", err.text);
		status = UNKNOWN;
	}
	logs_close(logs);
	story_free(&story);
	g_free(id);
	return status;
}
