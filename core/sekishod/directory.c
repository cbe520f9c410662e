/*
 * directory.c - who has approved the senders of a message: one search for all
 * its recipients.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "approved.h"
#include "buf.h"
#include "directory.h"
#include "directory_escape.h"
#include "directory_private.h"

/*
 * More recipients are asked for in several searches: slapd limits both the
 * size of a filter and, to 500 unless told otherwise, the entries found.
 */
#define RECIPIENTS_AT_ONCE 500u
#define FILTER_MAX (4u << 20)

struct directory *
directory_new(const struct config *config, struct directory_changes *changes)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (directory == NULL)
		abort();
	directory->config = config;
	directory->conn = directory_conn_new(config);
	directory->cache = directory_cache_new(config->ldap_cache, changes);
	directory->changes = changes;
	return directory;
}

void
directory_count(struct directory *directory, struct counters *counters)
{
	directory_conn_count(directory->conn, counters);
}

void
directory_free(struct directory *directory)
{
	if (directory == NULL)
		return;
	directory_conn_free(directory->conn);
	directory_cache_free(directory->cache);
	free(directory);
}

/* One question while it is answered. */
struct approvals {
	struct directory *directory;
	const struct directory_question *question;
	struct pool *pool;
	int64_t deadline;
	const char **recipients;	/* as the directory has them, or NULL */
	const char **keys;		/* for the cache */
	bool *answers;
};

/* The domain as DNS knows it; the directory has it that way. */
static const char *
recipient_canonical(const char *recipient, struct pool *pool)
{
	const char *at = strrchr(recipient, '@');
	const char *domain = at == NULL ? NULL : approved_domain(at + 1, pool);

	return domain == NULL ? recipient : pool_printf(pool, "%.*s@%s",
		(int)(at - recipient), recipient, domain);
}

/* Entries are canonical and hold no line feed. */
static const char *
cache_key(const struct directory_question *question, const char *recipient,
	struct pool *pool)
{
	const char *key = "";
	size_t i;

	for (i = 0; i < question->entry_count; i++)
		key = pool_printf(pool, "%s%s\n", key, question->entries[i]);
	return pool_printf(pool, "%s%s", key, recipient);
}

/* Leaves in ->recipients those that the directory must be asked for. */
static void
approvals_begin(struct approvals *approvals)
{
	const struct directory_question *question = approvals->question;
	struct pool *pool = approvals->pool;
	size_t i, count = question->recipient_count;

	approvals->recipients = pool_array(pool, count + 1, sizeof(char *));
	approvals->keys = pool_array(pool, count + 1, sizeof(char *));
	for (i = 0; i < count; i++) {
		if (!question->wanted[i])
			continue;
		approvals->recipients[i] = recipient_canonical(
			question->recipients[i], pool);
		approvals->keys[i] = cache_key(question,
			approvals->recipients[i], pool);
		if (directory_cache_get(approvals->directory->cache,
		    approvals->keys[i], &approvals->answers[i]))
			approvals->recipients[i] = NULL;
	}
}

/*
 * For the recipients from *next_p on. False when there are none left. slapd
 * reads what the index of mail leads to and leaves the filter at the first part
 * that does not match: few have approved the sender, most are active accounts.
 */
static bool
filter_build(const struct approvals *approvals, size_t *next_p,
	struct sekisho_buf *filter)
{
	const struct directory_question *question = approvals->question;
	size_t i, count = 0;

	sekisho_buf_puts(filter, "(&(|");
	for (i = 0; i < question->entry_count; i++)
		directory_escape_filter(filter, ATTR_APPROVED,
			question->entries[i]);
	sekisho_buf_puts(filter, ")" FILTER_ACTIVE FILTER_ACCOUNT "(|");
	for (i = *next_p; i < question->recipient_count &&
	     count < RECIPIENTS_AT_ONCE; i++) {
		if (approvals->recipients[i] == NULL)
			continue;
		directory_escape_filter(filter, ATTR_MAIL,
			approvals->recipients[i]);
		count++;
	}
	*next_p = i;
	sekisho_buf_puts(filter, "))");
	return count > 0;
}

/* Marks the recipients whose address is one of the entry's. */
static void
entry_mark(struct approvals *approvals, const struct directory_entry *entry)
{
	const struct directory_values *mails = &entry->attributes[0];
	size_t i, k;

	for (k = 0; k < mails->count; k++)
		for (i = 0; i < approvals->question->recipient_count; i++)
			if (approvals->recipients[i] != NULL &&
			    strcasecmp(mails->values[k],
			    approvals->recipients[i]) == 0)
				approvals->answers[i] = true;
}

static int
approvals_search(struct approvals *approvals, const char *filter,
	struct sekisho_error *err)
{
	static const char *const attributes[] = { ATTR_MAIL, NULL };
	struct directory_search search = { .filter = filter,
		.attributes = attributes };
	struct directory_result result;
	size_t i;

	if (directory_search(approvals->directory->conn, &search,
	    approvals->pool, approvals->deadline, &result, err) < 0)
		return -1;
	for (i = 0; i < result.count; i++)
		entry_mark(approvals, &result.entries[i]);
	return 0;
}

static int
approvals_ask(struct approvals *approvals, struct sekisho_error *err)
{
	uint64_t epoch = directory_cache_epoch(approvals->directory->cache);
	struct sekisho_buf filter;
	size_t next = 0, i;
	int result = 0;

	sekisho_buf_init(&filter, FILTER_MAX);
	while (result == 0 && filter_build(approvals, &next, &filter)) {
		if (filter.failed)
			result = sekisho_error_set(err, "directory: the "
				"recipients are too long for a search");
		else
			result = approvals_search(approvals, filter.data, err);
		sekisho_buf_free(&filter);
	}
	sekisho_buf_free(&filter);
	for (i = 0; result == 0 && i < approvals->question->recipient_count;
	     i++)
		if (approvals->recipients[i] != NULL)
			directory_cache_put(approvals->directory->cache,
				approvals->keys[i], epoch,
				approvals->answers[i]);
	return result;
}

int
directory_approvals(struct directory *directory,
	const struct directory_question *question, int64_t deadline,
	bool *approved_r, struct sekisho_error *err)
{
	struct approvals approvals = { .directory = directory,
		.question = question, .deadline = deadline,
		.answers = approved_r };
	int result;

	memset(approved_r, 0, question->recipient_count * sizeof(bool));
	if (*directory->config->ldap_uri == '\0' || question->entry_count == 0)
		return 0;
	approvals.pool = pool_new();
	approvals_begin(&approvals);
	result = approvals_ask(&approvals, err);
	pool_free(approvals.pool);
	return result;
}

int
directory_ready(struct directory *directory, int64_t deadline,
	struct sekisho_error *err)
{
	if (*directory->config->ldap_uri == '\0')
		return 0;
	return directory_conn_ready(directory->conn, deadline, err);
}
