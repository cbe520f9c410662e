/*
 * check_users.c - what doveadm says of users: that they are known, that one of
 * them has a quarantine, and that held mail goes one day.
 */
#include <string.h>
#include <unistd.h>

#include "check_private.h"

static bool
begin(struct check *check)
{
	if (check->doveconf == NULL || check->dovecot_text == NULL)
		check_skip(check, "there is no quarantine on this host");
	return check->doveconf != NULL && check->dovecot_text != NULL;
}

/* doveadm, which lies beside doveconf; as check_dovecot_says(). */
static const char *
doveadm(struct check *check, const char *const *arguments, int *status_r)
{
	const char *slash = strrchr(check->doveconf, '/');

	return check_dovecot_says(check, slash == NULL ? "doveadm" :
		pool_printf(check->pool, "%.*s/doveadm",
		(int)(slash - check->doveconf), check->doveconf), arguments,
		status_r);
}

/* A user's folders, through all plug-ins and namespaces. */
static void
look_folders(struct check *check, const char *user)
{
	const char *arguments[] = { "mailbox", "list", "-u", user, NULL };
	int status;
	const char *said = doveadm(check, arguments, &status);

	if (status != 0)
		check_wrong(check, "correct this in Dovecot's configuration "
			"(sekisho-dovecot(8)), or no user can log in; doveadm "
			"reload", "no session of %s: %s", user,
			check_line(check, said));
}

static void
look_users(struct check *check)
{
	static const char *const arguments[] = { "user", "*", NULL };
	int status;
	const char *said = doveadm(check, arguments, &status);
	const char *line = check_line(check, said);

	if (strstr(said, "auth-userdb") != NULL ||
	    strstr(said, "Connection refused") != NULL)
		check_wrong(check, "service dovecot start", "Dovecot does not "
			"run: %s", line);
	else if (strstr(said, "Plugin ") != NULL)
		check_wrong(check, "install dovecot-sekisho, or: make install",
			"doveadm does not start: %s", line);
	else if (status != 0 || *line == '\0')
		check_wrong(check, "iterate_filter and iterate_attrs in "
			"Dovecot's LDAP settings (or iterate_query); doveadm "
			"user '*' has to show all users", "doveadm knows no "
			"users, so no held mail expires%s%s", status == 0 ?
			"" : ": ", status == 0 ? "" : line);
	else
		look_folders(check, line);
}

static void
look_timer(struct check *check)
{
	static const char *const argv[] = { "systemctl", "is-enabled",
		"sekisho-expire.timer", NULL };
	const char *said;
	int status;

	if (access("/run/systemd/system", F_OK) < 0) {
		if (access("/etc/cron.d/sekisho-expire", F_OK) < 0)
			check_wrong(check, "install dovecot-sekisho, or: make "
				"install", "nothing deletes old held mail: "
				"there is no /etc/cron.d/sekisho-expire");
		return;
	}
	said = check_run(check, argv, &status);
	if (status != 0)
		check_wrong(check, "systemctl enable --now "
			"sekisho-expire.timer", "nothing deletes old held "
			"mail: sekisho-expire.timer is %s", *said == '\0' ?
			"not known" : check_line(check, said));
}

static const struct check_look looks[] = {
	{ "doveadm knows them, and they can log in", look_users },
	{ "the timer is set that deletes old held mail", look_timer },
	{ NULL, NULL },
};

const struct check_area check_users = { "users", begin, looks };
