/*
 * askdirectory.c - how long the one search for a message takes, with sekishod's
 * own code (SPEC A9). tests/bench/directory calls it.
 *
 *	askdirectory CONFIG ACCOUNTS SENDERS RECIPIENTS QUESTIONS
 *
 * asks QUESTIONS times about RECIPIENTS of the addresses u0@example.com to
 * u(ACCOUNTS-1)@example.com, and as many times before without counting. Each
 * has approved SENDERS senders; half of the questions name one of the first
 * recipient's. Prints the median, the 99th of a hundred and the longest in
 * microseconds, and how many recipients had approved.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "channel.h"
#include "config.h"
#include "directory.h"

#define RECIPIENTS_MAX 1000

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
compare(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

/* One question about random accounts; returns how many approve, or -1. */
static int
ask(struct directory *directory, unsigned int accounts, unsigned int senders,
	size_t recipients, struct sekisho_error *err)
{
	static char texts[RECIPIENTS_MAX][64], sender[64];
	const char *names[RECIPIENTS_MAX];
	const char *keys[] = { sender, "*@stranger.example",
		"bounce@list.example", "*@list.example" };
	enum senders_opinion opinions[RECIPIENTS_MAX];
	unsigned char wanted[RECIPIENTS_MAX];
	struct directory_question question = { .lists = {
		[SENDERS_APPROVED] = { keys, 4 },
		[SENDERS_BLOCKED] = { keys, 4 } }, .recipients = names,
		.wanted = wanted, .recipient_count = recipients };
	unsigned int first = arc4random_uniform(accounts), account;
	int count = 0;
	size_t i;

	for (i = 0; i < recipients; i++) {
		account = i == 0 ? first : arc4random_uniform(accounts);
		snprintf(texts[i], sizeof(texts[i]), "u%u@example.com",
			account);
		names[i] = texts[i];
		wanted[i] = 1u << SENDERS_APPROVED | 1u << SENDERS_BLOCKED;
	}
	/* Everybody has approved the first half of these. */
	snprintf(sender, sizeof(sender), "s%u@sender%u.example", first,
		arc4random_uniform(2 * senders));
	if (directory_opinions(directory, &question, sekisho_deadline(60000),
	    opinions, err) < 0)
		return -1;
	for (i = 0; i < recipients; i++)
		count += opinions[i] == OPINION_APPROVED;
	return count;
}

int
main(int argc, char *argv[])
{
	struct sekisho_error err;
	struct config *config = argc == 6 ? config_load(argv[1], &err) : NULL;
	struct directory *directory;
	unsigned int accounts, senders;
	size_t recipients, questions, i;
	int64_t *times, begin;
	int approved = 0, n;

	if (config == NULL) {
		fprintf(stderr, "askdirectory: %s\n", argc == 6 ? err.text :
			"CONFIG ACCOUNTS SENDERS RECIPIENTS QUESTIONS");
		return 2;
	}
	accounts = (unsigned int)strtoul(argv[2], NULL, 10);
	senders = (unsigned int)strtoul(argv[3], NULL, 10);
	recipients = strtoul(argv[4], NULL, 10);
	questions = strtoul(argv[5], NULL, 10);
	times = calloc(questions + 1, sizeof(*times));
	directory = directory_new(config, NULL);
	if (times == NULL || recipients > RECIPIENTS_MAX || questions == 0 ||
	    senders == 0)
		return 2;
	for (i = 0; i < 2 * questions; i++) {
		begin = now_us();
		n = ask(directory, accounts, senders, recipients, &err);
		if (n < 0) {
			fprintf(stderr, "askdirectory: %s\n", err.text);
			return 1;
		}
		if (i >= questions) {
			times[i - questions] = now_us() - begin;
			approved += n;
		}
	}
	qsort(times, questions, sizeof(*times), compare);
	printf("%" PRId64 " %" PRId64 " %" PRId64 " %d\n",
		times[questions / 2], times[questions * 99 / 100],
		times[questions - 1], approved);
	directory_free(directory);
	config_free(config);
	free(times);
	return 0;
}
