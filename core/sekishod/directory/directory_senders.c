/*
 * directory_senders.c - lists of senders are read and changed.
 *
 * The server's own limit is not kept when two add at once, so every addition
 * says what the entry must still be (its entryCSN); whoever comes second reads
 * again. Code 19, which comes before that is looked at, may mean either.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "channel.h"
#include "directory_escape.h"
#include "directory_private.h"
#include "directory_senders.h"

#define FILTER_MAX 256u

/* One change while it is made. */
struct task {
	struct directory *directory;
	struct directory_edit *edit;
	struct pool *pool;
	int64_t deadline;
	struct sekisho_error *err;
	const char *dn;			/* of the account, as read last */
	struct directory_senders list;
	struct directory_values other;	/* the other list */
	const char *refused_token;	/* of the list that was refused */
};

/* What is read: the token, then the lists by their numbers, 0 and 1. */
enum { READ_TOKEN, READ_LISTS };

static const char *const list_attributes[] = {
	[READ_TOKEN] = ATTR_ENTRY_CSN,
	[READ_LISTS + SENDERS_APPROVED] = ATTR_APPROVED,
	[READ_LISTS + SENDERS_BLOCKED] = ATTR_BLOCKED,
	NULL
};

static enum directory_status
list_read(struct directory *directory, const char *user,
	const char *const *attributes, struct pool *pool, int64_t deadline,
	struct directory_entry *entry_r, struct directory_senders *list_r,
	struct sekisho_error *err)
{
	enum directory_status status = directory_find(directory, user,
		FILTER_ACTIVE, attributes, pool, deadline, entry_r, err);
	const struct directory_values *token;

	if (status != DIRECTORY_STATUS_DONE)
		return status;
	token = &entry_r->attributes[READ_TOKEN];
	if (token->count == 0) {
		sekisho_error_set(err, "directory: %s has no entryCSN that "
			"the service may read; run ldap-schema/install",
			entry_r->dn);
		return DIRECTORY_STATUS_UNAVAILABLE;
	}
	list_r->token = token->values[0];
	return DIRECTORY_STATUS_DONE;
}

enum directory_status
directory_senders_list(struct directory *directory, const char *user,
	struct pool *pool, int64_t deadline,
	struct directory_senders *list_r, struct sekisho_error *err)
{
	struct directory_entry entry;
	enum directory_status status = list_read(directory, user,
		list_attributes, pool, deadline, &entry, list_r, err);
	const struct directory_values *values;

	if (status != DIRECTORY_STATUS_DONE)
		return status;
	values = &entry.attributes[READ_LISTS + list_r->which];
	list_r->entries = values->values;
	list_r->count = values->count;
	return status;
}

enum directory_status
directory_senders_token(struct directory *directory, const char *user,
	struct pool *pool, int64_t deadline, const char **token_r,
	struct sekisho_error *err)
{
	static const char *const attributes[] = { ATTR_ENTRY_CSN, NULL };
	struct directory_senders list = { .token = "" };
	struct directory_entry entry;
	enum directory_status status = list_read(directory, user, attributes,
		pool, deadline, &entry, &list, err);

	*token_r = list.token;
	return status;
}

/* -- changes ------------------------------------------------------------ */

/* The one of the entries that is equal, or NULL. */
static const char *
list_find(const char *const *entries, size_t count, const char *entry)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (senders_equal(entries[i], entry))
			return entries[i];
	return NULL;
}

static enum directory_status
task_read(struct task *task)
{
	struct directory_entry entry;
	enum directory_status status = list_read(task->directory,
		task->edit->user, list_attributes, task->pool,
		task->deadline, &entry, &task->list, task->err);
	const struct directory_values *lists;

	if (status != DIRECTORY_STATUS_DONE)
		return status;
	task->dn = entry.dn;
	lists = &entry.attributes[READ_LISTS];
	task->list.entries = lists[task->edit->which].values;
	task->list.count = lists[task->edit->which].count;
	task->other = lists[!task->edit->which];
	return status;
}

/* Changes the account if it still is what was read. */
static enum directory_code
task_modify(struct task *task, const struct directory_change *changes,
	size_t count)
{
	struct directory_modification modification = { .dn = task->dn,
		.changes = changes, .count = count, .again = true };
	enum directory_code code;
	struct sekisho_buf filter;

	sekisho_buf_init(&filter, FILTER_MAX);
	directory_escape_filter(&filter, ATTR_ENTRY_CSN, task->list.token);
	modification.assertion = filter.data;
	code = directory_modify(task->directory->conn, &modification,
		task->deadline, task->err);
	sekisho_buf_free(&filter);
	directory_changes_add(task->directory->changes);
	return code;
}

/* Changes the list. */
static enum directory_code
task_change(struct task *task, enum directory_operation operation,
	const char *const *entries, size_t count)
{
	struct directory_change change = { operation,
		list_attributes[READ_LISTS + task->edit->which], entries,
		count };

	return task_modify(task, &change, 1);
}

/*
 * What a code means. RETRY: the list is another one by now; a pause of random
 * length keeps many writers from meeting again.
 */
enum outcome { OUTCOME_DONE, OUTCOME_RETRY, OUTCOME_REFUSED,
	OUTCOME_UNAVAILABLE };

static enum outcome
task_outcome(struct task *task, enum directory_code code)
{
	switch (code) {
	case DIRECTORY_DONE:
		return OUTCOME_DONE;
	case DIRECTORY_UNAVAILABLE:
		return OUTCOME_UNAVAILABLE;
	case DIRECTORY_FORBIDDEN:
	case DIRECTORY_MALFORMED:
		/* The same answer to the same list is the last word. */
		if (task->refused_token != NULL && strcmp(task->refused_token,
		    task->list.token) == 0)
			return OUTCOME_REFUSED;
		task->refused_token = task->list.token;
		break;
	default:
		break;
	}
	if (sekisho_now() >= task->deadline) {
		sekisho_error_set(task->err, "the list of %s is being changed "
			"by many at once; try again", task->edit->user);
		return OUTCOME_UNAVAILABLE;
	}
	usleep(1000 + arc4random_uniform(20000));
	return OUTCOME_RETRY;
}

/* What was found out to be missing comes, what was moved goes. */
static enum directory_code
task_add(struct task *task)
{
	struct directory_edit *edit = task->edit;
	struct directory_change changes[2];
	size_t count = 0;

	if (edit->changed_count > 0)
		changes[count++] = (struct directory_change){ DIRECTORY_ADD,
			list_attributes[READ_LISTS + edit->which],
			edit->changed, edit->changed_count };
	if (edit->moved_count > 0)
		changes[count++] = (struct directory_change){ DIRECTORY_DELETE,
			list_attributes[READ_LISTS + !edit->which],
			edit->moved, edit->moved_count };
	return task_modify(task, changes, count);
}

/* Too many with so many more, or too many already. */
static enum directory_status
task_limit(const struct task *task, size_t more)
{
	unsigned int limit = task->directory->config->approved_max;
	const char *name = senders_list_name(task->edit->which);

	if (task->list.count > limit)
		sekisho_error_set(task->err, "%s has %zu %s senders, %zu "
			"more than the limit of %u; remove at least as many "
			"at once", task->edit->user, task->list.count, name,
			task->list.count - limit, limit);
	else
		sekisho_error_set(task->err, "%s has %zu %s senders, and "
			"%zu more would be over the limit of %u",
			task->edit->user, task->list.count, name, more, limit);
	return DIRECTORY_STATUS_LIMIT;
}

/* One round. Sets *status_r unless it must be tried again. */
typedef enum outcome (*task_step)(struct task *task,
	enum directory_status *status_r);

static enum directory_status
task_run(struct task *task, task_step step)
{
	enum directory_status status;

	for (;;) {
		status = task_read(task);
		if (status != DIRECTORY_STATUS_DONE)
			return status;
		task->edit->changed = pool_array(task->pool,
			task->edit->count + task->list.count + 1,
			sizeof(char *));
		task->edit->changed_count = task->edit->moved_count = 0;
		switch (step(task, &status)) {
		case OUTCOME_DONE:
			return status;
		case OUTCOME_REFUSED:
			return DIRECTORY_STATUS_REFUSED;
		case OUTCOME_UNAVAILABLE:
			return DIRECTORY_STATUS_UNAVAILABLE;
		case OUTCOME_RETRY:
			break;
		}
	}
}

/* The entries of the other list that are equal to one that is added. */
static void
find_moved(struct task *task)
{
	struct directory_edit *edit = task->edit;
	size_t i;

	edit->moved = pool_array(task->pool, task->other.count + 1,
		sizeof(char *));
	for (i = 0; i < task->other.count; i++)
		if (list_find(edit->entries, edit->count,
		    task->other.values[i]) != NULL)
			edit->moved[edit->moved_count++] =
				task->other.values[i];
}

static enum outcome
step_add(struct task *task, enum directory_status *status_r)
{
	struct directory_edit *edit = task->edit;
	const char *stored;
	size_t i;

	edit->stored = pool_array(task->pool, edit->count, sizeof(char *));
	for (i = 0; i < edit->count; i++) {
		stored = list_find(task->list.entries, task->list.count,
			edit->entries[i]);
		if (stored == NULL)
			stored = list_find(edit->changed, edit->changed_count,
				edit->entries[i]);
		if (stored == NULL)
			stored = edit->changed[edit->changed_count++] =
				edit->entries[i];
		edit->stored[i] = stored;
	}
	if (edit->changed_count > 0 && task->list.count +
	    edit->changed_count > task->directory->config->approved_max) {
		*status_r = task_limit(task, edit->changed_count);
		edit->changed_count = 0;
		return OUTCOME_DONE;
	}
	find_moved(task);
	if (edit->changed_count == 0 && edit->moved_count == 0)
		return OUTCOME_DONE;
	return task_outcome(task, task_add(task));
}

/* As it is stored, or as it would be written today. */
static bool
is_meant(const struct task *task, const char *stored)
{
	const struct directory_edit *edit = task->edit;
	const char *canonical;

	if (list_find(edit->entries, edit->count, stored) != NULL)
		return true;
	return senders_canonical(stored, task->pool, &canonical, NULL) ==
		SENDERS_OK && list_find(edit->entries, edit->count,
		canonical) != NULL;
}

/* An overfilled list can only be replaced as a whole (slapo-constraint). */
static enum outcome
step_remove(struct task *task, enum directory_status *status_r)
{
	unsigned int limit = task->directory->config->approved_max;
	struct directory_edit *edit = task->edit;
	const char **left = pool_array(task->pool, task->list.count + 1,
		sizeof(char *));
	size_t i, left_count = 0;

	for (i = 0; i < task->list.count; i++)
		if (is_meant(task, task->list.entries[i]))
			edit->changed[edit->changed_count++] =
				task->list.entries[i];
		else
			left[left_count++] = task->list.entries[i];
	if (edit->changed_count == 0)
		return OUTCOME_DONE;
	if (left_count > limit) {
		edit->changed_count = 0;
		*status_r = task_limit(task, 0);
		return OUTCOME_DONE;
	}
	if (task->list.count > limit)
		return task_outcome(task, task_change(task,
			DIRECTORY_REPLACE, left, left_count));
	return task_outcome(task, task_change(task, DIRECTORY_DELETE,
		edit->changed, edit->changed_count));
}

static enum outcome
step_repair(struct task *task, enum directory_status *status_r)
{
	unsigned int limit = task->directory->config->approved_max;
	struct directory_edit *edit = task->edit;
	size_t i;

	for (i = limit; i < task->list.count; i++)
		edit->changed[edit->changed_count++] = task->list.entries[i];
	if (edit->changed_count == 0)
		return OUTCOME_DONE;
	return task_outcome(task, task_change(task, DIRECTORY_REPLACE,
		task->list.entries, limit));
}

enum directory_status
directory_senders_add(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err)
{
	struct task task = { .directory = directory, .edit = edit,
		.pool = pool, .deadline = deadline, .err = err };

	return task_run(&task, step_add);
}

enum directory_status
directory_senders_remove(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err)
{
	struct task task = { .directory = directory, .edit = edit,
		.pool = pool, .deadline = deadline, .err = err };

	return task_run(&task, step_remove);
}

enum directory_status
directory_senders_repair(struct directory *directory,
	struct directory_edit *edit, struct pool *pool, int64_t deadline,
	struct sekisho_error *err)
{
	struct task task = { .directory = directory, .edit = edit,
		.pool = pool, .deadline = deadline, .err = err };

	return task_run(&task, step_repair);
}
