/*
 * folder.h - what a folder is to the quarantine.
 */
#ifndef SEKISHO_FOLDER_H
#define SEKISHO_FOLDER_H

#include "sekisho-plugin.h"

enum folder {
	FOLDER_ORDINARY,	/* INBOX and whatever else */
	FOLDER_QUARANTINE,
	FOLDER_DELIVER,		/* moving there means: to INBOX */
	FOLDER_APPROVE,		/* the same, and approve the sender */
	FOLDER_REQUEST,		/* moving there means: ask to have it */
	FOLDER_INSIDE,		/* another name below the quarantine's */
	FOLDER_APPROVED,	/* the list of approved senders */
	FOLDER_BLOCKED,		/* the list of blocked senders */
};

enum folder folder_of(struct mailbox *box);

/*
 * Moving to a folder with one of these roles (RFC 6154) means: delete. Returns
 * "\Trash" or "\Junk", or NULL.
 */
const char *folder_bin_role(struct mailbox *box);

/* New handles of the user's quarantine, approved senders and INBOX. */
struct mailbox *folder_quarantine_alloc(struct mail_user *user);
struct mailbox *folder_approved_alloc(struct mail_user *user);
struct mailbox *folder_inbox_alloc(struct mail_user *user);

/*
 * Is this copy a held message of the same user on its way out? Not when dsync
 * copies it, and not when it is us who do.
 */
bool folder_is_leaving(struct mail_save_context *ctx, struct mail *mail);

/* Do we run in LMTP or LDA, where not the user puts mail somewhere? */
bool folder_is_filing_service(struct mailbox *box);

/*
 * Sets the reason why the user's command is refused: one line of ASCII, as the
 * client shows it. Always returns -1.
 */
int folder_refuse(struct mailbox *box, enum mail_error error,
	const char *text);

/* No folders are made, renamed or deleted in the quarantine (SPEC Q8). */
void folder_hook(struct mailbox_vfuncs *v);

#endif
