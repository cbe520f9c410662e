/*
 * claim.c - the lock of the quarantine, and the mark on what was delivered.
 */
#include "claim.h"
#include "folder.h"
#include "held-mail.h"

#define LOCK_NAME "sekisho.lock"
#define LOCK_SECONDS 120
#define REQUESTED "$SekishoRequested"

struct claim {
	struct mailbox *box;
	struct file_lock *lock;
};

static int
claim_lock(struct claim *claim)
{
	const char *error;
	int ret = mailbox_lock_file_create(claim->box, LOCK_NAME, LOCK_SECONDS,
		&claim->lock, &error);

	if (ret > 0)
		return 0;
	e_error(claim->box->event, "sekisho: %s", error);
	return folder_refuse(claim->box, MAIL_ERROR_INUSE, "Another session "
		"works on the quarantine; try again");
}

struct claim *
claim_open(struct mailbox *box)
{
	struct claim *claim = i_new(struct claim, 1);

	/* Another session's expunges are carried out by this sync. */
	claim->box = folder_quarantine_alloc(box->storage->user);
	if (mailbox_open(claim->box) == 0 && claim_lock(claim) == 0 &&
	    mailbox_sync(claim->box, 0) == 0)
		return claim;
	mail_storage_copy_error(box->storage, claim->box->storage);
	claim_close(&claim);
	return NULL;
}

void
claim_close(struct claim **_claim)
{
	struct claim *claim = *_claim;

	*_claim = NULL;
	if (claim == NULL)
		return;
	if (claim->lock != NULL)
		file_lock_free(&claim->lock);
	mailbox_free(&claim->box);
	i_free(claim);
}

static const char *const state_keywords[] = {
	[CLAIM_DOUBTFUL] = "$SekishoReleasing",
	[CLAIM_DELIVERED] = "$SekishoReleased",
};

static bool
has_keyword(const struct claim *claim, uint32_t seq, const char *name)
{
	struct mailbox *box = claim->box;
	const ARRAY_TYPE(keywords) *names = mail_index_get_keywords(box->index);
	ARRAY_TYPE(keyword_indexes) keywords;
	unsigned int keyword;

	t_array_init(&keywords, 8);
	mail_index_lookup_keywords(box->view, seq, &keywords);
	array_foreach_elem(&keywords, keyword)
		if (strcasecmp(array_idx_elem(names, keyword), name) == 0)
			return true;
	return false;
}

enum claim_state
claim_state(const struct claim *claim, uint32_t uid)
{
	uint32_t seq;

	if (!mail_index_lookup_seq(claim->box->view, uid, &seq))
		return CLAIM_GONE;
	if (has_keyword(claim, seq, state_keywords[CLAIM_DELIVERED]))
		return CLAIM_DELIVERED;
	return has_keyword(claim, seq, state_keywords[CLAIM_DOUBTFUL]) ?
		CLAIM_DOUBTFUL : CLAIM_HELD;
}

int
claim_refuse(struct mailbox *box, enum claim_state state)
{
	if (state == CLAIM_GONE)
		return folder_refuse(box, MAIL_ERROR_EXPUNGED,
			"A message is not in the quarantine any more");
	return folder_refuse(box, MAIL_ERROR_NOTPOSSIBLE, "A message was "
		"delivered before and only waits here to be deleted");
}

static bool
uid_has_keyword(const struct claim *claim, uint32_t uid, const char *keyword)
{
	uint32_t seq;

	return mail_index_lookup_seq(claim->box->view, uid, &seq) &&
		has_keyword(claim, seq, keyword);
}

bool
claim_is_virus(const struct claim *claim, uint32_t uid)
{
	return uid_has_keyword(claim, uid,
		held_mail_keyword(SEKISHO_HELD_VIRUS));
}

bool
claim_is_requested(const struct claim *claim, uint32_t uid)
{
	return uid_has_keyword(claim, uid, REQUESTED);
}

struct mailbox *
claim_mailbox(struct claim *claim)
{
	return claim->box;
}

int
claim_mark(struct claim *claim, const ARRAY_TYPE(seq_range) *uids,
	enum claim_state state)
{
	const char *const names[] = { state_keywords[state == CLAIM_HELD ?
		CLAIM_DOUBTFUL : state], NULL };
	struct mailbox_transaction_context *t;
	struct mail_keywords *keywords;
	struct seq_range_iter iter;
	uint32_t uid, seq;
	unsigned int n = 0;

	/* Not by mail_update_keywords(), which keeps users from doing this. */
	t = mailbox_transaction_begin(claim->box, 0, "sekisho: deliver");
	keywords = mailbox_keywords_create_valid(claim->box, names);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid))
		if (mail_index_lookup_seq(claim->box->view, uid, &seq))
			mail_index_update_keywords(t->itrans, seq,
				state == CLAIM_HELD ? MODIFY_REMOVE :
				MODIFY_ADD, keywords);
	mailbox_keywords_unref(&keywords);
	return mailbox_transaction_commit(&t);
}

static void
change_keyword(struct mailbox_transaction_context *t, uint32_t seq,
	enum modify_type modify, const char *keyword)
{
	const char *const names[] = { keyword, NULL };
	struct mail_keywords *keywords =
		mailbox_keywords_create_valid(t->box, names);

	mail_index_update_keywords(t->itrans, seq, modify, keywords);
	mailbox_keywords_unref(&keywords);
}

/* removed ends with NULL. What is gone needs no keywords. */
static int
change_keywords(struct claim *claim, uint32_t uid, const char *added,
	const char *const *removed)
{
	struct mailbox_transaction_context *t;
	uint32_t seq;

	if (!mail_index_lookup_seq(claim->box->view, uid, &seq))
		return 0;
	t = mailbox_transaction_begin(claim->box, 0, "sekisho: mark");
	change_keyword(t, seq, MODIFY_ADD, added);
	for (; *removed != NULL; removed++)
		change_keyword(t, seq, MODIFY_REMOVE, *removed);
	return mailbox_transaction_commit(&t);
}

int
claim_mark_virus(struct claim *claim, uint32_t uid)
{
	const char *const removed[] = {
		held_mail_keyword(SEKISHO_HELD_SPAM),
		held_mail_keyword(SEKISHO_HELD_CONTENT), NULL };

	return change_keywords(claim, uid,
		held_mail_keyword(SEKISHO_HELD_VIRUS), removed);
}

int
claim_mark_requested(struct claim *claim, uint32_t uid)
{
	static const char *const removed[] = { NULL };

	return change_keywords(claim, uid, REQUESTED, removed);
}
