/*
 * check_exim.c - Exim's configuration, as Exim itself reads it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check_private.h"

#define PIECES "/etc/exim4/sekisho"
#define DEBIAN "; update-exim4.conf; service exim4 restart"

/* -- asking Exim ---------------------------------------------------------- */

const char *
check_exim_says(struct check *check, const char *option, const char *argument,
	int *status_r)
{
	const char *argv[7] = { check->exim };
	size_t count = 1;

	if (check->exim_config != NULL) {
		argv[count++] = "-C";
		argv[count++] = check->exim_config;
	}
	argv[count++] = option;
	argv[count] = argument;
	return check_run(check, argv, status_r);
}

const char *
check_macro(struct check *check, const char *name)
{
	const char *line = pool_printf(check->pool, "\n%s = ", name);
	const char *at = check->exim_text == NULL ? NULL :
		strstr(check->exim_text, line);

	/* An empty one has no blank at its end. */
	if (at == NULL && check->exim_text != NULL && strstr(check->exim_text,
	    pool_printf(check->pool, "\n%s =\n", name)) != NULL)
		return "";
	return at == NULL ? NULL : check_line(check, at + strlen(line));
}

/* An option of the main section; "" when it is not set or not known. */
static const char *
option(struct check *check, const char *name)
{
	int status;
	const char *line = check_line(check, check_exim_says(check, "-bP",
		name, &status));
	const char *equals = strstr(line, " = ");

	return status != 0 || equals == NULL ? "" : equals + 3;
}

static const char *
find_exim(struct check *check)
{
	static const char *const places[] = { "/usr/sbin/exim4",
		"/usr/sbin/exim", "/usr/exim/bin/exim" };
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	check_skip(check, "there is no %s on this host; --exim says where it "
		"is", places[0]);
	return NULL;
}

static bool
begin(struct check *check)
{
	const char *said;
	int status;

	if (check->exim == NULL)
		check->exim = find_exim(check);
	else if (strcmp(check->exim, "none") == 0) {
		check_skip(check, "--exim none");
		check->exim = NULL;
	}
	if (check->exim == NULL)
		return false;
	said = check_exim_says(check, "-bP", "config", &status);
	if (status != 0) {
		check_wrong(check, "exim4 -bV says where; sekisho-exim(8) has "
			"the pieces and their places", "%s does not take its "
			"configuration: %s", check->exim, *said == '\0' ?
			"it cannot be run" : check_words(check, said));
		return false;
	}
	check->exim_text = pool_printf(check->pool, "\n%s", said);
	return true;
}

/* -- the module ----------------------------------------------------------- */

/* Which part of sekisho-exim(8) has the commands for this site. */
static const char *
chapter(struct check *check)
{
	static const char *const argv[] = { "grep", "-E",
		"^dc_use_split_config=['\"]?true",
		"/etc/exim4/update-exim4.conf.conf", NULL };
	int status;

	if (access(argv[3], F_OK) < 0)
		return "A CONFIGURATION WRITTEN BY HAND";
	check_run(check, argv, &status);
	return status == 0 ? "Split configuration" : "Unsplit configuration";
}

/* Nothing of ours is there: look_module() has said it. */
static bool
is_without_us(struct check *check)
{
	if (check_macro(check, "SEKISHO_MAIN") != NULL)
		return false;
	check_pass(check);
	return true;
}

static void
look_module(struct check *check)
{
	const char *path = option(check, "local_scan_path");

	if (check_macro(check, "SEKISHO_MAIN") == NULL)
		check_wrong(check, pool_printf(check->pool, "the commands of "
			"sekisho-exim(8), %s; service exim4 restart",
			chapter(check)), "sekisho.main is not included, so "
			"nothing is scanned");
	else if (check_macro(check, "SEKISHO_COMPILED_IN") != NULL)
		return;		/* the rehearsal shows */
	else if (*path == '\0')
		check_wrong(check, "install an Exim that loads modules "
			"(Debian's does), or compile it in (sekisho-exim(8))",
			"local_scan_path is not set: no module is loaded");
	else if (access(path, F_OK) < 0)
		check_wrong(check, "install sekisho-exim, or: make install; "
			"or SEKISHO_MODULE = where it is, before sekisho.main"
			DEBIAN, "the module %s is not there", path);
	else if (check->config != NULL && !check_can(path,
	    check->config->mta_uid, check->config->mta_gid, R_OK))
		check_wrong(check, pool_printf(check->pool, "chmod 0644 %s",
			path), "user %s cannot read the module %s",
			check->config->mta_user, path);
}

static void
look_user(struct check *check)
{
	int status;
	const char *said;

	if (check->config == NULL) {
		check_pass(check);
		return;
	}
	said = check_line(check, check_exim_says(check, "-be", "$exim_uid",
		&status));
	if (status == 0 && strtoul(said, NULL, 10) != check->config->mta_uid)
		check_wrong(check, "mta-user = Exim's user, in sekishod.conf; "
			"systemctl restart sekishod", "Exim runs as user %s, "
			"but mta-user is %s (%u)", said,
			check->config->mta_user,
			(unsigned int)check->config->mta_uid);
}

static void
look_socket(struct check *check)
{
	const char *theirs = check_macro(check, "SEKISHO_SOCKET"), *ours;

	if (theirs == NULL || check->config == NULL) {
		check_pass(check);
		return;
	}
	ours = pool_printf(check->pool, "%s/scan.sock",
		check->config->run_dir);
	if (!check_same(theirs, ours))
		check_wrong(check, pool_printf(check->pool, "SEKISHO_SOCKET = "
			"%s, before sekisho.main" DEBIAN, ours), "Exim asks at "
			"%s, but sekishod listens at %s", theirs, ours);
}

static void
look_deadline(struct check *check)
{
	const char *macro = check_macro(check, "SEKISHO_DEADLINE");
	unsigned long seconds = macro == NULL ? 0 : strtoul(macro, NULL, 10);

	if (macro == NULL || check->config == NULL) {
		check_pass(check);
		return;
	}
	if (seconds <= check->config->deadline)
		check_wrong(check, "SEKISHO_DEADLINE = 60 and deadline = 50",
			"SEKISHO_DEADLINE is %s seconds, which is not more than"
			" deadline in sekishod.conf (%u)", macro,
			check->config->deadline);
	else if (seconds >= 90)
		check_wrong(check, "SEKISHO_DEADLINE = 60", "SEKISHO_DEADLINE "
			"is %s seconds, which is not less than "
			"local_scan_timeout (90)", macro);
}

/* -- routers, transports, ACLs -------------------------------------------- */

static void
look_routers(struct check *check)
{
	static const char mend[] = "first in the routers section: .include "
		PIECES "/sekisho.routers (Debian's split form: "
		"conf.d/router/010_sekisho)" DEBIAN;
	static const char *const names[] = { "sekisho_probe",
		"sekisho_outcome", "sekisho_delete", "sekisho_reject",
		"sekisho_hold_outside", "sekisho_hold_for_administrators",
		"sekisho_hold_alias", "sekisho_hold", "sekisho_hold_nowhere",
		"sekisho_variant", "sekisho_headers", "sekisho_end" };
	int status;
	const char *list = check_exim_says(check, "-bP", "router_list",
		&status), *line;
	size_t i;

	if (is_without_us(check))
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		line = check_line(check, list);
		if (strcmp(line, names[i]) != 0) {
			check_wrong(check, mend, "the routers do not begin "
				"with ours: instead of %s comes %s", names[i],
				*line == '\0' ? "none" : line);
			return;
		}
		list = strchr(list, '\n');
		list = list == NULL ? "" : list + 1;
	}
}

static void
look_transports(struct check *check)
{
	static const char *const names[] = { "sekisho_variant",
		"sekisho_hold" };
	int status;
	const char *list = pool_printf(check->pool, "\n%s", check_exim_says(
		check, "-bP", "transport_list", &status));
	size_t i;

	if (is_without_us(check))
		return;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(list, pool_printf(check->pool, "\n%s\n",
		    names[i])) == NULL) {
			check_wrong(check, "in the transports section: "
				".include " PIECES "/sekisho.transports "
				"(Debian's split form: conf.d/transport/"
				"30_sekisho)" DEBIAN,
				"there is no transport %s", names[i]);
			return;
		}
}

/*
 * The lines of the ACL of this name, or "": it is not in the configuration.
 * Exim prints an empty line before each, and "begin" before a section.
 */
static const char *
acl_text(struct check *check, const char *name)
{
	const char *at = strstr(check->exim_text, pool_printf(check->pool,
		"\n  %s:\n", name)), *end, *begin;

	if (at == NULL)
		return "";
	end = strstr(at + 1, "\n\n");
	begin = strstr(at, "\nbegin ");
	if (end == NULL || (begin != NULL && begin < end))
		end = begin;
	return end == NULL ? at : pool_strndup(check->pool, at,
		(size_t)(end - at));
}

/* Does the ACL of this option call ours? */
static void
look_acl(struct check *check, const char *which, const char *ours,
	const char *mend)
{
	const char *name = option(check, which);

	if (strcmp(name, ours) == 0)
		return;
	if (*name == '\0')
		check_wrong(check, mend, "%s is not set, so %s is not called",
			which, ours);
	else if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] != '\0')
		check_skip(check, "%s is not the name of an ACL but %s", which,
			name);
	else if (strstr(acl_text(check, name), ours) == NULL)
		check_wrong(check, mend, "the ACL %s of %s does not call %s",
			name, which, ours);
}

static void
look_acls(struct check *check)
{
	if (is_without_us(check))
		return;
	if (*acl_text(check, "acl_sekisho_data") == '\0') {
		check_wrong(check, "in the acl section: .include " PIECES
			"/sekisho.acl (Debian's split form: conf.d/acl/"
			"50_sekisho)" DEBIAN, "sekisho.acl is not included, so "
			"mail gets a 451");
		return;
	}
	look_acl(check, "acl_smtp_data", "acl_sekisho_data", "in the ACL of "
		"acl_smtp_data, before its last accept: warn acl = "
		"acl_sekisho_data" DEBIAN);
	look_acl(check, "acl_smtp_rcpt", "acl_sekisho_rcpt", "in the ACL of "
		"acl_smtp_rcpt, after relay hosts are accepted: require acl = "
		"acl_sekisho_rcpt" DEBIAN);
	look_acl(check, "acl_not_smtp", "acl_sekisho_not_smtp", "in the ACL of "
		"acl_not_smtp: warn acl = acl_sekisho_not_smtp" DEBIAN);
}

/* Mail leaves before it is scanned: sekisho-exim(8), CAVEATS. */
static void
look_cutthrough(struct check *check)
{
	if (strstr(check->exim_text, "cutthrough_delivery") != NULL)
		check_wrong(check, "take control = cutthrough_delivery out of "
			"the ACLs" DEBIAN, "an ACL has cutthrough_delivery, "
			"which hands mail on before it is scanned");
}

static void
look_retry(struct check *check)
{
	int status;
	const char *said = check_exim_says(check, "-brt",
		"check@sekisho.invalid", &status);

	if (strstr(said, "Retry rule:") == NULL)
		check_wrong(check, "in the retry section, last: * * F,2h,15m; "
			"G,16h,1h,1.5; F,4d,6h", "there is no retry rule for "
			"every address: mail that cannot be delivered at once "
			"would bounce");
}

/* Held mail that was released comes in by a port of its own. */
static void
look_release(struct check *check)
{
	const char *port = check_macro(check, "SEKISHO_RELEASE_PORT");
	const char *ports = option(check, "daemon_smtp_ports");

	if (check_macro(check, "SEKISHO_RELEASE_HOSTS") == NULL ||
	    port == NULL || *ports == '\0')
		return;
	if (strstr(pool_printf(check->pool, " %s ", ports),
	    pool_printf(check->pool, " %s ", port)) == NULL)
		check_wrong(check, pool_printf(check->pool, "daemon_smtp_ports "
			"= %s : %s" DEBIAN, ports, port), "Exim does not "
			"listen at SEKISHO_RELEASE_PORT (%s), where Dovecot "
			"sends what users deliver", port);
}

/* -- files ---------------------------------------------------------------- */

static void
look_programs(struct check *check)
{
	static const char *const macros[] = { "SEKISHO_VARIANT",
		"SEKISHO_SEAL" };
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(macros) / sizeof(macros[0]); i++) {
		path = check_macro(check, macros[i]);
		if (path == NULL || check->config == NULL)
			check_pass(check);
		else if (!check_can(path, check->config->mta_uid,
		    check->config->mta_gid, X_OK))
			check_wrong(check, pool_printf(check->pool, "make "
				"install; or %s = where it is, before "
				"sekisho.main" DEBIAN, macros[i]), "user %s "
				"cannot run %s", check->config->mta_user,
				path);
	}
}

static void
look_spool(struct check *check)
{
	const char *spool = option(check, "spool_directory"), *path;

	if (check->config == NULL || *spool == '\0') {
		check_pass(check);
		return;
	}
	path = pool_printf(check->pool, "%s/sekisho", spool);
	if (access(path, F_OK) < 0)
		path = spool;	/* the module makes it there */
	if (!check_can(path, check->config->mta_uid, check->config->mta_gid,
	    R_OK | W_OK | X_OK))
		check_wrong(check, pool_printf(check->pool, "chown %s: %s; "
			"chmod 0750 %s", check->config->mta_user, path, path),
			"user %s cannot write into %s, where bodies for some "
			"recipients lie", check->config->mta_user, path);
}

/* Mail that a rule holds goes to Dovecot's LMTP socket on this host. */
static void
look_lmtp(struct check *check)
{
	const char *path = check_macro(check, "SEKISHO_QUARANTINE_SOCKET");
	struct stat st;

	if (path == NULL || check->policy == NULL) {
		check_pass(check);
		return;
	}
	if (!policy_holds(check->policy))
		return;
	if (check_macro(check, "SEKISHO_QUARANTINE_HOST") != NULL)
		check_skip(check, "held mail goes to another host, "
			"SEKISHO_QUARANTINE_HOST");
	else if (stat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
		check_wrong(check, "service dovecot start; SEKISHO_QUARANTINE_"
			"SOCKET = Dovecot's LMTP socket; without Dovecot, "
			"<reject/> for <quarantine/> in the policy", "held "
			"mail goes to %s, and there is no socket", path);
	else if (!check_can(path, check->config->mta_uid,
	    check->config->mta_gid, W_OK))
		check_wrong(check, pool_printf(check->pool, "in Dovecot: "
			"service lmtp { unix_listener lmtp { mode = 0600; user "
			"= %s } }, each on a line of its own; doveadm reload",
			check->config->mta_user), "user %s cannot open "
			"Dovecot's socket %s, where held mail goes",
			check->config->mta_user, path);
}

/* The file of Exim's configuration that was changed after that, or NULL. */
static const char *
changed_since(struct check *check, time_t when)
{
	const char *at = check->exim_text, *path;
	struct stat st;

	/* # 27 "FILE" begins what was read from it. */
	while ((at = strstr(at, "\n# ")) != NULL) {
		at += 3;
		path = at + strspn(at, "0123456789");
		if (strncmp(path, " \"", 2) != 0)
			continue;
		path = pool_strndup(check->pool, path + 2, strcspn(path + 2,
			"\"\n"));
		if (stat(path, &st) == 0 && st.st_mtime > when + 1)
			return path;
	}
	path = option(check, "local_scan_path");
	return *path != '\0' && stat(path, &st) == 0 && st.st_mtime > when + 1 ?
		path : NULL;
}

/* The process that its pid file names, or 0; *when_r is when it was written. */
static unsigned long
daemon_pid(const char *file, time_t *when_r)
{
	FILE *in = fopen(file, "re");
	unsigned long pid = 0;
	struct stat st;

	if (in == NULL)
		return 0;
	if (fstat(fileno(in), &st) < 0 || fscanf(in, "%lu", &pid) != 1)
		pid = 0;
	else
		*when_r = st.st_mtime;
	(void)fclose(in);
	return pid;
}

/* A daemon that stays in the foreground has no pid file, but this socket. */
static bool
has_notifier(struct check *check)
{
	static const char *const argv[] = { "cat", "/proc/net/unix", NULL };
	int status;

	return strstr(check_run(check, argv, &status), pool_printf(check->pool,
		"%s/exim_daemon_notify", option(check, "spool_directory"))) !=
		NULL;
}

/* It writes its pid anew when it reads its configuration anew. */
static void
look_daemon(struct check *check)
{
	time_t when = 0;
	unsigned long pid = daemon_pid(option(check, "pid_file_path"), &when);
	const char *changed;

	if (pid == 0 || access(pool_printf(check->pool, "/proc/%lu", pid),
	    F_OK) < 0) {
		if (*option(check, "notifier_socket") != '\0' &&
		    !has_notifier(check))
			check_wrong(check, "service exim4 restart", "no daemon "
				"of Exim runs");
		return;
	}
	changed = changed_since(check, when);
	if (changed != NULL)
		check_wrong(check, "service exim4 restart", "Exim's daemon "
			"works with what was in %s before it was changed",
			changed);
}

static const struct check_look looks[] = {
	{ "it takes its configuration and loads the module", look_module },
	{ "it runs as mta-user", look_user },
	{ "it asks where sekishod listens", look_socket },
	{ "it waits longer than sekishod works", look_deadline },
	{ "our routers come first", look_routers },
	{ "our transports are there", look_transports },
	{ "the ACLs call ours", look_acls },
	{ "nothing is delivered before it is scanned", look_cutthrough },
	{ "there is a retry rule for every address", look_retry },
	{ "the programs of the transports can be run", look_programs },
	{ "bodies can be written into the spool", look_spool },
	{ "held mail comes to Dovecot", look_lmtp },
	{ "released mail may come in", look_release },
	{ "its daemon runs, with this configuration", look_daemon },
	{ NULL, NULL },
};

const struct check_area check_exim = { "Exim", begin, looks };
