/*
 * approved-change.c - approve and revoke.
 */
#include "approved-change.h"
#include "action-log.h"
#include "approved-list.h"
#include "approved-mirror.h"
#include "delivery.h"
#include "folder.h"

#define CLAIM_SECONDS 60

/* One line for each entry, whatever became of it. */
static void
change_log(struct mailbox_transaction_context *command, const char *name,
	const char *const *entries, unsigned int count, const char *refusal)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct action action = { .name = name, .entry = entries[i],
			.refusal = refusal };

		action_log(command->box->storage->user, &action);
	}
}

/* Entries that were written in two ways are one in the list. */
static const char *const *
without_doubles(const char *const *entries, unsigned int *count)
{
	const char **result = t_new(const char *, *count + 1);
	unsigned int i, n = 0;

	for (i = 0; i < *count; i++)
		if (!str_array_find(result, entries[i]))
			result[n++] = entries[i];
	*count = n;
	return result;
}

/*
 * The list is changed, and that is what counts: what fails here, is made up for
 * by whoever looks at the folder next.
 */
static void
catch_up(struct mirror *mirror, const struct sekisho_user *user)
{
	struct approved_list list;

	if (approved_list_read(user, &list) == 0)
		mirror_update(mirror, &list);
}

/* Sets *count to that of the new messages, 0 if they could not be written. */
static int
add_claimed(struct mailbox_transaction_context *command,
	struct mirror *mirror, const char *const *entries, unsigned int *count,
	struct mail_transaction_commit_changes *ours_r)
{
	struct sekisho_user *user = sekisho_user(command->box->storage->user);
	struct control_refusal refusal;
	const char *const *stored;

	if (approved_list_add(user, entries, *count, false, &stored,
	    &refusal) < 0) {
		change_log(command, "approve", entries, *count, refusal.text);
		return folder_refuse(command->box, refusal.error,
			refusal.text);
	}
	stored = without_doubles(stored, count);
	change_log(command, "approve", stored, *count, NULL);
	if (mirror_write(mirror, stored, *count, ours_r) < 0)
		*count = 0;
	catch_up(mirror, user);
	return 0;
}

int
approved_change_add(struct mailbox_transaction_context *command,
	const char *const *entries, unsigned int count, unsigned int asked,
	struct mail_transaction_commit_changes *changes_r)
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

/* Whoever came first has revoked what is not there any more. */
static int
remove_claimed(struct mailbox_transaction_context *command,
	struct mirror *mirror, const ARRAY_TYPE(seq_range) *uids)
{
	struct sekisho_user *user = sekisho_user(command->box->storage->user);
	struct control_refusal refusal;
	struct approved_list list;
	const char *const *entries;
	unsigned int count;

	if (approved_list_read(user, &list) < 0)
		return folder_refuse(command->box, MAIL_ERROR_UNAVAILABLE,
			"The directory does not answer, so no approval was "
			"revoked; try again later");
	if (mirror_find(mirror, uids, &list, &entries, &count) < 0) {
		mail_storage_copy_error(command->box->storage,
			mirror_mailbox(mirror)->storage);
		return -1;
	}
	if (count > 0 && approved_list_remove(user, entries, count,
	    &refusal) < 0) {
		change_log(command, "revoke", entries, count, refusal.text);
		return folder_refuse(command->box, refusal.error,
			refusal.text);
	}
	change_log(command, "revoke", entries, count, NULL);
	return 0;
}

int
approved_change_remove(struct mailbox_transaction_context *command,
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
