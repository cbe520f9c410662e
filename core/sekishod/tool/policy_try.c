/*
 * policy_try.c - `sekisho policy try NEW.xml`: the rules of today and the new
 * ones decide once more over each mail that the log tells of, and where they
 * differ is counted.
 *
 * Both are asked, and not the log, for what was done then: so a difference is
 * one of the policies and not of what the log leaves out. What it leaves out is
 * answered in two ways (policy_doubt.h); a difference that is not
 * the same in both cannot be told.
 */
#include <getopt.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "config.h"
#include "logged.h"
#include "logline.h"
#include "logs.h"
#include "policy.h"
#include "policy_try.h"

#define EXAMPLES 3u	/* mails that are named for one difference */

/* One kind of difference. */
struct difference {
	char *words;
	unsigned long recipients;
	GPtrArray *examples;	/* "id recipient" */
};

struct attempt {
	const char *config_file;
	const char *new_file;
	int64_t since;			/* seconds since 1970 */
	bool all;			/* name every mail */
	struct config *config;
	struct policy *now, *new;
	struct pool *pool;
	const char *settled_now, *settled_new;
	GHashTable *differences;	/* words -> struct difference */
	unsigned long mails, recipients, same, different, unsure, unnamed;
};

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho policy try [-c file] [--all] "
		"[--since TIME] NEW.xml [LOG ...]\n"
		"       TIME is 90m, 12h, 7d, ... ago; LOG is of sekishod, "
		"\"-\" for standard input\n");
	return EX_USAGE;
}

/* "12h" as a number of seconds; 0 when it is none. */
static int64_t
read_age(const char *text)
{
	static const char units[] = "smhdw";
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	const char *unit = *end == '\0' ? NULL : strchr(units, *end);

	if (end == text || unit == NULL || end[1] != '\0' || number > 100000)
		return 0;
	return (int64_t)number * seconds[unit - units];
}

static void
difference_free(void *data)
{
	struct difference *difference = data;

	g_free(difference->words);
	g_ptr_array_free(difference->examples, TRUE);
	g_free(difference);
}

/* -- deciding -------------------------------------------------------------- */

/* The words of one list that are not in the other: " without R4 R5". */
static void
add_missing(GString *out, const char *how, const char *const *list,
	size_t count, const char *const *other, size_t other_count)
{
	bool first = true;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < other_count; k++)
			if (strcmp(list[i], other[k]) == 0)
				break;
		if (k < other_count)
			continue;
		g_string_append_printf(out, "%s%s %s", first && out->len > 0 ?
			"; " : "", first ? how : "", list[i]);
		first = false;
	}
}

static const char *
fate_words(const struct decision *decision,
	const struct decision_outcome *outcome)
{
	return decision->defer ? "defer" : sekisho_fate_name(outcome->fate);
}

/* "deliver -> hold; now by X1", or "" when nothing differs. */
static char *
difference_words(const struct decision *before, const struct decision *after,
	size_t recipient)
{
	const struct decision_outcome *then = &before->outcomes[
		before->recipient_outcome[recipient]],
		*now = &after->outcomes[after->recipient_outcome[recipient]];
	GString *out = g_string_new(NULL);

	if (strcmp(fate_words(before, then), fate_words(after, now)) != 0)
		g_string_printf(out, "%s -> %s", fate_words(before, then),
			fate_words(after, now));
	add_missing(out, "without tag", then->tags, then->tag_count,
		now->tags, now->tag_count);
	add_missing(out, "with tag", now->tags, now->tag_count, then->tags,
		then->tag_count);
	add_missing(out, "no longer by", then->rules, then->rule_count,
		now->rules, now->rule_count);
	add_missing(out, "now by", now->rules, now->rule_count, then->rules,
		then->rule_count);
	return g_string_free(out, FALSE);
}

static struct decision *
decide(const struct policy *policy, const char *settled,
	struct logged *logged, enum policy_doubt doubt, struct pool *pool)
{
	const struct policy_case facts = {
		.message = &logged->message,
		.inspection = &logged->inspection,
		.opinions = logged->opinions,
		.doubt = doubt,
		.settled = settled,
		.fired = logged->fired,
	};

	logged_doubt(logged, doubt == DOUBT_MOST);
	return policy_decide(policy, &facts, pool, NULL);
}

static void
add_difference(struct attempt *attempt, const struct logged *logged,
	size_t recipient, const char *words)
{
	struct difference *difference = g_hash_table_lookup(
		attempt->differences, words);

	if (difference == NULL) {
		difference = g_new0(struct difference, 1);
		difference->words = g_strdup(words);
		difference->examples = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(attempt->differences, difference->words,
			difference);
	}
	difference->recipients++;
	if (!attempt->all && difference->examples->len >= EXAMPLES)
		return;
	g_ptr_array_add(difference->examples, g_strdup_printf("%s %s",
		logged->message.id, logged->message.recipients[recipient]));
}

/* What differs if rules fire for the fewest mails, and if for the most. */
static void
count(struct attempt *attempt, const struct logged *logged, size_t recipient,
	const char *fewest, const char *most)
{
	char *words;

	attempt->recipients++;
	if (strcmp(fewest, most) != 0) {
		words = g_strdup_printf("%s, or perhaps: %s",
			*fewest == '\0' ? "the same" : fewest,
			*most == '\0' ? "the same" : most);
		attempt->unsure++;
		add_difference(attempt, logged, recipient, words);
		g_free(words);
	} else if (*fewest == '\0') {
		attempt->same++;
	} else {
		attempt->different++;
		add_difference(attempt, logged, recipient, fewest);
	}
}

static void
try_mail(struct attempt *attempt, struct logged *logged, struct pool *pool)
{
	static const enum policy_doubt doubts[] = { DOUBT_FEWEST, DOUBT_MOST };
	struct decision *now[2], *new[2];
	char *words[2];
	size_t i, k;

	for (k = 0; k < 2; k++) {
		now[k] = decide(attempt->now, attempt->settled_now, logged,
			doubts[k], pool);
		new[k] = decide(attempt->new, attempt->settled_new, logged,
			doubts[k], pool);
	}
	for (i = 0; i < logged->message.recipient_count; i++) {
		for (k = 0; k < 2; k++)
			words[k] = difference_words(now[k], new[k], i);
		count(attempt, logged, i, words[0], words[1]);
		g_free(words[0]);
		g_free(words[1]);
	}
	attempt->mails++;
	attempt->unnamed += logged->unnamed;
}

static void
try_line(struct attempt *attempt, const char *text)
{
	struct pool *pool = pool_new();
	struct logline line;
	struct logged logged;

	if (logline_sekishod(text, &line) &&
	    logged_read(&logged, pool, &line) &&
	    logline_time(text, logline_id_time(logged.message.id)) >=
	    attempt->since)
		try_mail(attempt, &logged, pool);
	pool_free(pool);
}

/* -- telling --------------------------------------------------------------- */

static gint
more_recipients(gconstpointer a, gconstpointer b)
{
	const struct difference *one = a, *other = b;

	return one->recipients == other->recipients ?
		strcmp(one->words, other->words) :
		one->recipients < other->recipients ? 1 : -1;
}

/* Foreign bytes are made visible. */
static void
print_difference(gpointer data, gpointer unused)
{
	const struct difference *difference = data;
	char *text;
	guint i;

	printf("\n%lu: %s\n", difference->recipients, difference->words);
	for (i = 0; i < difference->examples->len; i++) {
		text = g_strescape(difference->examples->pdata[i], NULL);
		printf("    %s\n", text);
		g_free(text);
	}
	if (difference->recipients > difference->examples->len)
		printf("    ... (--all names them)\n");
}

static void
print_attempt(const struct attempt *attempt)
{
	GList *list = g_hash_table_get_values(attempt->differences);

	printf("mails=%lu recipients=%lu same=%lu different=%lu unsure=%lu\n",
		attempt->mails, attempt->recipients, attempt->same,
		attempt->different, attempt->unsure);
	if (attempt->unnamed > 0)
		printf("%lu recipients are not named in the log\n",
			attempt->unnamed);
	list = g_list_sort(list, more_recipients);
	g_list_foreach(list, print_difference, NULL);
	g_list_free(list);
}

/* -- the command ----------------------------------------------------------- */

/* Returns 0, or -1 when it is to be told how the command is used. */
static int
read_options(struct attempt *attempt, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "since", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int64_t age;
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		switch (c) {
		case 'a':
			attempt->all = true;
			break;
		case 'c':
			attempt->config_file = optarg;
			break;
		case 's':
			age = read_age(optarg);
			if (age == 0)
				return -1;
			attempt->since = (int64_t)time(NULL) - age;
			break;
		default:
			return -1;
		}
	attempt->new_file = argv[optind++];
	return attempt->new_file == NULL ? -1 : 0;
}

/* Without a log on the command line it is that of the configuration. */
static int
try_logs(struct attempt *attempt, int argc, char *argv[],
	struct sekisho_error *err)
{
	char *own[] = { (char *)attempt->config->log };
	struct logs *logs;
	const char *line;

	if (argc == 0 && *own[0] != '/')
		return sekisho_error_set(err, "log = %s: that is no file; name "
			"the log on the command line", own[0]);
	logs = argc > 0 ? logs_open(argv, argc, false, err) :
		logs_open(own, 1, false, err);
	if (logs == NULL)
		return -1;
	while ((line = logs_next(logs, err)) != NULL)
		try_line(attempt, line);
	logs_close(logs);
	return *err->text == '\0' ? 0 : -1;
}

static int
attempt_run(struct attempt *attempt, int argc, char *argv[],
	struct sekisho_error *err)
{
	attempt->config = config_load(attempt->config_file, err);
	if (attempt->config == NULL)
		return EX_CONFIG;
	attempt->now = policy_load(attempt->config->policy,
		attempt->config->policy_schema, err);
	if (attempt->now == NULL)
		return EX_CONFIG;
	attempt->new = policy_load(attempt->new_file,
		attempt->config->policy_schema, err);
	if (attempt->new == NULL)
		return EX_DATAERR;
	attempt->settled_now = policy_settled(attempt->now, attempt->now,
		attempt->pool);
	attempt->settled_new = policy_settled(attempt->new, attempt->now,
		attempt->pool);
	if (try_logs(attempt, argc, argv, err) < 0)
		return EX_NOINPUT;
	print_attempt(attempt);
	return EX_OK;
}

int
policy_main(int argc, char *argv[])
{
	struct attempt attempt = { .config_file = CONFIG_FILE };
	struct sekisho_error err = { "" };
	int status;

	if (argc < 2 || strcmp(argv[1], "try") != 0 ||
	    read_options(&attempt, argc - 1, argv + 1) < 0)
		return usage();
	attempt.pool = pool_new();
	attempt.differences = g_hash_table_new_full(g_str_hash, g_str_equal,
		NULL, difference_free);
	status = attempt_run(&attempt, argc - 1 - optind, argv + 1 + optind,
		&err);
	if (status != EX_OK)
		fprintf(stderr, "sekisho: %s\n", err.text);
	g_hash_table_destroy(attempt.differences);
	policy_free(attempt.new);
	policy_free(attempt.now);
	config_free(attempt.config);
	pool_free(attempt.pool);
	return status;
}
