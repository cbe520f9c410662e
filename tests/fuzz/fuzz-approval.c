/*
 * fuzz-approval.c - senders of foreign mails and entries of users: approval.c,
 * senders.c, alignment.c, directory_escape.c (SPEC A1, A7, A8).
 *
 * Six lines: envelope sender, From, and what DKIM, SPF, DMARC found and DNS
 * has; the first is also taken for an entry. What is canonical stays the same,
 * and nothing of a value gets out of a filter.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "approval.h"
#include "directory_escape.h"

#define LINES 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_canonical(const char *text, struct pool *pool)
{
	const char *canonical, *again;

	if (senders_canonical(text, pool, &canonical, NULL) != SENDERS_OK)
		return;
	if (senders_canonical(canonical, pool, &again, NULL) !=
	    SENDERS_OK || strcmp(canonical, again) != 0)
		abort();
	if (strpbrk(canonical, " \t\r\n()\\,") != NULL ||
	    strlen(canonical) > SENDERS_LOCAL_MAX + 1 + SENDERS_DOMAIN_MAX)
		abort();
}

static void
check_filter(const char *value)
{
	struct sekisho_buf filter;

	sekisho_buf_init(&filter, 1u << 24);
	directory_escape_filter(&filter, "mail", value);
	if (filter.failed || filter.data[filter.len - 1] != ')' ||
	    strcspn(filter.data + 1, "()*&|!") != filter.len - 2)
		abort();
	sekisho_buf_free(&filter);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	char *rest = pool_strndup(pool, (const char *)data, size), *line;
	const char *lines[LINES] = { "", "", "", "", "", "" };
	struct sekisho_message message = { .helo = "mx.partner.test" };
	struct approval approval;
	size_t i;

	for (i = 0; i < LINES && (line = strsep(&rest, "\n")) != NULL; i++)
		lines[i] = line;
	message.sender = lines[0];
	message.dkim = lines[2];
	message.spf = lines[3];
	message.dmarc = lines[4];
	message.from_publishes = lines[5];
	approval_weigh(&message, lines[1], ALIGNMENT_ALIGNED, NULL, pool,
		&approval);
	for (i = 0; i < approval.entry_count; i++) {
		check_canonical(approval.entries[i], pool);
		check_filter(approval.entries[i]);
	}
	for (i = 0; i < approval.block_count; i++) {
		check_canonical(approval.blocks[i], pool);
		check_filter(approval.blocks[i]);
	}
	/* Whoever may be approved may be blocked. */
	if (approval.block_count < approval.entry_count)
		abort();
	check_canonical(lines[0], pool);
	check_filter(lines[0]);
	pool_free(pool);
	return 0;
}
