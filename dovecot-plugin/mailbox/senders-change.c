/*
 * senders-change.c - approve or block, and revoke that.
 */
#include "senders-change.h"
#include "action-log.h"
#include "delivery.h"
#include "folder.h"
#include "senders-mailbox.h"
#include "senders-mirror.h"

#define CLAIM_SECONDS 60
#define SHOW_SECONDS 1		/* it is done already, this is only shown */

/* One line for each entry, whatever became of it. */
static void
change_log(struct mailbox_transaction_context *command, bool add,
	const struct senders_edit *edit, const char *refusal)
{
	static const char *const names[][2] = {
		[SENDERS_APPROVED] = { "revoke", "approve" },
		[SENDERS_BLOCKED] = { "unblock", "block" },
	};
	unsigned int i;

	for (i = 0; i < edit->count; i++) {
		struct action action = { .name = names[edit->which][add],
			.entry = edit->entries[i], .refusal = refusal };

		action_log(command->box->storage->user, &action);
	}
}

static const char *const *
entry_names(const struct senders_entry *entries, unsigned int count)
{
	const char **names = t_new(const char *, count + 1);
	unsigned int i;

	for (i = 0; i < count; i++)
		names[i] = entries[i].name;
	return names;
}

/*
 * The entries as the list has them; those that were written in two ways are one
 * there. Changes *count.
 */
static const struct senders_entry *
stored_entries(const struct senders_entry *entries,
	const char *const *stored, unsigned int *count)
{
	struct senders_entry *result = t_new(struct senders_entry, *count + 1);
	const char **names = t_new(const char *, *count + 1);
	unsigned int i, n = 0;

	for (i = 0; i < *count; i++) {
		if (str_array_find(names, stored[i]))
			continue;
		names[n] = result[n].name = stored[i];
		result[n++].origin = entries[i].origin;
	}
	*count = n;
	return result;
}

/*
 * The list is changed, and that is what counts: what fails here, is made up for
 * by whoever looks at the folder next.
 */
static void
catch_up(struct mirror *mirror, const struct sekisho_user *user,
	enum senders which)
{
	struct senders_list list = { .which = which };

	if (senders_list_read(user, &list) == 0)
		mirror_update(mirror, &list);
}

/* Sets *count to that of the new messages, 0 if they could not be written. */
static int
add_claimed(struct mailbox_transaction_context *command,
	struct mirror *mirror, const struct senders_entry *entries,
	unsigned int *count, struct mail_transaction_commit_changes *ours_r)
{
	struct sekisho_user *user = sekisho_user(command->box->storage->user);
	struct senders_edit edit = {
		.which = senders_mailbox_which(command->box),
		.entries = entry_names(entries, *count), .count = *count };
	struct control_refusal refusal;
	const char *const *stored;

	if (senders_list_add(user, &edit, &stored, &refusal) < 0) {
		change_log(command, true, &edit, refusal.text);
		return folder_refuse(command->box, refusal.error,
			refusal.text);
	}
	entries = stored_entries(entries, stored, count);
	edit.entries = entry_names(entries, *count);
	edit.count = *count;
	change_log(command, true, &edit, NULL);
	if (mirror_write(mirror, entries, *count, ours_r) < 0)
		*count = 0;
	catch_up(mirror, user, edit.which);
	return 0;
}

int
senders_change_add(struct mailbox_transaction_context *command,
	const struct senders_entry *entries, unsigned int count,
	unsigned int asked, struct mail_transaction_commit_changes *changes_r)
{
	struct mirror *mirror = mirror_claim(command->box, CLAIM_SECONDS);
	struct mail_transaction_commit_changes ours;
	int ret = -1;

	if (mirror != NULL)
		ret = add_claimed(command, mirror, entries, &count, &ours);
	mirror_close(&mirror);
	if (ret < 0) {
		SEKISHO_SUPER(command->box)->transaction_rollback(command);
		return -1;
	}
	delivery_end_command(command, changes_r);
	if (count == 0)
		return 0;
	changes_r->uid_validity = ours.uid_validity;
	changes_r->no_read_perm = ours.no_read_perm;
	if (count == asked)
		seq_range_array_merge(&changes_r->saved_uids,
			&ours.saved_uids);
	pool_unref(&ours.pool);
	return 0;
}

/* What fails here, whoever looks at the folder next makes up for. */
static void
show(struct mail_user *user, const struct senders_entry *entries,
	unsigned int count)
{
	struct mailbox *box = folder_approved_alloc(user);
	struct mirror *mirror = mirror_claim(box, SHOW_SECONDS);
	struct mail_transaction_commit_changes changes;

	if (mirror != NULL) {
		if (mirror_write(mirror, entries, count, &changes) == 0)
			pool_unref(&changes.pool);
		catch_up(mirror, sekisho_user(user), SENDERS_APPROVED);
	}
	mirror_close(&mirror);
	mailbox_free(&box);
}

int
senders_change_approve(struct mail_user *user,
	const struct senders_entry *entries, unsigned int count,
	struct control_refusal *refusal_r)
{
	struct senders_edit edit = { .which = SENDERS_APPROVED,
		.entries = entry_names(entries, count), .count = count,
		.held = true };
	const char *const *stored;

	if (senders_list_add(sekisho_user(user), &edit, &stored, refusal_r)
	    < 0)
		return -1;
	entries = stored_entries(entries, stored, &count);
	show(user, entries, count);
	return 0;
}

/* Whoever came first has revoked what is not there any more. */
static int
remove_claimed(struct mailbox_transaction_context *command,
	struct mirror *mirror, const ARRAY_TYPE(seq_range) *uids)
{
	struct sekisho_user *user = sekisho_user(command->box->storage->user);
	enum senders which = senders_mailbox_which(command->box);
	struct senders_list list = { .which = which };
	struct senders_edit edit = { .which = which };
	struct control_refusal refusal;

	if (senders_list_read(user, &list) < 0)
		return folder_refuse(command->box, MAIL_ERROR_UNAVAILABLE,
			which == SENDERS_BLOCKED ? "The directory does not "
			"answer, so no block was revoked; try again later" :
			"The directory does not answer, so no approval was "
			"revoked; try again later");
	if (mirror_find(mirror, uids, &list, &edit.entries, &edit.count) < 0) {
		mail_storage_copy_error(command->box->storage,
			mirror_mailbox(mirror)->storage);
		return -1;
	}
	if (edit.count > 0 && senders_list_remove(user, &edit, &refusal) < 0) {
		change_log(command, false, &edit, refusal.text);
		return folder_refuse(command->box, refusal.error,
			refusal.text);
	}
	change_log(command, false, &edit, NULL);
	return 0;
}

int
senders_change_remove(struct mailbox_transaction_context *command,
	const ARRAY_TYPE(seq_range) *uids,
	struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = command->box;
	struct mirror *mirror = mirror_claim(box, CLAIM_SECONDS);
	int ret = -1;

	if (mirror != NULL)
		ret = remove_claimed(command, mirror, uids);
	if (ret == 0)
		ret = SEKISHO_SUPER(box)->transaction_commit(command,
			changes_r);
	else
		SEKISHO_SUPER(box)->transaction_rollback(command);
	mirror_close(&mirror);
	return ret;
}
