/*
 * directory.c - who has approved or blocked the senders of a message: one
 * search for all its recipients.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
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
directory_measure(struct directory *directory, directory_meter *meter,
	void *data)
{
	directory_conn_measure(directory->conn, meter, data);
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
struct opinions {
	struct directory *directory;
	const struct directory_question *question;
	struct pool *pool;
	int64_t deadline;
	const char **recipients;	/* as the directory has them, or NULL */
	const char **keys;		/* for the cache */
	enum senders_opinion *answers;
};

/* The domain as DNS knows it; the directory has it that way. */
static const char *
recipient_canonical(const char *recipient, struct pool *pool)
{
	const char *at = strrchr(recipient, '@');
	const char *domain = at == NULL ? NULL : senders_domain(at + 1, pool);

	return domain == NULL ? recipient : pool_printf(pool, "%.*s@%s",
		(int)(at - recipient), recipient, domain);
}

/* Does the list matter for this recipient? */
static bool
is_wanted(const struct directory_question *question, size_t recipient,
	size_t list)
{
	return (question->wanted[recipient] & 1u << list) != 0 &&
		question->lists[list].count > 0;
}

/* Entries are canonical and hold no line feed. */
static const char *
cache_key(const struct directory_question *question, size_t recipient,
	const char *address, struct pool *pool)
{
	const char *key = "";
	size_t i, list;

	for (list = 0; list < SENDERS_LISTS; list++) {
		if (!is_wanted(question, recipient, list))
			continue;
		key = pool_printf(pool, "%s%zu\n", key, list);
		for (i = 0; i < question->lists[list].count; i++)
			key = pool_printf(pool, "%s%s\n", key,
				question->lists[list].entries[i]);
	}
	return pool_printf(pool, "%s%s", key, address);
}

/* Leaves in ->recipients those that the directory must be asked for. */
static void
opinions_begin(struct opinions *opinions)
{
	const struct directory_question *question = opinions->question;
	struct pool *pool = opinions->pool;
	size_t i, count = question->recipient_count;
	unsigned int answer;

	opinions->recipients = pool_array(pool, count + 1, sizeof(char *));
	opinions->keys = pool_array(pool, count + 1, sizeof(char *));
	for (i = 0; i < count; i++) {
		if (!is_wanted(question, i, SENDERS_APPROVED) &&
		    !is_wanted(question, i, SENDERS_BLOCKED))
			continue;
		opinions->recipients[i] = recipient_canonical(
			question->recipients[i], pool);
		opinions->keys[i] = cache_key(question, i,
			opinions->recipients[i], pool);
		if (!directory_cache_get(opinions->directory->cache,
		    opinions->keys[i], &answer))
			continue;
		opinions->answers[i] = answer;
		opinions->recipients[i] = NULL;
	}
}

static const char *const list_names[SENDERS_LISTS] = {
	[SENDERS_APPROVED] = ATTR_APPROVED,
	[SENDERS_BLOCKED] = ATTR_BLOCKED,
};

/*
 * For the recipients from *next_p on. False when there are none left. slapd
 * reads what the index of mail leads to and leaves the filter at the first part
 * that does not match: few have an opinion of the sender, most are active
 * accounts.
 */
static bool
filter_build(const struct opinions *opinions, size_t *next_p,
	struct sekisho_buf *filter)
{
	const struct directory_question *question = opinions->question;
	size_t i, list, count = 0;

	sekisho_buf_puts(filter, "(&(|");
	for (list = 0; list < SENDERS_LISTS; list++)
		for (i = 0; i < question->lists[list].count; i++)
			directory_escape_filter(filter, list_names[list],
				question->lists[list].entries[i]);
	sekisho_buf_puts(filter, ")" FILTER_ACTIVE FILTER_ACCOUNT "(|");
	for (i = *next_p; i < question->recipient_count &&
	     count < RECIPIENTS_AT_ONCE; i++) {
		if (opinions->recipients[i] == NULL)
			continue;
		directory_escape_filter(filter, ATTR_MAIL,
			opinions->recipients[i]);
		count++;
	}
	*next_p = i;
	sekisho_buf_puts(filter, "))");
	return count > 0;
}

/* Is one of the entries that were asked for in this list of an account? */
static bool
is_listed(const struct directory_question *question, size_t list,
	const struct directory_values *values)
{
	size_t i, k;

	for (i = 0; i < values->count; i++)
		for (k = 0; k < question->lists[list].count; k++)
			if (senders_equal(values->values[i],
			    question->lists[list].entries[k]))
				return true;
	return false;
}

/* What is read of an account that has an opinion: addresses, then lists. */
enum { READ_MAIL, READ_LISTS };

/* Sets the answer of the recipients whose address is one of the entry's. */
static void
entry_mark(struct opinions *opinions, const struct directory_entry *entry)
{
	const struct directory_question *question = opinions->question;
	const struct directory_values *mails = &entry->attributes[READ_MAIL];
	const struct directory_values *lists = &entry->attributes[READ_LISTS];
	bool approves = is_listed(question, SENDERS_APPROVED,
		&lists[SENDERS_APPROVED]);
	bool blocks = is_listed(question, SENDERS_BLOCKED,
		&lists[SENDERS_BLOCKED]);
	size_t i, k;

	for (k = 0; k < mails->count; k++)
		for (i = 0; i < question->recipient_count; i++) {
			if (opinions->recipients[i] == NULL ||
			    strcasecmp(mails->values[k],
			    opinions->recipients[i]) != 0)
				continue;
			if (blocks && is_wanted(question, i, SENDERS_BLOCKED))
				opinions->answers[i] = OPINION_BLOCKED;
			else if (approves && is_wanted(question, i,
			    SENDERS_APPROVED))
				opinions->answers[i] = OPINION_APPROVED;
		}
}

static int
opinions_search(struct opinions *opinions, const char *filter,
	struct sekisho_error *err)
{
	static const char *const attributes[] = {
		[READ_MAIL] = ATTR_MAIL,
		[READ_LISTS + SENDERS_APPROVED] = ATTR_APPROVED,
		[READ_LISTS + SENDERS_BLOCKED] = ATTR_BLOCKED,
		NULL
	};
	struct directory_search search = { .filter = filter,
		.attributes = attributes };
	struct directory_result result;
	size_t i;

	if (directory_search(opinions->directory->conn, &search,
	    opinions->pool, opinions->deadline, &result, err) < 0)
		return -1;
	for (i = 0; i < result.count; i++)
		entry_mark(opinions, &result.entries[i]);
	return 0;
}

static int
opinions_ask(struct opinions *opinions, struct sekisho_error *err)
{
	uint64_t epoch = directory_cache_epoch(opinions->directory->cache);
	struct sekisho_buf filter;
	size_t next = 0, i;
	int result = 0;

	sekisho_buf_init(&filter, FILTER_MAX);
	while (result == 0 && filter_build(opinions, &next, &filter)) {
		if (filter.failed)
			result = sekisho_error_set(err, "directory: the "
				"recipients are too long for a search");
		else
			result = opinions_search(opinions, filter.data, err);
		sekisho_buf_free(&filter);
	}
	sekisho_buf_free(&filter);
	for (i = 0; result == 0 && i < opinions->question->recipient_count;
	     i++)
		if (opinions->recipients[i] != NULL)
			directory_cache_put(opinions->directory->cache,
				opinions->keys[i], epoch,
				opinions->answers[i]);
	return result;
}

int
directory_opinions(struct directory *directory,
	const struct directory_question *question, int64_t deadline,
	enum senders_opinion *opinions_r, struct sekisho_error *err)
{
	struct opinions opinions = { .directory = directory,
		.question = question, .deadline = deadline,
		.answers = opinions_r };
	int result;

	memset(opinions_r, 0, question->recipient_count * sizeof(*opinions_r));
	if (*directory->config->ldap_uri == '\0')
		return 0;
	opinions.pool = pool_new();
	opinions_begin(&opinions);
	result = opinions_ask(&opinions, err);
	pool_free(opinions.pool);
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
