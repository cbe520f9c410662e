/*
 * senders-mirror.c - a folder of senders and its list agree.
 */
#include "senders-mirror.h"
#include "folder.h"
#include "senders-mailbox.h"

#include <istream.h>
#include <sha2.h>

#define LOCK_NAME "sekisho-senders.lock"
#define NOTE_NAME "sekisho-senders"	/* of the header in the index */

struct mirror {
	struct mailbox *box;
	enum senders which;
	struct file_lock *lock;		/* NULL: not claimed */
	uint32_t note_id;
};

/* With which list the folder agrees, and what it looked like then. */
struct note {
	unsigned char token[16];
	uint32_t next_uid;
	uint32_t messages;
};

/* An entry of the list, while the folder is made to agree with it. */
struct image {
	const char *id;
	const char *entry;
	bool there;
};
ARRAY_DEFINE_TYPE(image, struct image);

struct mirror *
mirror_open(struct mailbox *like)
{
	struct mirror *mirror = i_new(struct mirror, 1);

	mirror->box = mailbox_alloc(like->list, like->vname,
		MAILBOX_FLAG_IGNORE_ACLS);
	mirror->which = senders_mailbox_which(like);
	senders_mailbox_bypass(mirror->box);
	if (mailbox_open(mirror->box) == 0 &&
	    mailbox_sync(mirror->box, 0) == 0) {
		mirror->note_id = mail_index_ext_register(mirror->box->index,
			NOTE_NAME, sizeof(struct note), 0, 0);
		return mirror;
	}
	mail_storage_copy_error(like->storage, mirror->box->storage);
	mirror_close(&mirror);
	return NULL;
}

struct mirror *
mirror_claim(struct mailbox *like, unsigned int seconds)
{
	struct mirror *mirror = mirror_open(like);
	const char *error;

	if (mirror == NULL)
		return NULL;
	if (mailbox_lock_file_create(mirror->box, LOCK_NAME, seconds,
	    &mirror->lock, &error) <= 0) {
		e_error(like->event, "sekisho: %s", error);
		folder_refuse(like, MAIL_ERROR_INUSE, t_strdup_printf(
			"Another session changes the %s senders; try again",
			senders_word(mirror->which)));
	} else if (mailbox_sync(mirror->box, 0) == 0) {
		return mirror;
	} else {
		mail_storage_copy_error(like->storage, mirror->box->storage);
	}
	mirror_close(&mirror);
	return NULL;
}

void
mirror_close(struct mirror **_mirror)
{
	struct mirror *mirror = *_mirror;

	*_mirror = NULL;
	if (mirror == NULL)
		return;
	if (mirror->lock != NULL)
		file_lock_free(&mirror->lock);
	mailbox_free(&mirror->box);
	i_free(mirror);
}

struct mailbox *
mirror_mailbox(struct mirror *mirror)
{
	return mirror->box;
}

/* -- the note ------------------------------------------------------------ */

static void
note_make(const struct mirror *mirror, const char *token, struct note *note_r)
{
	unsigned char digest[SHA256_RESULTLEN];
	struct mailbox_status status;

	mailbox_get_open_status(mirror->box, STATUS_MESSAGES | STATUS_UIDNEXT,
		&status);
	i_zero(note_r);
	sha256_get_digest(token, strlen(token), digest);
	memcpy(note_r->token, digest, sizeof(note_r->token));
	note_r->next_uid = status.uidnext;
	note_r->messages = status.messages;
}

bool
mirror_is_current(const struct mirror *mirror, const char *token)
{
	struct note note;
	const void *data;
	size_t size;

	note_make(mirror, token, &note);
	mail_index_get_header_ext(mirror->box->view, mirror->note_id, &data,
		&size);
	return size == sizeof(note) && memcmp(data, &note, size) == 0;
}

static int
note_write(struct mirror *mirror, const char *token)
{
	struct mail_index_transaction *t;
	struct note note;

	note_make(mirror, token, &note);
	t = mail_index_transaction_begin(mirror->box->view,
		MAIL_INDEX_TRANSACTION_FLAG_EXTERNAL);
	mail_index_update_header_ext(t, mirror->note_id, 0, &note,
		sizeof(note));
	if (mail_index_transaction_commit(&t) == 0)
		return 0;
	mailbox_set_index_error(mirror->box);
	return -1;
}

/* -- messages ------------------------------------------------------------ */

static int
write_message(struct mailbox_transaction_context *t, enum senders which,
	const struct senders_entry *entry)
{
	struct mail_save_context *ctx = mailbox_save_alloc(t);
	const char *text = senders_entry_message(which, entry);
	struct istream *input = i_stream_create_from_data(text, strlen(text));
	int ret;

	mailbox_save_set_flags(ctx, MAIL_SEEN, NULL);
	ret = mailbox_save_begin(&ctx, input);
	while (ret == 0) {
		if (mailbox_save_continue(ctx) < 0) {
			mailbox_save_cancel(&ctx);
			ret = -1;
		} else if (i_stream_read(input) == -1) {
			break;
		}
	}
	if (ret == 0)
		ret = mailbox_save_finish(&ctx);
	i_stream_unref(&input);
	return ret;
}

static int
write_messages(struct mirror *mirror, const struct senders_entry *entries,
	unsigned int count, struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox_transaction_context *t = mailbox_transaction_begin(
		mirror->box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "sekisho: add senders");
	unsigned int i;
	int ret = 0;

	for (i = 0; i < count && ret == 0; i++) {
		T_BEGIN {
			ret = write_message(t, mirror->which, &entries[i]);
		} T_END;
	}
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else
		ret = mailbox_transaction_commit_get_changes(&t, changes_r);
	return ret;
}

/* After a crash Dovecot finds out that it has to repair the mailbox. */
static bool
again(struct mirror *mirror)
{
	e_error(mirror->box->event, "sekisho: %s; trying again",
		mailbox_get_last_internal_error(mirror->box, NULL));
	return mailbox_sync(mirror->box, MAILBOX_SYNC_FLAG_FIX_INCONSISTENT)
		== 0;
}

int
mirror_write(struct mirror *mirror, const struct senders_entry *entries,
	unsigned int count, struct mail_transaction_commit_changes *changes_r)
{
	int ret = write_messages(mirror, entries, count, changes_r);

	if (ret < 0 && again(mirror))
		ret = write_messages(mirror, entries, count, changes_r);
	return ret;
}

static int
write_missing(struct mirror *mirror, const ARRAY_TYPE(image) *images)
{
	struct mail_transaction_commit_changes changes;
	const struct image *image;
	struct senders_entry *entry;
	ARRAY(struct senders_entry) entries;
	int ret;

	t_array_init(&entries, 64);
	array_foreach(images, image) {
		if (image->there)
			continue;
		entry = array_append_space(&entries);
		entry->name = image->entry;
	}
	if (array_is_empty(&entries))
		return 0;
	ret = write_messages(mirror, array_front(&entries),
		array_count(&entries), &changes);
	if (ret == 0)
		pool_unref(&changes.pool);
	return ret;
}

/* -- agreeing ------------------------------------------------------------ */

static void
images_make(const struct senders_list *list, ARRAY_TYPE(image) *images)
{
	struct image *image;
	unsigned int i;

	t_array_init(images, list->count + 1);
	for (i = 0; i < list->count; i++) {
		image = array_append_space(images);
		image->entry = list->entries[i];
		image->id = senders_entry_id(list->which, image->entry);
	}
}

static struct image *
images_find(const ARRAY_TYPE(image) *images, const char *id)
{
	struct image *image;

	array_foreach_modifiable(images, image)
		if (strcmp(image->id, id) == 0)
			return image;
	return NULL;
}

/* *id_r is NULL when it is no message of ours, or is gone. Returns 0 or -1. */
static int
read_id(struct mail *mail, enum senders which, const char **id_r)
{
	if (mail_get_first_header(mail, "Message-ID", id_r) < 0) {
		*id_r = NULL;
		return mail->expunged ? 0 : -1;
	}
	if (*id_r != NULL && !senders_entry_is_id(which, *id_r))
		*id_r = NULL;
	return 0;
}

/* Newest first: of two equal ones that is the one that somebody waits for. */
static int
remove_others(struct mail *mail, enum senders which, uint32_t messages,
	const ARRAY_TYPE(image) *images)
{
	struct image *image;
	const char *id;
	uint32_t seq;

	for (seq = messages; seq > 0; seq--) {
		mail_set_seq(mail, seq);
		if (read_id(mail, which, &id) < 0)
			return -1;
		if (id == NULL)
			continue;
		image = images_find(images, id);
		if (image == NULL || image->there)
			mail_expunge(mail);
		else
			image->there = true;
	}
	return 0;
}

static int
match(struct mirror *mirror, const ARRAY_TYPE(image) *images)
{
	struct mailbox_transaction_context *t;
	struct mailbox_status status;
	struct mail *mail;
	int ret;

	mailbox_get_open_status(mirror->box, STATUS_MESSAGES, &status);
	t = mailbox_transaction_begin(mirror->box, 0, "sekisho: compare");
	mail = mail_alloc(t, 0, NULL);
	ret = remove_others(mail, mirror->which, status.messages, images);
	mail_free(&mail);
	if (ret < 0)
		mailbox_transaction_rollback(&t);
	else
		ret = mailbox_transaction_commit(&t);
	return ret;
}

static int
agree(struct mirror *mirror, const struct senders_list *list)
{
	ARRAY_TYPE(image) images;

	images_make(list, &images);
	if (mailbox_sync(mirror->box, 0) < 0 ||
	    match(mirror, &images) < 0 ||
	    write_missing(mirror, &images) < 0 ||
	    mailbox_sync(mirror->box, MAILBOX_SYNC_FLAG_EXPUNGE) < 0)
		return -1;
	return note_write(mirror, list->token);
}

void
mirror_update(struct mirror *mirror, const struct senders_list *list)
{
	i_assert(mirror->lock != NULL);
	if (agree(mirror, list) < 0 && again(mirror) &&
	    agree(mirror, list) < 0)
		e_error(mirror->box->event, "sekisho: %s",
			mailbox_get_last_internal_error(mirror->box, NULL));
}

static int
find_entry(struct mail *mail, const struct senders_list *list, uint32_t uid,
	const ARRAY_TYPE(image) *images, const char **entry_r)
{
	struct image *image = NULL;
	const char *id;

	*entry_r = NULL;
	if (!mail_set_uid(mail, uid))
		return 0;
	if (read_id(mail, list->which, &id) < 0)
		return -1;
	if (id != NULL)
		image = images_find(images, id);
	if (image != NULL)
		*entry_r = image->entry;
	return 0;
}

int
mirror_find(struct mirror *mirror, const ARRAY_TYPE(seq_range) *uids,
	const struct senders_list *list, const char *const **entries_r,
	unsigned int *count_r)
{
	struct mailbox_transaction_context *t = mailbox_transaction_begin(
		mirror->box, 0, "sekisho: find senders");
	struct mail *mail = mail_alloc(t, 0, NULL);
	ARRAY_TYPE(const_string) entries;
	ARRAY_TYPE(image) images;
	struct seq_range_iter iter;
	const char *entry;
	unsigned int n = 0;
	uint32_t uid;
	int ret = 0;

	images_make(list, &images);
	t_array_init(&entries, 64);
	seq_range_array_iter_init(&iter, uids);
	while (ret == 0 && seq_range_array_iter_nth(&iter, n++, &uid)) {
		ret = find_entry(mail, list, uid, &images, &entry);
		if (ret == 0 && entry != NULL)
			array_push_back(&entries, &entry);
	}
	mail_free(&mail);
	mailbox_transaction_rollback(&t);
	*count_r = array_count(&entries);
	array_append_zero(&entries);
	*entries_r = array_front(&entries);
	return ret;
}
