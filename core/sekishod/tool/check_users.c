/*
 * check_users.c - what doveadm says of users: that they are known, that one of
 * them has a quarantine, and that held mail goes one day.
 */
#include <string.h>
#include <unistd.h>

#include "check_dovecot.h"

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

/*
 * A user's folders, through all plug-ins and namespaces. doveadm of Dovecot 2.3
 * asks the running one for its configuration, where doveconf reads the files.
 */
static void
look_folders(struct check *check, const char *user)
{
	const char *arguments[] = { "mailbox", "list", "-u", user, NULL };
	const char *folder = check_dovecot_setting(check, "sekisho_quarantine",
		NULL);
	int status;
	const char *said = doveadm(check, arguments, &status);

	if (status != 0)
		check_wrong(check, "correct this in Dovecot's configuration "
			"(sekisho-dovecot(8)), or no user can log in; doveadm "
			"reload", "no session of %s: %s", user,
			check_line(check, said));
	else if (folder != NULL && strstr(pool_printf(check->pool, "\n%s",
	    said), pool_printf(check->pool, "\n%s", folder)) == NULL)
		check_wrong(check, "service dovecot restart", "Dovecot works "
			"with its configuration of before: %s has no folder "
			"%s, so held mail comes into INBOX", user, folder);
}

static const char *
all_users(struct check *check, int *status_r)
{
	static const char *const arguments[] = { "user", "*", NULL };

	return doveadm(check, arguments, status_r);
}

static void
look_users(struct check *check)
{
	int status;
	const char *said = all_users(check, &status);
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

/* One whose name has no domain, or NULL; of such sites are the next two. */
static const char *
short_name(struct check *check)
{
	int status;
	const char *line = check_line(check, all_users(check, &status));

	return status != 0 || *line == '\0' || strchr(line, '@') != NULL ?
		NULL : line;
}

/* By sekisho_address sekishod knows a user, and the seal of his held mail. */
static void
look_address(struct check *check)
{
	const char *arguments[] = { "-h", check->dovecot_old ?
		"plugin/sekisho_address" : "sekisho_address", NULL };
	int status;
	const char *address = check_line(check, check_dovecot_says(check,
		check->doveconf, arguments, &status));
	const char *user = short_name(check);

	if (user != NULL && strchr(address, '@') == NULL)
		check_wrong(check, check->dovecot_old ? "in plugin { }: "
			"sekisho_address = %n@example.com, with your domain; "
			"doveadm reload" : "sekisho_address = %{user | "
			"username}@example.com, with your domain; doveadm "
			"reload",
			"Dovecot knows users without a domain, such as %s, and "
			"sekisho_address adds none: sekishod does not know "
			"them", user);
}

/*
 * Are its users those of the system, by their names? 2.4 may take the domain
 * off for LMTP alone, as Debian's file has it; doveadm does not see that.
 */
static bool
is_passwd_only(struct check *check)
{
	static const char *const arguments[] = { "-h", "-fprotocol=lmtp",
		"auth_username_format", NULL };
	int status;

	if (check->dovecot_old)
		return strstr(check->dovecot_text,
			"\nuserdb {\n  driver = passwd\n") != NULL;
	return strstr(check->dovecot_text, "\nuserdb passwd {") != NULL &&
		strstr(check_dovecot_says(check, check->doveconf, arguments,
		&status), "username") == NULL;
}

/*
 * Held mail comes by LMTP, with the whole address. Only of the system's users
 * it is sure that they have no domain; other userdbs may find addresses.
 */
static void
look_lmtp_names(struct check *check)
{
	const char *user = short_name(check);
	const char *arguments[] = { "user", NULL, NULL };
	int status;

	if (user == NULL || !is_passwd_only(check))
		return;
	arguments[1] = pool_printf(check->pool, "%s@example.com", user);
	doveadm(check, arguments, &status);
	if (status != 0)
		check_wrong(check, check->dovecot_old ?
			"auth_username_format = %Ln; doveadm reload" :
			"auth_username_format = %{user | username | lower}; "
			"doveadm reload",
			"Dovecot knows the user %s, but not %s: held mail "
			"comes with the whole address and would be "
			"refused, with a bounce to its sender", user,
			arguments[1]);
}

/* Mail to outside is held there; without it, it goes back to its sender. */
static void
look_outbound(struct check *check)
{
	const char *arguments[] = { "user", NULL, NULL };
	const char **address = &arguments[1];
	int status;
	size_t i;

	if (check->policy == NULL)
		check_pass(check);
	for (i = 0; check->policy != NULL && (*address =
	     policy_outbound_quarantine(check->policy, i)) != NULL; i++) {
		if (**address == '\0')
			continue;
		doveadm(check, arguments, &status);
		if (status != 0)
			check_wrong(check, "make this mailbox, or name "
				"another one in <outbound-quarantine> of the "
				"policy", "Dovecot does not know the user %s: "
				"mail to outside that is held would go back "
				"to its sender", *address);
	}
}

void
check_timer(struct check *check, const char *name, const char *without)
{
	const char *timer = pool_printf(check->pool, "%s.timer", name);
	const char *file = pool_printf(check->pool, "/etc/cron.d/%s", name);
	const char *argv[] = { "systemctl", "is-enabled", timer, NULL };
	const char *said;
	int status;

	if (access("/run/systemd/system", F_OK) < 0) {
		if (access(file, F_OK) < 0)
			check_wrong(check, "install dovecot-sekisho, or: make "
				"install", "%s: there is no %s", without,
				file);
		return;
	}
	said = check_run(check, argv, &status);
	if (status != 0)
		check_wrong(check, pool_printf(check->pool, "systemctl enable "
			"--now %s", timer), "%s: %s is %s", without, timer,
			*said == '\0' ? "not known" : check_line(check, said));
}

static void
look_timers(struct check *check)
{
	check_timer(check, "sekisho-expire", "nothing deletes old held mail");
	check_timer(check, "sekisho-rescan", "held mail is not scanned with "
		"new signatures");
}

static const struct check_look looks[] = {
	{ "doveadm knows them, and they can log in", look_users },
	{ "sekisho_address is an address", look_address },
	{ "LMTP finds them by their addresses", look_lmtp_names },
	{ "there is the mailbox for held mail to outside", look_outbound },
	{ "timers are set that delete old held mail and scan it again",
		look_timers },
	{ NULL, NULL },
};

const struct check_area check_users = { "users", check_dovecot_is_here,
	looks };
