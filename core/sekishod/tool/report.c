/*
 * report.c - `sekisho report`: some days of the logs as one HTML page.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "logs.h"
#include "report.h"
#include "report_mail.h"
#include "report_page.h"
#include "report_words.h"

#define DAY 86400
#define DAYS_MAX 366

struct options {
	int64_t since, until;
	int language;
	const char *output;	/* a file, or NULL: standard output */
	const char *mail;	/* whom it goes to, or NULL: the page alone */
};

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho report [--since DAYS|DATE] [--until "
		"DATE] [--language en|ja]\n"
		"           [-o FILE] [--mail ADDRESS] LOG ...\n"
		"       DAYS as 7d, DATE as 2026-11-30\n");
	return EX_USAGE;
}

/* Noon of that day; false when it is none. */
static bool
read_date(const char *text, int64_t *when)
{
	struct tm tm = { .tm_hour = 12, .tm_isdst = -1 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	*when = mktime(&tm);
	return end != NULL && *end == '\0';
}

/* "7d": so many days, the last one among them; 0 when it is none. */
static long
read_days(const char *text)
{
	char *end;
	long days = strtol(text, &end, 10);

	return g_ascii_isdigit(*text) && strcmp(end, "d") == 0 &&
		days <= DAYS_MAX ? days : 0;
}

static bool
read_options(struct options *options, int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "since", required_argument, NULL, 's' },
		{ "until", required_argument, NULL, 'u' },
		{ "language", required_argument, NULL, 'l' },
		{ "mail", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	const char *since = "7d";
	bool right = true;
	int option;

	options->until = (int64_t)time(NULL);
	while ((option = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
		if (option == 's')
			since = optarg;
		else if (option == 'u')
			right &= read_date(optarg, &options->until);
		else if (option == 'l')
			options->language = report_language(optarg);
		else if (option == 'm')
			options->mail = optarg;
		else if (option == 'o')
			options->output = optarg;
		else
			return false;
	}
	if (read_days(since) > 0)
		options->since = options->until - (read_days(since) - 1) * DAY;
	else
		right &= read_date(since, &options->since);
	return right && options->language >= 0 && optind < argc &&
		(options->mail == NULL || report_mail_address(options->mail));
}

/* Returns 0, or -1 with err. */
static int
read_logs(struct tally *tally, char *paths[], int count,
	struct sekisho_error *err)
{
	struct logs *logs = logs_open(paths, count, false, err);
	const char *line;

	while (logs != NULL && (line = logs_next(logs, err)) != NULL)
		tally_line(tally, line);
	logs_close(logs);
	return *err->text == '\0' ? 0 : -1;
}

static GString *
make(const struct options *options, struct tally *tally)
{
	GString *page = g_string_new(NULL), *mail;
	int64_t now = (int64_t)time(NULL);
	char *period;

	report_page(page, tally, options->language, now);
	if (options->mail == NULL)
		return page;
	mail = g_string_new(NULL);
	period = report_period(tally);
	report_mail(mail, options->mail, report_word(options->language,
		WORD_TITLE), period, report_word(options->language,
		WORD_MAIL), page, now);
	g_free(period);
	g_string_free(page, TRUE);
	return mail;
}

/* Returns 0, or -1 with err. */
static int
write_out(const char *path, const GString *text, struct sekisho_error *err)
{
	FILE *out = path == NULL ? stdout : fopen(path, "we");
	bool right;

	right = out != NULL && fwrite(text->str, 1, text->len, out) ==
		text->len && fflush(out) == 0;
	if (!right)
		sekisho_error_set(err, "cannot write %s: %s", path == NULL ?
			"standard output" : path, strerror(errno));
	if (out != NULL && out != stdout)
		(void)fclose(out);
	return right ? 0 : -1;
}

int
report_main(int argc, char *argv[])
{
	struct options options = { .language = 0 };
	struct sekisho_error err = { "" };
	struct tally tally = { .slots = 0 };
	GString *text = NULL;
	int status = EX_OK;

	if (!read_options(&options, argc, argv))
		return usage();
	if (tally_init(&tally, options.since, options.until) < 0) {
		fprintf(stderr, "sekisho: a report is of one day to %d\n",
			DAYS_MAX);
		status = EX_USAGE;
	} else if (read_logs(&tally, argv + optind, argc - optind,
	    &err) < 0) {
		status = EX_NOINPUT;
	} else if (tally.lines == 0) {
		sekisho_error_set(&err, "no line of these logs is about mail "
			"of these days");
		status = EX_DATAERR;
	} else {
		text = make(&options, &tally);
		if (write_out(options.output, text, &err) < 0)
			status = EX_CANTCREAT;
		g_string_free(text, TRUE);
	}
	if (*err.text != '\0')
		fprintf(stderr, "sekisho: %s\n", err.text);
	tally_free(&tally);
	return status;
}
