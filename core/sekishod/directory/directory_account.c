/*
 * directory_account.c - accounts in the directory: found and read.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "buf.h"
#include "directory_account.h"
#include "directory_escape.h"
#include "directory_private.h"
#include "log.h"

#define FILTER_MAX 65536u

/* In the order in which account_read() takes them. */
static const char *const wanted[] = {
	ATTR_CLASS, ATTR_MAIL, ATTR_STATUS, ATTR_SN, ATTR_GIVEN_NAME,
	ATTR_LANGUAGE, ATTR_QUESTION, ATTR_ANSWER, ATTR_TOKEN, ATTR_PURPOSE,
	ATTR_EXPIRES, ATTR_SEALED, ATTR_CHANGED, ATTR_FAILURE, NULL
};

static const char *const status_names[] = {
	[ACCOUNT_NONE] = "",
	[ACCOUNT_PENDING] = "pending",
	[ACCOUNT_ACTIVE] = "active",
	[ACCOUNT_LOCKED] = "locked",
};

const char *
account_status_name(enum account_status status)
{
	return status_names[status];
}

void
directory_time_text(time_t when, char text_r[TIME_SIZE])
{
	struct tm tm;

	memset(text_r, 0, TIME_SIZE);
	if (gmtime_r(&when, &tm) != NULL)
		strftime(text_r, TIME_SIZE, "%Y%m%d%H%M%SZ", &tm);
}

/* 0, long ago, for what is no such time. */
time_t
directory_time(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y%m%d%H%M%S", &tm) == NULL ? 0 : timegm(&tm);
}

static const char *
first(const struct directory_values *values)
{
	return values->count > 0 ? values->values[0] : "";
}

static bool
has_value(const struct directory_values *values, const char *value)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (strcasecmp(values->values[i], value) == 0)
			return true;
	return false;
}

/* A status that nobody knows is one that may do nothing. */
static enum account_status
status_read(const struct directory_values *values)
{
	if (has_value(values, status_names[ACCOUNT_ACTIVE]))
		return ACCOUNT_ACTIVE;
	if (has_value(values, status_names[ACCOUNT_PENDING]))
		return ACCOUNT_PENDING;
	return ACCOUNT_LOCKED;
}

/* Other languages than ours ("de, fr;q=0.5") are as good as none. */
static const char *
language_read(const char *text)
{
	if (strncasecmp(text, "ja", 2) == 0)
		return "ja";
	return strncasecmp(text, "en", 2) == 0 ? "en" : "";
}

/* address: the one of several that was asked for, or NULL. */
static struct account
account_read(const struct directory_entry *entry, const char *address)
{
	const struct directory_values *values = entry->attributes;
	bool known = address != NULL && has_value(&values[1], address);

	return (struct account){
		.dn = entry->dn,
		.mail = known ? address : first(&values[1]),
		.status = has_value(&values[0], CLASS_ACCOUNT) ?
			status_read(&values[2]) : ACCOUNT_NONE,
		.family_name = first(&values[3]),
		.given_name = first(&values[4]),
		.language = language_read(first(&values[5])),
		.question = first(&values[6]),
		.answer_hash = first(&values[7]),
		.token_hash = first(&values[8]),
		.token_purpose = first(&values[9]),
		.token_expires = directory_time(first(&values[10])),
		.pending_password = first(&values[11]),
		.password_changed = first(&values[12]),
		.failures = values[13].values,
		.failure_count = values[13].count,
	};
}

/* Searches for before, (attribute=value), ")". */
static int
search(const struct account_session *session, const char *before,
	const char *attribute, const char *value,
	struct directory_result *result_r, struct sekisho_error *err)
{
	struct directory_search question = { .attributes = wanted };
	struct sekisho_buf filter;
	int result = -1;

	if (directory_configured(session->directory, err) < 0)
		return -1;
	sekisho_buf_init(&filter, FILTER_MAX);
	sekisho_buf_puts(&filter, before);
	if (value != NULL)
		directory_escape_filter(&filter, attribute, value);
	sekisho_buf_puts(&filter, ")");
	question.filter = filter.data;
	if (filter.failed)
		sekisho_error_set(err, "%s: too long to search for",
			attribute);
	else
		result = directory_search(session->directory->conn, &question,
			session->pool, session->deadline, result_r, err);
	sekisho_buf_free(&filter);
	return result;
}

/* The one entry; several are a mistake of the administrator's. */
static int
search_one(const struct account_session *session, const char *before,
	const char *attribute, const char *value, struct account *account_r,
	struct sekisho_error *err)
{
	struct directory_result result;

	if (search(session, before, attribute, value, &result, err) < 0)
		return -1;
	if (result.count > 1)
		log_line(LOG_LEVEL_WARNING, "directory: %zu entries have "
			"%s=%s, such as %s and %s: none of them is used",
			result.count, attribute, value, result.entries[0].dn,
			result.entries[1].dn);
	if (result.count != 1)
		return 0;
	*account_r = account_read(&result.entries[0],
		strcmp(attribute, ATTR_MAIL) == 0 ? value : NULL);
	return 1;
}

int
directory_account_find(const struct account_session *session,
	const char *address, struct account *account_r,
	struct sekisho_error *err)
{
	return search_one(session, "(&" FILTER_ACCOUNT,
		ATTR_MAIL, address, account_r, err);
}

int
directory_account_find_person(const struct account_session *session,
	const char *address, struct account *account_r,
	struct sekisho_error *err)
{
	return search_one(session, "(&(!" FILTER_ACCOUNT ")",
		ATTR_MAIL, address, account_r, err);
}

int
directory_account_find_token(const struct account_session *session,
	const char *token_hash, struct account *account_r,
	struct sekisho_error *err)
{
	return search_one(session, "(&" FILTER_ACCOUNT,
		ATTR_TOKEN, token_hash, account_r, err);
}

int
directory_account_list(const struct account_session *session,
	enum account_status status, struct account_list *list_r,
	struct sekisho_error *err)
{
	struct directory_result result;
	size_t i;

	memset(list_r, 0, sizeof(*list_r));
	if (search(session, "(&" FILTER_ACCOUNT,
	    ATTR_STATUS, status == ACCOUNT_NONE ? NULL :
	    status_names[status], &result, err) < 0)
		return -1;
	list_r->accounts = pool_array(session->pool, result.count,
		sizeof(*list_r->accounts));
	for (i = 0; i < result.count; i++)
		list_r->accounts[list_r->count++] = account_read(
			&result.entries[i], NULL);
	return 1;
}
