/*
 * doveadm-held.h - doveadm commands about held mail: for each user, something
 * with those messages of his quarantine that a query names (SPEC Q12).
 *
 * They do with the mailbox what an IMAP client would do, and lib01_sekisho,
 * which is loaded in doveadm as well, gives it its meaning. So there is one way
 * out of the quarantine, and its log lines say "by=administrator".
 */
#ifndef SEKISHO_DOVEADM_HELD_H
#define SEKISHO_DOVEADM_HELD_H

#include "dovecot-compat.h"

#include <doveadm.h>
#include <doveadm-mail.h>

struct doveadm_held {
	bool every;		/* without a query it means all messages */
	bool by_link;		/* done with the user's rights, no more */
	const char *format;	/* DOVEADM_PRINT_TYPE_... unless -f is given */
	const char *const *columns;
	/*
	 * The work for one user whose quarantine is open. Returns how many
	 * messages the query named, or -1 after doveadm_held_fail().
	 */
	int (*run)(struct doveadm_mail_cmd_context *ctx, struct mailbox *box);
};

struct doveadm_mail_cmd_context *doveadm_held_alloc(
	const struct doveadm_held *held);

/*
 * Says on standard error why the command failed for this user, and sees to
 * the exit status. Always return -1.
 */
int doveadm_held_fail(struct doveadm_mail_cmd_context *ctx,
	enum mail_error error, const char *fmt, ...) ATTR_FORMAT(3, 4);
int doveadm_held_fail_box(struct doveadm_mail_cmd_context *ctx,
	struct mailbox *box, const char *what);

/* The messages of the query. */
struct held_search {
	struct doveadm_mail_cmd_context *ctx;
	struct mailbox *box;
	struct mailbox_transaction_context *t;
	struct mail_search_context *search;
};

/* Oldest first. */
void held_search_begin(struct held_search *search_r,
	struct doveadm_mail_cmd_context *ctx, struct mailbox *box);
bool held_search_next(struct held_search *search, struct mail **mail_r);

/* Commits what was done with the messages, or undoes it. 0 or -1. */
int held_search_end(struct held_search *search, bool commit);

/* A text of a stranger, for a terminal: without control characters. */
const char *doveadm_held_printable(const char *text);

/* The commands. */
struct doveadm_mail_cmd_context *doveadm_held_list(void);
struct doveadm_mail_cmd_context *doveadm_held_show(void);
struct doveadm_mail_cmd_context *doveadm_held_deliver(void);
struct doveadm_mail_cmd_context *doveadm_held_approve(void);
struct doveadm_mail_cmd_context *doveadm_held_delete(void);
struct doveadm_mail_cmd_context *doveadm_held_expire(void);
struct doveadm_mail_cmd_context *doveadm_digest_send(void);
struct doveadm_mail_cmd_context *doveadm_digest_deliver(void);
struct doveadm_mail_cmd_context *doveadm_digest_approve(void);
struct doveadm_mail_cmd_context *doveadm_digest_delete(void);
struct doveadm_mail_cmd_context *doveadm_held_rescan(void);
struct doveadm_mail_cmd_context *doveadm_learn(void);

#endif
