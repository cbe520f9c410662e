/*
 * check_dovecot.c - Dovecot's configuration, as doveconf prints it.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_dovecot.h"

#define RELOAD "; doveadm reload"

/* -- asking doveconf ------------------------------------------------------ */

const char *
check_dovecot_says(struct check *check, const char *program,
	const char *const *arguments, int *status_r)
{
	const char *argv[8] = { program };
	size_t count = 1;

	if (check->dovecot_config != NULL) {
		argv[count++] = "-c";
		argv[count++] = check->dovecot_config;
	}
	while (*arguments != NULL)
		argv[count++] = *arguments++;
	return check_run(check, argv, status_r);
}

/* What doveconf says of a setting, of one protocol unless that is NULL. */
static const char *
setting_text(struct check *check, const char *protocol, const char *name)
{
	const char *filter = protocol == NULL ? NULL :
		pool_printf(check->pool, "-fprotocol=%s", protocol);
	const char *arguments[] = { "-h", filter == NULL ? name : filter,
		filter == NULL ? NULL : name, NULL };
	int status;
	const char *said = check_dovecot_says(check, check->doveconf,
		arguments, &status);

	return status == 0 ? said : "";
}

/* Its value, or "". */
static const char *
setting(struct check *check, const char *protocol, const char *name)
{
	return check_line(check, setting_text(check, protocol, name));
}

/* Where ours have to stand. */
static const char *
our_block(const struct check *check)
{
	return check->dovecot_old ? "in plugin { }: " : "";
}

const char *
check_dovecot_setting(struct check *check, const char *name,
	const char *preset)
{
	const char *line = pool_printf(check->pool, check->dovecot_old ?
		"\n  %s = " : "\n%s = ", name);
	const char *at = strstr(check->dovecot_text, line);

	return at == NULL ? preset : check_line(check, at + strlen(line));
}

static bool
begin(struct check *check)
{
	static const char *const print[] = { "-n", NULL };
	const char *said;
	int status;

	if (check->doveconf == NULL)
		check->doveconf = "/usr/bin/doveconf";
	if (strcmp(check->doveconf, "none") == 0 ||
	    access(check->doveconf, X_OK) < 0) {
		check_skip(check, "there is no Dovecot on this host (doveconf: "
			"%s)", check->doveconf);
		check->doveconf = NULL;
		return false;
	}
	said = check_dovecot_says(check, check->doveconf, print, &status);
	if (status != 0) {
		check_wrong(check, "doveconf -n says where; correct it",
			"Dovecot does not take its configuration: %s",
			check_words(check, said));
		return false;
	}
	check->dovecot_text = said;
	check->dovecot_old = strncmp(said, "# 2.3.", 6) == 0;
	return true;
}

bool
check_dovecot_is_here(struct check *check)
{
	bool is_here = check->doveconf != NULL && check->dovecot_text != NULL;

	if (!is_here)
		check_skip(check, "there is no quarantine on this host");
	return is_here;
}

/* -- plug-ins ------------------------------------------------------------- */

/* Nothing of ours is there: look_plugins() has said it. */
static bool
is_without_us(struct check *check)
{
	if (strstr(check->dovecot_text, "sekisho_") != NULL)
		return false;
	check_pass(check);
	return true;
}

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	while (*(list += strspn(list, " ")) != '\0') {
		n = strcspn(list, " ");
		if (n == len && strncmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

/*
 * Is a plug-in loaded? 2.4 shows a list as lines "NAME = yes" or "NAME = no"
 * when it adds to the one outside of protocol {}, and else as words, as 2.3.
 */
static bool
has_plugin(struct check *check, const char *protocol, const char *name)
{
	const char *text = setting_text(check, protocol, "mail_plugins");
	const char *lines = pool_printf(check->pool, "\n%s", text);

	if (strstr(text, " = ") == NULL)
		return has_word(check_line(check, text), name);
	if (strstr(lines, pool_printf(check->pool, "\n%s = yes", name)) != NULL)
		return true;
	return protocol != NULL && strstr(lines, pool_printf(check->pool,
		"\n%s = no", name)) == NULL && has_plugin(check, NULL, name);
}

static const char *
mend_plugins(struct check *check, const char *where, const char *name)
{
	return pool_printf(check->pool, check->dovecot_old ?
		"%smail_plugins = $mail_plugins %s" RELOAD :
		"%smail_plugins { %s = yes }, each on a line of its own"
		RELOAD, where, name);
}

static void
look_plugins(struct check *check)
{
	bool all = has_plugin(check, NULL, "sekisho");

	if (is_without_us(check)) {
		check_wrong(check, "cp /usr/share/sekisho/dovecot/"
			"11-sekisho.conf /etc/dovecot/conf.d/; then look it "
			"through, as docs/install.md, step 8, says; service "
			"dovecot restart", "its configuration knows nothing of "
			"Sekisho: held mail would come into INBOX");
		return;
	}
	if (!has_plugin(check, "imap", "sekisho"))
		check_wrong(check, mend_plugins(check, all ? "in protocol imap "
			"{ }: " : "", "sekisho"), "the plug-in sekisho is not "
			"in mail_plugins for IMAP");
	if (!has_plugin(check, "lmtp", "sekisho"))
		check_wrong(check, mend_plugins(check, all ? "in protocol lmtp "
			"{ }: " : "", "sekisho"), "the plug-in sekisho is not "
			"in mail_plugins for LMTP");
	if (!has_plugin(check, "lmtp", "sekisho_lmtp"))
		check_wrong(check, mend_plugins(check, "in protocol lmtp { }: ",
			"sekisho_lmtp"), "the plug-in sekisho_lmtp is not in "
			"mail_plugins for LMTP: held mail would come into "
			"INBOX");
	if (!all)
		check_wrong(check, mend_plugins(check, "outside of protocol "
			"{ }: ", "sekisho"), "the plug-in sekisho is not in "
			"mail_plugins for doveadm");
}

/* It names who acts for a user, and comes with a login: sekisho-dovecot(8). */
static void
look_administrator(struct check *check)
{
	if (*check_dovecot_setting(check, "sekisho_administrator", "") != '\0')
		check_wrong(check, pool_printf(check->pool, "%stake out "
			"sekisho_administrator; only a passdb sets it" RELOAD,
			our_block(check)), "every user may release viruses: "
			"sekisho_administrator is set for all");
}

static void
look_files(struct check *check)
{
	static const char *const names[] = { "lib01_sekisho_plugin.so",
		"lib95_sekisho_lmtp_plugin.so" };
	const char *directory = setting(check, NULL, "mail_plugin_dir");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (access(pool_printf(check->pool, "%s/%s", directory,
		    names[i]), R_OK) < 0)
			check_wrong(check, "install dovecot-sekisho, or: make "
				"install", "the plug-in %s is "
				"not in %s", names[i], directory);
}

/* -- folders -------------------------------------------------------------- */

/* The next in what doveconf says, or NULL; *at is moved to its beginning. */
static const char *
next_namespace(struct check *check, const char **at)
{
	const char *begin = strstr(*at, "\nnamespace "), *end;

	if (begin == NULL)
		return NULL;
	*at = begin + 1;
	end = strstr(*at, "\n}");
	return end == NULL ? *at : pool_strndup(check->pool, *at,
		(size_t)(end - *at) + 1);
}

/* The namespace with this name and a separator as its prefix, or NULL. */
static const char *
find_namespace(struct check *check, const char *name)
{
	const char *at = check->dovecot_text, *block, *prefix;
	size_t len = strlen(name);

	while ((block = next_namespace(check, &at)) != NULL) {
		prefix = strstr(block, "\n  prefix = ");
		if (prefix == NULL)
			continue;
		prefix += strlen("\n  prefix = ");
		if (strncmp(prefix, name, len) == 0 && prefix[len] != '\0' &&
		    prefix[len] != '\n' && prefix[len + 1] == '\n')
			return block;
	}
	return NULL;
}

/* What it says stands between the names of folders, or 0: it says nothing. */
static char
separator_of(const char *namespace)
{
	static const char line[] = "\n  separator = ";
	const char *at = strstr(namespace, line);

	return at == NULL || at[strlen(line)] == '\n' ? '\0' :
		at[strlen(line)];
}

/* The same of the user's own folders; 0: Dovecot alone knows. */
static char
main_separator(struct check *check)
{
	const char *at = check->dovecot_text, *block, *location;

	while ((block = next_namespace(check, &at)) != NULL)
		if (strstr(block, "\n  inbox = yes\n") != NULL &&
		    separator_of(block) != '\0')
			return separator_of(block);
	location = setting(check, NULL, "mail_location");
	return check->dovecot_old && strncmp(location, "maildir:", 8) == 0 &&
		strstr(location, "LAYOUT=") == NULL ? '.' : '\0';
}

/* Is there a mailbox of this name that Dovecot makes? */
static bool
has_mailbox(struct check *check, const char *namespace, const char *name)
{
	const char *head = *name == '\0' && check->dovecot_old ?
		"\n  mailbox {" : pool_printf(check->pool, *name != '\0' &&
		strchr(name, ' ') == NULL ? "\n  mailbox %s {" :
		"\n  mailbox \"%s\" {", name);

	return strstr(namespace, pool_printf(check->pool, "%s\n    auto = ",
		head)) != NULL;
}

/* 2.3 shows what is not set as well. */
static bool
has_location(const struct check *check, const char *namespace)
{
	if (!check->dovecot_old)
		return strstr(namespace, "\n  mail_path = ") != NULL;
	return strstr(namespace, "\n  location = \n") == NULL &&
		strstr(namespace, "\n  location =\n") == NULL;
}

/* A namespace as sekisho-dovecot(8) has it. */
struct own {
	const char *name;
	const char *setting, *preset;	/* its prefix */
	const char *driver, *path;
};

static const struct own quarantine = { "quarantine", "sekisho_quarantine",
	"Quarantine", "mdbox", "~/quarantine" };
static const struct own lists[] = {
	{ "approved", "sekisho_approved", "Approved Senders", "sdbox",
		"~/approved-senders" },
	{ "blocked", "sekisho_blocked", "Blocked Senders", "sdbox",
		"~/blocked-senders" },
};

static void
look_location(struct check *check, const struct own *own, const char *prefix,
	const char *namespace)
{
	bool old = check->dovecot_old;

	if (!has_location(check, namespace))
		check_wrong(check, pool_printf(check->pool, "in namespace %s "
			"{ }: %s%s%s%s" RELOAD, own->name,
			old ? "location = " : "mail_driver = ", own->driver,
			old ? ":" : " and mail_path = ", own->path),
			"%s has no location of its own", prefix);
}

static void
look_separator(struct check *check, const char *prefix)
{
	const char *namespace = find_namespace(check, prefix);
	char ours = namespace == NULL ? '\0' : separator_of(namespace);
	char theirs = main_separator(check);

	if (ours != '\0' && theirs != '\0' && ours != theirs)
		check_wrong(check, pool_printf(check->pool, "sed -i '/separator"
			" = /s|[/.]|%c|; /prefix = /s|[/.]|%c|' "
			"/etc/dovecot/conf.d/11-sekisho.conf; service dovecot "
			"restart", theirs, theirs), "nobody can log in: the "
			"separator of %s is %c, that of other namespaces %c",
			prefix, ours, theirs);
}

/* folders end with NULL; "" is the namespace itself. */
static void
look_namespace(struct check *check, const struct own *own,
	const char *const *folders)
{
	const char *prefix = check_dovecot_setting(check, own->setting,
		own->preset);
	const char *namespace = find_namespace(check, prefix);

	if (namespace == NULL) {
		check_wrong(check, pool_printf(check->pool, "namespace %s { } "
			"with prefix = %s/, as sekisho-dovecot(8), "
			"CONFIGURATION, has it" RELOAD, own->name, prefix),
			"there is no namespace for %s: none has the prefix "
			"%s/", prefix, prefix);
		return;
	}
	for (; *folders != NULL; folders++)
		if (!has_mailbox(check, namespace, *folders))
			check_wrong(check, pool_printf(check->pool, "in "
				"namespace %s { }: mailbox \"%s\" { "
				"auto = create }, each on a line of its own"
				RELOAD, own->name, *folders), "%s has no "
				"folder \"%s\" that Dovecot makes", prefix,
				*folders);
	if (strstr(namespace, "\n  hidden = yes\n") == NULL)
		check_wrong(check, pool_printf(check->pool, "in namespace %s "
			"{ }: hidden = yes" RELOAD, own->name), "%s is told "
			"to clients as a namespace, and Thunderbird does not "
			"find the folder of that name then", prefix);
	look_location(check, own, prefix, namespace);
}

static void
look_quarantine(struct check *check)
{
	const char *const folders[] = { "",
		check_dovecot_setting(check, "sekisho_deliver", "Deliver"),
		check_dovecot_setting(check, "sekisho_approve",
			"Deliver and Approve"),
		check_dovecot_setting(check, "sekisho_request",
			"Request Release"), NULL };

	if (is_without_us(check))
		return;
	look_namespace(check, &quarantine, folders);
	look_separator(check, check_dovecot_setting(check, quarantine.setting,
		quarantine.preset));
}

static void
look_senders(struct check *check)
{
	static const char *const folders[] = { "", NULL };

	if (is_without_us(check))
		return;
	look_namespace(check, &lists[0], folders);
	look_namespace(check, &lists[1], folders);
}

/* Is the folder no part of the quota? */
static bool
is_ignored(struct check *check, const char *name)
{
	const char *namespace = find_namespace(check, name);

	if (check->dovecot_old)
		return strstr(check->dovecot_text, pool_printf(check->pool,
			" = %s:ignore", name)) != NULL;
	return namespace == NULL ||
		strstr(namespace, "\n  quota_ignore = yes") != NULL;
}

static void
look_quota(struct check *check)
{
	const char *name = check_dovecot_setting(check, "sekisho_quarantine",
		"Quarantine");

	if (has_plugin(check, "lmtp", "quota") && !is_ignored(check, name))
		check_wrong(check, check->dovecot_old ? pool_printf(check->pool,
			"in plugin { }: quota_rule2 = %s:ignore" RELOAD, name) :
			"in namespace quarantine { }: quota_ignore = yes"
			RELOAD, "held mail counts for the quota: whoever is "
			"over it gets none");
}

/* -- what it has to do with sekishod -------------------------------------- */

static void
look_socket(struct check *check)
{
	const char *theirs = check_dovecot_setting(check, "sekisho_socket",
		"/run/sekisho/control.sock"), *ours;

	if (check->config == NULL || is_without_us(check)) {
		check_pass(check);
		return;
	}
	ours = pool_printf(check->pool, "%s/control.sock",
		check->config->run_dir);
	if (!check_same(theirs, ours))
		check_wrong(check, pool_printf(check->pool, "%ssekisho_socket "
			"= %s" RELOAD, our_block(check), ours), "Dovecot asks "
			"at %s, but sekishod listens at %s", theirs, ours);
}

/* Without a scanner nothing is released, unless nobody shall be asked. */
static void
look_rescan(struct check *check)
{
	if (check->config == NULL || check->config->inspectors > 0)
		check_pass(check);
	else if (strcmp(check_dovecot_setting(check, "sekisho_rescan",
	    "required"), "required") == 0)
		check_wrong(check, pool_printf(check->pool, "%ssekisho_rescan "
			"= off" RELOAD "; or a scanner: inspectors = 2 in "
			"sekishod.conf", our_block(check)), "nothing can be "
			"released: sekisho_rescan is required, "
			"and this host has no scanner (inspectors = 0)");
}

/* The user that all mail belongs to, where there is one. */
static void
look_user(struct check *check)
{
	const char *name = setting(check, NULL, "mail_uid");
	const struct passwd *pw;

	if (check->config == NULL) {
		check_pass(check);
		return;
	}
	if (*name == '\0') {
		if (check->config->control_uids.count == 0)
			check_wrong(check, "control-users = the users of "
				"Dovecot's mail processes, in sekishod.conf; "
				"systemctl reload sekishod", "control-users "
				"is empty, so Dovecot may not ask sekishod");
		return;
	}
	pw = name[strspn(name, "0123456789")] == '\0' ?
		getpwuid((uid_t)strtoul(name, NULL, 10)) : getpwnam(name);
	if (pw != NULL && pw->pw_uid != 0 && pw->pw_uid !=
	    check->config->uid && !user_list_has(&check->config->control_uids,
	    pw->pw_uid))
		check_wrong(check, pool_printf(check->pool, "control-users = %s"
			", in sekishod.conf; systemctl reload sekishod",
			pw->pw_name), "Dovecot's mail user %s is not in "
			"control-users, so it may not ask sekishod",
			pw->pw_name);
}

static void
look_fsync(struct check *check)
{
	if (strcmp(setting(check, "lmtp", "mail_fsync"), "never") == 0)
		check_wrong(check, "mail_fsync = optimized" RELOAD,
			"mail_fsync is never: mail that Exim was told is "
			"filed is lost when the power fails");
}

/* Exim has to know the mail that Dovecot sends on: it would hold it again. */
static void
look_submission(struct check *check)
{
	const char *server = check_dovecot_setting(check,
		"sekisho_submission", "");

	if (*server != '\0' && check->exim_text != NULL &&
	    check_macro(check, "SEKISHO_RELEASE_HOSTS") == NULL)
		check_wrong(check, "SEKISHO_RELEASE_HOSTS = 127.0.0.1, before "
			"sekisho.main; daemon_smtp_ports = 25 : 10025; service "
			"exim4 restart", "what users deliver goes to %s, and "
			"Exim does not know it: it would be held again",
			server);
}

static const struct check_look looks[] = {
	{ "the plug-ins are in mail_plugins", look_plugins },
	{ "the plug-ins are where it looks for them", look_files },
	{ "not every user is an administrator", look_administrator },
	{ "the quarantine is a namespace with its folders", look_quarantine },
	{ "approved and blocked senders are namespaces", look_senders },
	{ "held mail does not count for the quota", look_quota },
	{ "it asks where sekishod listens", look_socket },
	{ "its mail user may ask sekishod", look_user },
	{ "held mail can be scanned when it is released", look_rescan },
	{ "released mail is known to Exim", look_submission },
	{ "what it has taken survives a power failure", look_fsync },
	{ NULL, NULL },
};

const struct check_area check_dovecot = { "Dovecot", begin, looks };
