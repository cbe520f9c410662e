/*
 * desk_control.c - control.sock: what Dovecot's plug-ins and administrators'
 * tools ask. Whoever may ask here is trusted with every user of the site, and
 * says himself for which user he asks.
 */
#include "account.h"
#include "approved_verb.h"
#include "desk.h"
#include "hold.h"
#include "inquiry.h"
#include "rescan.h"

static const struct verb verbs[] = {
	{ "approved-list", approved_verb_list },
	{ "approved-token", approved_verb_token },
	{ "approved-add", approved_verb_add },
	{ "approved-remove", approved_verb_remove },
	{ "approved-repair", approved_verb_repair },
	{ "held-verify", hold_verify_answer },
	{ "rescan", rescan_answer },
	{ "account-list", account_admin_list },
	{ "account-show", account_admin_show },
	{ "account-create", account_admin_create },
	{ "account-activate", account_admin_activate },
	{ "account-lock", account_admin_lock },
	{ "account-unlock", account_admin_unlock },
	{ "account-reset", account_admin_reset },
	{ "account-delete", account_admin_delete },
	{ NULL, NULL },
};

void
desk_control_serve(const struct checkpoint *checkpoint, int fd)
{
	inquiry_serve(checkpoint, fd, "control.sock", verbs);
}
