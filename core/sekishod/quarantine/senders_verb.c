/*
 * senders_verb.c - lists of senders, for Dovecot's plug-in and the
 * administrator's tool.
 */
#include <stdio.h>
#include <string.h>

#include "charset.h"
#include "directory_senders.h"
#include "log.h"
#include "senders_verb.h"

#define ENTRY_SHOWN 320u	/* characters of one that is refused */

static const enum sekisho_status statuses[] = {
	[DIRECTORY_STATUS_DONE] = SEKISHO_STATUS_OK,
	[DIRECTORY_STATUS_NOT_FOUND] = SEKISHO_STATUS_NOT_FOUND,
	[DIRECTORY_STATUS_LIMIT] = SEKISHO_STATUS_LIMIT,
	[DIRECTORY_STATUS_REFUSED] = SEKISHO_STATUS_REFUSED,
	[DIRECTORY_STATUS_UNAVAILABLE] = SEKISHO_STATUS_UNAVAILABLE,
};

static enum senders_list
which_list(const struct inquiry *inquiry)
{
	return strncmp(inquiry->request->verb, "blocked-", 8) == 0 ?
		SENDERS_BLOCKED : SENDERS_APPROVED;
}

/* The user of the request. Returns NULL when there is none. */
static const char *
read_user(struct inquiry *inquiry)
{
	const char *user = inquiry_get(inquiry, "user");

	if (*user != '\0')
		return user;
	inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "user",
		"%s: no user was given", inquiry->request->verb);
	return NULL;
}

/* Says what is wrong. Returns 0 when nothing is. */
static int
answer_status(struct inquiry *inquiry, enum directory_status status,
	const struct sekisho_error *err)
{
	if (status == DIRECTORY_STATUS_DONE)
		return 0;
	inquiry_fail(inquiry, statuses[status],
		status == DIRECTORY_STATUS_NOT_FOUND ? "user" :
		status == DIRECTORY_STATUS_UNAVAILABLE ? "" : "entry", "%s",
		err->text);
	return -1;
}

static void
add_limit(struct inquiry *inquiry)
{
	char limit[16];

	snprintf(limit, sizeof(limit), "%u",
		inquiry->checkpoint->config->approved_max);
	inquiry_add(inquiry, "limit", limit);
}

void
senders_verb_list(struct inquiry *inquiry)
{
	const char *user = read_user(inquiry);
	struct directory_senders list = { .which = which_list(inquiry) };
	struct sekisho_error err;
	size_t i;

	if (user == NULL || answer_status(inquiry, directory_senders_list(
	    inquiry->checkpoint->directory, user, inquiry->pool,
	    inquiry->deadline, &list, &err), &err) < 0)
		return;
	inquiry_add(inquiry, "token", list.token);
	add_limit(inquiry);
	for (i = 0; i < list.count; i++)
		inquiry_add(inquiry, "entry", list.entries[i]);
}

void
senders_verb_token(struct inquiry *inquiry)
{
	const char *user = read_user(inquiry);
	struct sekisho_error err;
	const char *token;

	if (user != NULL && answer_status(inquiry, directory_senders_token(
	    inquiry->checkpoint->directory, user, inquiry->pool,
	    inquiry->deadline, &token, &err), &err) == 0)
		inquiry_add(inquiry, "token", token);
}

/* An entry that cannot be in a list: which one, and why. */
static void
refuse_entry(struct inquiry *inquiry, const char *entry,
	enum senders_refusal refusal, const struct sekisho_error *err)
{
	inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "entry", "%s",
		err->text);
	inquiry_add(inquiry, "entry", charset_clean_line(inquiry->pool, entry,
		ENTRY_SHOWN));
	inquiry_add(inquiry, "reason", senders_refusal_word(refusal));
}

/*
 * The fields "entry" of the request, in canonical form. strict: one that cannot
 * be in a list is an error; else it stays as it is. Returns 0 or -1.
 */
static int
read_entries(struct inquiry *inquiry, bool strict,
	struct directory_edit *edit)
{
	const struct sekisho_request *request = inquiry->request;
	const char **entries = pool_array(inquiry->pool,
		request->field_count + 1, sizeof(char *));
	enum senders_refusal refusal;
	struct sekisho_error err;
	const char *entry;
	size_t i;

	for (i = 0; i < request->field_count; i++) {
		if (strcmp(request->fields[i].name, "entry") != 0)
			continue;
		entry = request->fields[i].value;
		refusal = senders_canonical(entry, inquiry->pool,
			&entries[edit->count], &err);
		if (refusal != SENDERS_OK && strict) {
			refuse_entry(inquiry, entry, refusal, &err);
			return -1;
		}
		if (refusal != SENDERS_OK)
			entries[edit->count] = entry;
		edit->count++;
	}
	edit->entries = entries;
	if (edit->count == 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "entry",
			"%s: no entry was given", request->verb);
		return -1;
	}
	return 0;
}

/* Every change is logged, with what was changed. */
static void
add_changed(struct inquiry *inquiry, const struct directory_edit *edit,
	const char *name)
{
	struct sekisho_buf line;
	size_t i;

	sekisho_buf_init(&line, 65536);
	log_add(&line, "change", inquiry->request->verb);
	log_add(&line, "user", edit->user);
	for (i = 0; i < edit->changed_count; i++) {
		inquiry_add(inquiry, name, edit->changed[i]);
		log_add(&line, name, edit->changed[i]);
	}
	for (i = 0; i < edit->moved_count; i++) {
		inquiry_add(inquiry, "moved", edit->moved[i]);
		log_add(&line, "moved", edit->moved[i]);
	}
	if (edit->changed_count + edit->moved_count > 0)
		log_line(LOG_LEVEL_INFO, "%s", line.failed ?
			"change=senders: too long for a line" : line.data);
	sekisho_buf_free(&line);
}

static void
answer_change(struct inquiry *inquiry, struct directory_edit *edit,
	enum directory_status (*change)(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err), const char *name)
{
	struct sekisho_error err;
	enum directory_status status;

	edit->which = which_list(inquiry);
	edit->user = read_user(inquiry);
	if (edit->user == NULL)
		return;
	status = change(inquiry->checkpoint->directory, edit, inquiry->pool,
		inquiry->deadline, &err);
	if (status == DIRECTORY_STATUS_LIMIT)
		add_limit(inquiry);
	if (answer_status(inquiry, status, &err) == 0)
		add_changed(inquiry, edit, name);
}

void
senders_verb_add(struct inquiry *inquiry)
{
	struct directory_edit edit = { .count = 0 };
	size_t i;

	if (read_entries(inquiry, true, &edit) < 0)
		return;
	answer_change(inquiry, &edit, directory_senders_add, "added");
	if (inquiry->answer.status != SEKISHO_STATUS_OK)
		return;
	for (i = 0; i < edit.count; i++)
		inquiry_add(inquiry, "entry", edit.stored[i]);
}

void
senders_verb_remove(struct inquiry *inquiry)
{
	struct directory_edit edit = { .count = 0 };

	if (read_entries(inquiry, false, &edit) == 0)
		answer_change(inquiry, &edit, directory_senders_remove,
			"removed");
}

void
senders_verb_repair(struct inquiry *inquiry)
{
	struct directory_edit edit = { .count = 0 };

	answer_change(inquiry, &edit, directory_senders_repair, "removed");
}
