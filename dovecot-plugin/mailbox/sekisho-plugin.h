/*
 * sekisho-plugin.h - what lib01_sekisho knows of each user, and where it hangs
 * its own data into Dovecot's objects.
 *
 * The quarantine is an ordinary mailbox; the plug-in only stands in the way of
 * some calls (SPEC Q3 to Q9). Which calls, depends on the folder:
 *
 *	quarantine-mailbox.c	the quarantine itself, as a place
 *	quarantine-mail.c	a message in it
 *	action-mailbox.c	Deliver, Deliver and Approve
 *	request-mailbox.c	Request Release
 *	ordinary-mailbox.c	every other folder, where held mail may go
 *	senders-mailbox.c	the lists of approved and blocked senders
 */
#ifndef SEKISHO_PLUGIN_H
#define SEKISHO_PLUGIN_H

#include "dovecot-compat.h"

#include <module-context.h>
#include <mail-storage-private.h>

#define DEED_COUNTS 7	/* deed-count.c has their names */

/* Must a held message be scanned before it leaves (SPEC Q9)? */
enum rescan {
	RESCAN_REQUIRED,	/* yes: no scanner, no release */
	RESCAN_TRY,		/* if sekishod answers */
	RESCAN_OFF,
};

struct sekisho_user {
	union mail_user_module_context module_ctx;
	const char *quarantine;	/* name of the folder, UTF-8 */
	const char *deliver;	/* of the action folders in it */
	const char *approve;
	const char *request;
	const char *approved;	/* names of the folders of senders */
	const char *blocked;
	const char *address;	/* of the user, as sekishod knows him */
	const char *socket;	/* sekishod's control.sock */
	const char *submission;	/* host:port where INBOX is, or NULL: here */
	enum rescan rescan;
	bool learn;		/* sekisho_learn names a program */
	bool administrator;	/* doveadm: may do what users may not */
	/* Who is logged in for him, and may release what he may not; or NULL */
	const char *domain_administrator;
	unsigned int deeds[DEED_COUNTS];	/* not yet sent */
	bool link;		/* doveadm, for a link of a digest: may not */
	char *kept_error;	/* compat_keep_error() */
};

/* The plug-in's data of a user, or NULL when he has no quarantine. */
struct sekisho_user *sekisho_user(struct mail_user *user);

/* Is it not the user himself who acts, but somebody who decides for him? */
bool sekisho_is_administrated(const struct sekisho_user *user);

/* Module contexts of mailboxes and transactions, and of messages. */
extern MODULE_CONTEXT_DEFINE(sekisho_storage_module,
	&mail_storage_module_register);
extern MODULE_CONTEXT_DEFINE(sekisho_mail_module, &mail_module_register);

/* What a mailbox did before we came. */
#define SEKISHO_SUPER(box) \
	(&((union mailbox_module_context *)MODULE_CONTEXT_REQUIRE(box, \
		sekisho_storage_module))->super)

/* Put our functions between Dovecot and a mailbox of that kind. */
void quarantine_mailbox_hook(struct mailbox_vfuncs *v);
void action_mailbox_hook(struct mailbox_vfuncs *v);
void request_mailbox_hook(struct mailbox_vfuncs *v);
void ordinary_mailbox_hook(struct mailbox_vfuncs *v);

/* The same for a message in the quarantine. */
void quarantine_mail_hook(struct mail *mail);

#endif
