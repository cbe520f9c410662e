/*
 * check_expiry.c - held mail has to go one day: is the timer set, and does
 * doveadm know the users whose mail it is about?
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

static void
look_timer(struct check *check)
{
	static const char *const argv[] = { "systemctl", "is-enabled",
		"sekisho-expire.timer", NULL };
	const char *said;
	int status;

	if (access("/run/systemd/system", F_OK) < 0) {
		if (access("/etc/cron.d/sekisho-expire", F_OK) < 0)
			check_wrong(check, "make install (it puts "
				"/etc/cron.d/sekisho-expire there)", "nothing "
				"deletes old held mail: there is no "
				"/etc/cron.d/sekisho-expire");
		return;
	}
	said = check_run(check, argv, &status);
	if (status != 0)
		check_wrong(check, "systemctl enable --now "
			"sekisho-expire.timer", "nothing deletes old held "
			"mail: sekisho-expire.timer is %s", *said == '\0' ?
			"not known" : check_line(check, said));
}

/* doveadm lies beside doveconf. */
static void
look_users(struct check *check)
{
	const char *slash = strrchr(check->doveconf, '/');
	const char *argv[7] = { slash == NULL ? "doveadm" :
		pool_printf(check->pool, "%.*s/doveadm",
		(int)(slash - check->doveconf), check->doveconf) };
	const char *said;
	size_t count = 1;
	int status;

	if (check->dovecot_config != NULL) {
		argv[count++] = "-c";
		argv[count++] = check->dovecot_config;
	}
	argv[count++] = "user";
	argv[count] = "*";
	said = check_run(check, argv, &status);
	if (strstr(said, "auth-userdb") != NULL ||
	    strstr(said, "Connection refused") != NULL)
		check_wrong(check, "service dovecot start", "Dovecot does not "
			"run: %s", check_line(check, said));
	else if (status != 0 || *check_line(check, said) == '\0')
		check_wrong(check, "iterate_filter and iterate_attrs in "
			"Dovecot's LDAP settings (or iterate_query); doveadm "
			"user '*' has to show all users", "doveadm knows no "
			"users, so no held mail expires%s%s", status == 0 ?
			"" : ": ", status == 0 ? "" : check_line(check, said));
}

static const struct check_look looks[] = {
	{ "the timer is set", look_timer },
	{ "doveadm knows the users", look_users },
	{ NULL, NULL },
};

const struct check_area check_expiry = { "expiry", begin, looks };
