/*
 * desk_control.c - control.sock: what Dovecot's plug-ins and administrators'
 * tools ask. Whoever may ask here is trusted with every user of the site, and
 * says himself for which user he asks.
 */
#include "account.h"
#include "counters_verb.h"
#include "desk.h"
#include "digest.h"
#include "hold.h"
#include "inquiry.h"
#include "release.h"
#include "request_release.h"
#include "rescan.h"
#include "senders_verb.h"

const struct verb desk_control_verbs[] = {
	{ "approved-list", senders_verb_list, false },
	{ "approved-token", senders_verb_token, false },
	{ "approved-add", senders_verb_add, false },
	{ "approved-remove", senders_verb_remove, false },
	{ "approved-repair", senders_verb_repair, false },
	{ "blocked-list", senders_verb_list, false },
	{ "blocked-token", senders_verb_token, false },
	{ "blocked-add", senders_verb_add, false },
	{ "blocked-remove", senders_verb_remove, false },
	{ "blocked-repair", senders_verb_repair, false },
	{ "held-verify", hold_verify_answer, false },
	{ "rescan", rescan_answer, false },
	{ "release", release_answer, false },
	{ "request-release", request_release, false },
	{ "digest-send", digest_send, false },
	{ "digest-open", digest_open, false },
	{ "signatures", rescan_signatures, true },
	{ "count", counters_verb_count, true },
	{ "counters", counters_verb_text, true },
	{ "account-list", account_admin_list, false },
	{ "account-show", account_admin_show, false },
	{ "account-create", account_admin_create, false },
	{ "account-activate", account_admin_activate, false },
	{ "account-lock", account_admin_lock, false },
	{ "account-unlock", account_admin_unlock, false },
	{ "account-reset", account_admin_reset, false },
	{ "account-delete", account_admin_delete, false },
	{ NULL, NULL, false },
};

void
desk_control_serve(const struct checkpoint *checkpoint, int fd)
{
	inquiry_serve(checkpoint, fd, &desks[DESK_CONTROL]);
}
