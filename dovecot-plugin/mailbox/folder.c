/*
 * folder.c - which folder is the quarantine, and what the others are to it.
 */
#include "folder.h"
#include "quarantine-mail.h"

#include <mail-namespace.h>
#include <mailbox-list-private.h>

enum folder
folder_of(struct mailbox *box)
{
	struct sekisho_user *user = sekisho_user(box->storage->user);
	const char *name = box->vname;
	const char *inside;

	if (user == NULL)
		return FOLDER_ORDINARY;
	if (strcmp(name, user->approved) == 0)
		return FOLDER_APPROVED;
	if (strcmp(name, user->blocked) == 0)
		return FOLDER_BLOCKED;
	if (!str_begins_with(name, user->quarantine))
		return FOLDER_ORDINARY;
	inside = name + strlen(user->quarantine);
	if (*inside == '\0')
		return FOLDER_QUARANTINE;
	if (*inside != mail_namespace_get_sep(box->list->ns))
		return FOLDER_ORDINARY;
	if (strcmp(inside + 1, user->deliver) == 0)
		return FOLDER_DELIVER;
	if (strcmp(inside + 1, user->approve) == 0)
		return FOLDER_APPROVE;
	if (strcmp(inside + 1, user->request) == 0)
		return FOLDER_REQUEST;
	return FOLDER_INSIDE;
}

const char *
folder_bin_role(struct mailbox *box)
{
	if (compat_has_role(box, "\\Trash"))
		return "\\Trash";
	if (compat_has_role(box, "\\Junk"))
		return "\\Junk";
	return NULL;
}

static struct mailbox *
alloc(struct mail_user *user, const char *name)
{
	struct mail_namespace *ns = mail_namespace_find(user->namespaces,
		name);

	return mailbox_alloc(ns->list, name, MAILBOX_FLAG_IGNORE_ACLS);
}

struct mailbox *
folder_quarantine_alloc(struct mail_user *user)
{
	return alloc(user, sekisho_user(user)->quarantine);
}

struct mailbox *
folder_approved_alloc(struct mail_user *user)
{
	return alloc(user, sekisho_user(user)->approved);
}

struct mailbox *
folder_inbox_alloc(struct mail_user *user)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(user->namespaces);

	/* Who sees nothing but the quarantine may deliver all the same. */
	return mailbox_alloc(ns->list, "INBOX",
		MAILBOX_FLAG_SAVEONLY | MAILBOX_FLAG_IGNORE_ACLS);
}

bool
folder_is_leaving(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct mail_user *user = t->box->storage->user;
	struct quarantine_mail *held = quarantine_mail(mail);

	if (held == NULL || held->outgoing != NULL ||
	    mail->box->storage->user != user)
		return false;
	if ((t->flags & MAILBOX_TRANSACTION_FLAG_SYNC) != 0)
		return false;
	/* LMTP copies from what it has just filed for another recipient. */
	return !ctx->saving || !folder_is_filing_service(t->box);
}

bool
folder_is_filing_service(struct mailbox *box)
{
	const char *service = box->storage->user->service;

	return strcmp(service, "lmtp") == 0 || strcmp(service, "lda") == 0;
}

int
folder_refuse(struct mailbox *box, enum mail_error error, const char *text)
{
	mail_storage_set_error(box->storage, error, text);
	return -1;
}

/* Dovecot itself makes the folders that belong there (auto = create). */
static bool
may_make(struct mailbox *box)
{
	return folder_of(box) != FOLDER_INSIDE ||
		sekisho_user(box->storage->user)->administrator;
}

static bool
may_change(struct mailbox *box)
{
	return folder_of(box) == FOLDER_ORDINARY ||
		sekisho_user(box->storage->user)->administrator;
}

/*
 * Some mail programs show only folders that their user has subscribed to, and
 * he does not know yet that there is one. Done once, so he may take it back. If
 * it fails, he can do it himself.
 */
static void
subscribe(struct mailbox *box)
{
	enum folder folder = folder_of(box);

	if (folder != FOLDER_ORDINARY && folder != FOLDER_INSIDE)
		(void)mailbox_set_subscribed(box, TRUE);
}

static int
folder_create(struct mailbox *box, const struct mailbox_update *update,
	bool directory)
{
	if (!may_make(box))
		return folder_refuse(box, MAIL_ERROR_PERM, "No folder can be "
			"made in the quarantine");
	if (SEKISHO_SUPER(box)->create_box(box, update, directory) < 0)
		return -1;
	subscribe(box);
	return 0;
}

static int
refuse_change(struct mailbox *box, enum folder folder, const char *what)
{
	return folder_refuse(box, MAIL_ERROR_PERM, t_strdup_printf("The %s "
		"cannot be %s",
		folder == FOLDER_APPROVED ? "folder of approved senders" :
		folder == FOLDER_BLOCKED ? "folder of blocked senders" :
		"quarantine and its folders", what));
}

static int
folder_delete(struct mailbox *box)
{
	if (!may_change(box))
		return refuse_change(box, folder_of(box), "deleted");
	return SEKISHO_SUPER(box)->delete_box(box);
}

static int
folder_rename(struct mailbox *from, struct mailbox *to)
{
	if (!may_change(from))
		return refuse_change(from, folder_of(from), "renamed");
	if (!may_change(to))
		return refuse_change(from, folder_of(to), "renamed");
	return SEKISHO_SUPER(from)->rename_box(from, to);
}

void
folder_hook(struct mailbox_vfuncs *v)
{
	v->create_box = folder_create;
	v->delete_box = folder_delete;
	v->rename_box = folder_rename;
}
