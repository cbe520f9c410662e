/*
 * desk.c - the sockets of sekishod.
 *
 *	scan.sock	Exim's module, sekisho explain
 *	control.sock	Dovecot's plug-ins, administrators' tools
 *	account.sock	the webmail, for people who have not logged in
 */
#include "desk.h"

static bool
admits_mta(const struct config *config, uid_t uid)
{
	return uid == config->mta_uid;
}

static bool
admits_control(const struct config *config, uid_t uid)
{
	return user_list_has(&config->control_uids, uid);
}

static bool
admits_account(const struct config *config, uid_t uid)
{
	return user_list_has(&config->account_uids, uid);
}

static unsigned int
clerks_scan(const struct config *config)
{
	return config->clerks;
}

static unsigned int
clerks_control(const struct config *config)
{
	return config->control_clerks;
}

static unsigned int
clerks_account(const struct config *config)
{
	return config->account_clerks;
}

/*
 * Where several users may ask, the socket lets everybody connect and the
 * clerk sends away whom it does not know.
 */
const struct desk desks[DESKS] = {
	[DESK_SCAN] = { "scan.sock", "mta-user", 0660, desk_scan_verbs,
		admits_mta, clerks_scan, desk_scan_serve },
	[DESK_CONTROL] = { "control.sock", "control-users", 0666,
		desk_control_verbs, admits_control, clerks_control,
		desk_control_serve },
	[DESK_ACCOUNT] = { "account.sock", "account-users", 0666,
		desk_account_verbs, admits_account, clerks_account,
		desk_account_serve },
};
