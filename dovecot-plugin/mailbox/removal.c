/*
 * removal.c - held mail that is deleted, expires, or makes room for newer one.
 */
#include "removal.h"
#include "action-log.h"
#include "claim.h"
#include "deed-count.h"
#include "filing.h"
#include "learn.h"
#include "quarantine-mail.h"

struct removed {
	uint32_t uid;
	const char *id;
	const char *action;
	const char *bin;
	char *learn;		/* learn_prepare(), or NULL */
	bool unattended;
};

struct removal {
	union mailbox_transaction_module_context module_ctx;
	pool_t pool;
	ARRAY(struct removed) mails;
};

static struct removal *
removal_get(struct mailbox_transaction_context *t)
{
	struct removal *removal = MODULE_CONTEXT(t, sekisho_storage_module);
	pool_t pool;

	if (removal != NULL)
		return removal;
	pool = pool_alloconly_create("sekisho removal", 1024);
	removal = p_new(pool, struct removal, 1);
	removal->pool = pool;
	p_array_init(&removal->mails, pool, 16);
	MODULE_CONTEXT_SET(t, sekisho_storage_module, removal);
	return removal;
}

/* Its user says that it is spam. */
static char *
learn_spam(struct mail *mail)
{
	struct sekisho_held held;
	struct istream *original;
	char *path = NULL;

	if (!sekisho_user(mail->box->storage->user)->learn ||
	    quarantine_mail_open(mail, &held, &original) < 0)
		return NULL;
	if (*held.id != '\0' && held.held_class != SEKISHO_HELD_VIRUS &&
	    !str_array_icase_find(mail_get_keywords(mail),
	    held_mail_keyword(SEKISHO_HELD_VIRUS)))
		path = learn_prepare(mail->box->storage->user, LEARN_SPAM,
			original);
	i_stream_unref(&original);
	sekisho_held_free(&held);
	return path;
}

void
removal_add(struct mail *mail, const char *bin, bool junk)
{
	struct removal *removal = removal_get(mail->transaction);
	struct removed *removed = array_append_space(&removal->mails);
	bool expires = ((struct mail_private *)mail)->autoexpunged;
	struct sekisho_held held;

	removed->uid = mail->uid;
	(void)quarantine_mail_read(mail, &held);
	removed->id = p_strdup(removal->pool, held.id);
	sekisho_held_free(&held);
	removed->unattended = expires;
	removed->action = !expires ? "delete" :
		sekisho_filing() ? "evict" : "expire";
	removed->bin = p_strdup(removal->pool, bin);
	removed->learn = junk ? learn_spam(mail) : NULL;
}

static void
removal_log(struct removal *removal, const struct claim *claim,
	struct mail_user *user, const char *refusal)
{
	struct removed *removed;

	array_foreach_modifiable(&removal->mails, removed) {
		struct action action = {
			.id = removed->id,
			.name = removed->action,
			.folder = removed->bin,
			.refusal = refusal,
			.unattended = removed->unattended,
		};

		if (claim_state(claim, removed->uid) >= CLAIM_DELIVERED)
			continue;
		action_log(user, &action);
		if (refusal == NULL && !claim_is_virus(claim, removed->uid))
			learn_commit(&removed->learn);
	}
}

static void
removal_free(struct removal *removal)
{
	struct removed *removed;

	array_foreach_modifiable(&removal->mails, removed)
		learn_forget(&removed->learn);
	pool_unref(&removal->pool);
}

static int
removal_commit_claimed(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct removal *removal = MODULE_CONTEXT(t, sekisho_storage_module);
	struct mailbox *box = t->box;
	struct claim *claim = claim_open(box);
	int ret = -1;

	if (claim == NULL) {
		SEKISHO_SUPER(box)->transaction_rollback(t);
	} else {
		ret = SEKISHO_SUPER(box)->transaction_commit(t, changes_r);
		removal_log(removal, claim, box->storage->user, ret == 0 ?
			NULL : mailbox_get_last_error(box, NULL));
	}
	claim_close(&claim);
	deed_count_send(sekisho_user(box->storage->user));
	pool_unref(&removal->pool);
	return ret;
}

int
removal_commit(struct mailbox_transaction_context *t,
	struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct sekisho_user *user = sekisho_user(box->storage->user);

	compat_keep_error(box->storage, &user->kept_error);
	if (MODULE_CONTEXT(t, sekisho_storage_module) != NULL)
		return removal_commit_claimed(t, changes_r);
	return SEKISHO_SUPER(box)->transaction_commit(t, changes_r);
}

void
removal_rollback(struct mailbox_transaction_context *t)
{
	struct removal *removal = MODULE_CONTEXT(t, sekisho_storage_module);

	SEKISHO_SUPER(t->box)->transaction_rollback(t);
	if (removal != NULL)
		removal_free(removal);
}
