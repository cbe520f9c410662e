/*
 * digest.c - the mail that lists what was held for a user.
 *
 * Dovecot knows what is held and when it is time, sekishod has the texts, the
 * site's mail server and the key of the links. What stands in the mail of a
 * held message was written by strangers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "digest.h"
#include "digest_link.h"
#include "digest_text.h"
#include "directory_account.h"
#include "envelope.h"
#include "letter.h"
#include "maildate.h"

/* One digest on its way. */
struct digest {
	struct inquiry *inquiry;
	struct pool *pool;
	const char *to;
	const char *login;
	struct template_row *rows;
	size_t row_count;
};

/* One held message of the request, and where its fields begin. */
struct item {
	struct digest *digest;
	const struct sekisho_field *fields;
	size_t field_count;
};

/* The values of a row, in this order. */
enum { SUBJECT, FROM, SENDER, DATE, EXPIRES, REASON, VIRUS, DELIVER, APPROVE,
	DELETE, MORE, VALUES };

static const char *const value_names[VALUES] = { "SUBJECT", "FROM", "SENDER",
	"DATE", "EXPIRES", "REASON", "VIRUS", "DELIVER", "APPROVE", "DELETE",
	"MORE" };

static const char *
item_get(const struct item *item, const char *name)
{
	return sekisho_field_get(item->fields, item->field_count, name);
}

static time_t
item_time(const struct item *item, const char *name)
{
	return (time_t)strtoul(item_get(item, name), NULL, 10);
}

/* A row in which nothing is said yet. */
static struct template_value *
row_new(struct digest *digest)
{
	struct template_value *values = pool_array(digest->pool, VALUES,
		sizeof(*values));
	struct template_row *row = pool_append(digest->pool, &digest->rows,
		&digest->row_count, sizeof(*row));
	int i;

	for (i = 0; i < VALUES; i++)
		values[i] = (struct template_value){ value_names[i], "" };
	row->values = values;
	row->value_count = VALUES;
	return values;
}

/* The beginning comes from the configuration, never from a request. */
static const char *
link_url(const struct digest *digest, struct digest_link *link,
	enum digest_action action)
{
	const struct checkpoint *checkpoint = digest->inquiry->checkpoint;

	link->action = action;
	return pool_printf(digest->pool, "%s?_task=login&_action="
		"plugin.sekisho.digest&_key=%s",
		checkpoint->config->account_url, digest_link_make(
		checkpoint->keys, link, digest->pool));
}

/* Mail that is held for a virus has no link that lets it out. */
static int
item_links(const struct item *item, struct template_value *values, bool virus)
{
	const struct digest *digest = item->digest;
	struct digest_link link = {
		.login = digest->login,
		.expires = item_time(item, "expires"),
	};

	if (digest_guid_read(link.guid, item_get(item, "guid")) < 0 ||
	    link.expires <= 0 || link.expires > (time_t)UINT32_MAX) {
		inquiry_fail(digest->inquiry, SEKISHO_STATUS_INVALID, "guid",
			"a message without GUID or end");
		return -1;
	}
	values[DELETE].value = link_url(digest, &link, DIGEST_DELETE);
	if (virus)
		return 0;
	values[DELIVER].value = link_url(digest, &link, DIGEST_DELIVER);
	if (*item_get(item, "sender") != '\0')
		values[APPROVE].value = link_url(digest, &link,
			DIGEST_APPROVE);
	return 0;
}

static int
item_add(const struct item *item)
{
	struct pool *pool = item->digest->pool;
	struct template_value *values = row_new(item->digest);
	const char *sender = item_get(item, "sender");
	bool virus = strcmp(item_get(item, "class"), "virus") == 0;

	values[SUBJECT].value = digest_text(pool, item_get(item, "subject"));
	values[FROM].value = digest_text(pool, item_get(item, "from"));
	values[SENDER].value = *sender == '\0' ? "<>" :
		digest_text(pool, sender);
	values[DATE].value = maildate_text(pool, item_time(item, "time"));
	values[EXPIRES].value = maildate_text(pool, item_time(item, "expires"));
	values[virus ? VIRUS : REASON].value = digest_text(pool,
		item_get(item, "reason"));
	return item_links(item, values, virus);
}

/* A message begins with its "guid". */
static int
digest_read(struct digest *digest)
{
	const struct sekisho_request *request = digest->inquiry->request;
	struct item item = { .digest = digest };
	size_t i, next;

	for (i = 0; i < request->field_count; i = next) {
		next = i + 1;
		if (strcmp(request->fields[i].name, "guid") != 0)
			continue;
		while (next < request->field_count &&
		    strcmp(request->fields[next].name, "guid") != 0)
			next++;
		item.fields = &request->fields[i];
		item.field_count = next - i;
		if (item_add(&item) < 0)
			return -1;
	}
	return 0;
}

/* That of his account, or "". */
static const char *
digest_language(const struct digest *digest)
{
	const struct checkpoint *checkpoint = digest->inquiry->checkpoint;
	struct account_session session = {
		.directory = checkpoint->directory,
		.account_base = checkpoint->config->account_base,
		.pool = digest->pool,
		.deadline = digest->inquiry->deadline,
	};
	struct account account;
	struct sekisho_error err;

	if (session.directory != NULL && directory_account_find(&session,
	    digest->to, &account, &err) > 0)
		return account.language;
	return "";
}

static void
digest_submit(struct digest *digest)
{
	struct inquiry *inquiry = digest->inquiry;
	const char *more = inquiry_get(inquiry, "more");
	const struct template_value values[] = {
		{ "ADDRESS", digest->to },
		{ "COUNT", inquiry_get(inquiry, "count") },
		{ "URL", inquiry->checkpoint->config->account_url },
	};
	struct letter letter = {
		.template = "digest",
		.to = digest->to,
		.language = digest_language(digest),
		.values = values,
		.value_count = sizeof(values) / sizeof(values[0]),
	};
	struct sekisho_error err;

	if (*more != '\0')
		row_new(digest)[MORE].value = more;
	letter.rows = digest->rows;
	letter.row_count = digest->row_count;
	if (letter_send(inquiry, &letter, &err) != SUBMISSION_DONE)
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
}

void
digest_send(struct inquiry *inquiry)
{
	struct digest digest = {
		.inquiry = inquiry,
		.pool = inquiry->pool,
		.to = envelope_address(inquiry_get(inquiry, "user"),
			inquiry->pool),
		.login = inquiry_get(inquiry, "login"),
	};
	size_t login = strlen(digest.login);

	if (*inquiry->checkpoint->config->account_url == '\0')
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "",
			"there is no webmail for the links of a digest: "
			"account-url is not set");
	else if (strchr(digest.to, '@') == NULL)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "user",
			"\"%s\" is no address", digest.to);
	else if (login == 0 || login > DIGEST_LOGIN_MAX ||
	    strpbrk(digest.login, "*?") != NULL)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "login",
			"no name of a user");
	else if (digest_read(&digest) == 0)
		digest_submit(&digest);
}

void
digest_open(struct inquiry *inquiry)
{
	char guid[2 * DIGEST_GUID_BYTES + 1];
	struct digest_link link;
	size_t i;
	int right = digest_link_read(inquiry->checkpoint->keys,
		inquiry_get(inquiry, "key"), time(NULL), &link,
		inquiry->pool);

	if (right <= 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_NOT_FOUND, "key",
			right == 0 ? "it was valid until its message expired" :
			"nobody here made this link");
		return;
	}
	for (i = 0; i < sizeof(link.guid); i++)
		snprintf(guid + 2 * i, 3, "%02x", link.guid[i]);
	inquiry_add(inquiry, "login", link.login);
	inquiry_add(inquiry, "guid", guid);
	inquiry_add(inquiry, "action", digest_action_name(link.action));
}
