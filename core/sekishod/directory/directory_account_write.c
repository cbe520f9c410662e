/*
 * directory_account_write.c - changes of accounts.
 *
 * What a change expects is in its assertion (RFC 4528), so that of two at the
 * same moment only one is done.
 */
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "directory_account_write.h"
#include "directory_escape.h"
#include "directory_private.h"
#include "log.h"

#define CHANGES_MAX 20u
#define TEXT_MAX 65536u
#define FAILURES_MAX 10u

/* A modification that is being put together. */
struct change_list {
	struct directory_change changes[CHANGES_MAX];
	const char *values[CHANGES_MAX];	/* each has one at most */
	size_t count;
};

static void
change_add(struct change_list *list, enum directory_operation operation,
	const char *attribute, const char *value)
{
	struct directory_change *change = &list->changes[list->count];

	list->values[list->count] = value;
	*change = (struct directory_change){ operation, attribute,
		&list->values[list->count], value != NULL };
	list->count++;
}

/* Only what is there is written. */
static void
change_set(struct change_list *list, const char *attribute, const char *value)
{
	if (*value != '\0')
		change_add(list, DIRECTORY_REPLACE, attribute, value);
}

static void
change_no_token(struct change_list *list)
{
	change_add(list, DIRECTORY_REPLACE, ATTR_TOKEN, NULL);
	change_add(list, DIRECTORY_REPLACE, ATTR_PURPOSE, NULL);
	change_add(list, DIRECTORY_REPLACE, ATTR_EXPIRES, NULL);
	change_add(list, DIRECTORY_REPLACE, ATTR_SEALED, NULL);
}

static void
change_token(struct change_list *list, struct pool *pool,
	const struct account *account)
{
	char *expires = pool_alloc(pool, TIME_SIZE);

	directory_time_text(account->token_expires, expires);
	change_set(list, ATTR_TOKEN, account->token_hash);
	change_set(list, ATTR_PURPOSE, account->token_purpose);
	change_set(list, ATTR_EXPIRES, expires);
	change_set(list, ATTR_SEALED, account->pending_password);
}

/* An older token goes, whatever it was for. */
static void
change_new_token(struct change_list *list, struct pool *pool,
	const struct account *account)
{
	if (*account->pending_password == '\0')
		change_add(list, DIRECTORY_REPLACE, ATTR_SEALED, NULL);
	change_token(list, pool, account);
}

static const char *
full_name(struct pool *pool, const struct account *account)
{
	if (strcmp(account->language, "en") == 0)
		return pool_printf(pool, "%s %s", account->given_name,
			account->family_name);
	return pool_printf(pool, "%s %s", account->family_name,
		account->given_name);
}

static void
change_names(struct change_list *list, struct pool *pool,
	const struct account *account)
{
	if (*account->family_name == '\0')
		return;
	change_set(list, ATTR_SN, account->family_name);
	change_set(list, ATTR_GIVEN_NAME, account->given_name);
	change_set(list, ATTR_CN, full_name(pool, account));
}

/* Of an account, all but its address and its secrets. */
static void
change_particulars(struct change_list *list, struct pool *pool,
	const struct account *account)
{
	change_names(list, pool, account);
	change_set(list, ATTR_STATUS, account_status_name(account->status));
	change_set(list, ATTR_LANGUAGE, account->language);
	change_set(list, ATTR_QUESTION, account->question);
	change_set(list, ATTR_ANSWER, account->answer_hash);
}

/* Copies what was built, into pool. */
static const char *
take(struct pool *pool, struct sekisho_buf *buf)
{
	const char *text = pool_strdup(pool, buf->failed ? "" : buf->data);

	sekisho_buf_free(buf);
	return text;
}

/* "The account has that status"; ACCOUNT_NONE: it is no account. */
static const char *
expect_status(struct pool *pool, enum account_status status)
{
	if (status == ACCOUNT_NONE)
		return "(!" FILTER_ACCOUNT ")";
	return pool_printf(pool, "(" ATTR_STATUS "=%s)",
		account_status_name(status));
}

/* Who may approve mail may have changed: no clerk shall go by old answers. */
static int
result_of(const struct account_session *session, enum directory_code code)
{
	if (session->directory->changes != NULL)
		directory_changes_add(session->directory->changes);
	if (code == DIRECTORY_DONE)
		return 1;
	return code == DIRECTORY_UNAVAILABLE || code == DIRECTORY_FORBIDDEN ||
		code == DIRECTORY_MALFORMED ? -1 : 0;
}

static int
modify(const struct account_session *session, const char *dn,
	const struct change_list *list, const char *assertion,
	struct sekisho_error *err)
{
	struct directory_modification modification = {
		.dn = dn, .changes = list->changes, .count = list->count,
		.assertion = assertion,
	};

	return result_of(session, directory_modify(session->directory->conn,
		&modification, session->deadline, err));
}

/* The name says the address: two entries for one cannot come to be. */
int
directory_account_add(const struct account_session *session,
	const struct account *account, struct sekisho_error *err)
{
	static const char *const classes[] = { "inetOrgPerson",
		CLASS_ACCOUNT };
	struct change_list list = { .count = 0 };
	struct directory_modification entry = { .changes = list.changes };
	enum directory_code code;
	struct sekisho_buf dn;

	sekisho_buf_init(&dn, TEXT_MAX);
	directory_escape_rdn(&dn, ATTR_MAIL, account->mail);
	sekisho_buf_printf(&dn, ",%s", session->account_base);
	entry.dn = take(session->pool, &dn);
	change_add(&list, DIRECTORY_ADD, ATTR_CLASS, classes[0]);
	list.changes[0].values = classes;
	list.changes[0].count = 2;
	change_set(&list, ATTR_MAIL, account->mail);
	change_particulars(&list, session->pool, account);
	if (*account->token_hash != '\0')
		change_token(&list, session->pool, account);
	entry.count = list.count;
	code = directory_add(session->directory->conn, &entry,
		session->deadline, err);
	/* Forbidden: another account has the address (slapo-unique). */
	return code == DIRECTORY_FORBIDDEN ? 0 : result_of(session, code);
}

int
directory_account_renew(const struct account_session *session,
	const struct account *account, enum account_status expected,
	struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };

	if (expected == ACCOUNT_NONE)
		change_add(&list, DIRECTORY_ADD, ATTR_CLASS, CLASS_ACCOUNT);
	change_particulars(&list, session->pool, account);
	if (*account->token_hash != '\0')
		change_new_token(&list, session->pool, account);
	return modify(session, account->dn, &list,
		expect_status(session->pool, expected), err);
}

int
directory_account_give_token(const struct account_session *session,
	const struct account *account, struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };

	change_new_token(&list, session->pool, account);
	return modify(session, account->dn, &list,
		expect_status(session->pool, account->status), err);
}

/* The exact value goes, so of many who come with it one finds it. */
int
directory_account_claim(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };
	char now[TIME_SIZE];
	const char *expected;

	directory_time_text(time(NULL), now);
	change_add(&list, DIRECTORY_DELETE, ATTR_TOKEN, account->token_hash);
	change_add(&list, DIRECTORY_REPLACE, ATTR_PURPOSE, NULL);
	change_add(&list, DIRECTORY_REPLACE, ATTR_EXPIRES, NULL);
	change_add(&list, DIRECTORY_REPLACE, ATTR_SEALED, NULL);
	change_set(&list, ATTR_STATUS, account_status_name(status));
	expected = pool_printf(session->pool, "(&%s(" ATTR_EXPIRES ">=%s))",
		expect_status(session->pool, account->status), now);
	return modify(session, account->dn, &list, expected, err);
}

int
directory_account_unclaim(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };

	change_token(&list, session->pool, account);
	change_set(&list, ATTR_STATUS, account_status_name(account->status));
	return modify(session, account->dn, &list,
		expect_status(session->pool, status), err);
}

int
directory_account_set_status(const struct account_session *session,
	const struct account *account, enum account_status status,
	struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };

	change_no_token(&list);
	change_set(&list, ATTR_STATUS, account_status_name(status));
	return modify(session, account->dn, &list,
		expect_status(session->pool, account->status), err);
}

/* The one that is longest ago; these texts sort as the times do. */
static const char *
oldest(const struct account *account)
{
	const char *found = account->failures[0];
	size_t i;

	for (i = 1; i < account->failure_count; i++)
		if (strcmp(account->failures[i], found) < 0)
			found = account->failures[i];
	return found;
}

int
directory_account_note_failure(const struct account_session *session,
	const struct account *account, struct sekisho_error *err)
{
	struct change_list list = { .count = 0 };
	char now[TIME_SIZE];

	directory_time_text(time(NULL), now);
	if (account->failure_count >= FAILURES_MAX)
		change_add(&list, DIRECTORY_DELETE, ATTR_FAILURE,
			oldest(account));
	change_add(&list, DIRECTORY_ADD, ATTR_FAILURE, now);
	return modify(session, account->dn, &list, NULL, err);
}

/* Only a note beside the password, which is set: nobody waits for it. */
static void
note_password(const struct account_session *session,
	const struct account *account)
{
	struct change_list list = { .count = 0 };
	struct sekisho_error err;
	char now[TIME_SIZE];

	directory_time_text(time(NULL), now);
	change_set(&list, ATTR_CHANGED, now);
	change_add(&list, DIRECTORY_REPLACE, ATTR_FAILURE, NULL);
	if (modify(session, account->dn, &list, NULL, &err) < 0)
		log_line(LOG_LEVEL_WARNING, "directory: %s has a new password "
			"but no note of the time: %s", account->dn, err.text);
}

int
directory_account_set_password(const struct account_session *session,
	const struct account *account, const char *password,
	struct sekisho_error *err)
{
	enum directory_code code = directory_set_password(
		session->directory->conn, account->dn, password,
		session->deadline, err);

	if (code == DIRECTORY_FORBIDDEN)
		return 0;
	if (code != DIRECTORY_DONE)
		return -1;
	note_password(session, account);
	return 1;
}

int
directory_account_login(const struct account_session *session,
	const struct account *account, const char *password,
	struct sekisho_error *err)
{
	return directory_conn_verify(session->directory->conn,
		account->dn, password, session->deadline, err);
}

static bool
is_own_entry(const struct account_session *session, const char *dn)
{
	size_t len = strlen(dn), base = strlen(session->account_base);

	return base > 0 && len > base && dn[len - base - 1] == ',' &&
		strcasecmp(dn + len - base, session->account_base) == 0;
}

int
directory_account_remove(const struct account_session *session,
	const struct account *account, struct sekisho_error *err)
{
	static const char *const ours[] = { ATTR_STATUS, ATTR_APPROVED,
		ATTR_QUESTION, ATTR_ANSWER, ATTR_TOKEN, ATTR_PURPOSE,
		ATTR_EXPIRES, ATTR_SEALED, ATTR_CHANGED, ATTR_FAILURE };
	const char *expected = expect_status(session->pool, account->status);
	struct change_list list = { .count = 0 };
	size_t i;

	if (is_own_entry(session, account->dn))
		return result_of(session, directory_delete(
			session->directory->conn, account->dn, expected,
			session->deadline, err));
	change_add(&list, DIRECTORY_DELETE, ATTR_CLASS, CLASS_ACCOUNT);
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		change_add(&list, DIRECTORY_REPLACE, ours[i], NULL);
	return modify(session, account->dn, &list, expected, err);
}
