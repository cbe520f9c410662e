/*
 * check_rehearsal.c - one mail through Exim, as `exim -bh` plays it: all ACLs
 * and our module with the real sekishod, but nothing is delivered or logged by
 * Exim.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "check_private.h"
#include "command.h"

#define CLIENT "192.0.2.1"	/* from outside; nobody has it (RFC 5737) */
#define PATIENCE 120000		/* milliseconds: names are looked up, too */
#define SAID_MAX (4u << 20)

/* Which answer of Exim is about what. */
enum step { STEP_GREETING, STEP_EHLO, STEP_MAIL, STEP_RCPT, STEP_DATA,
	STEP_DOT, STEPS };

static bool
begin(struct check *check)
{
	if (check->exim == NULL || check->exim_text == NULL)
		check_skip(check, "there is no Exim to play it with");
	else if (check->config == NULL)
		check_skip(check, "sekishod.conf does not say who Exim's user "
			"is");
	else
		return true;
	return false;
}

/* -- for whom ------------------------------------------------------------- */

static bool
is_domain(const char *item)
{
	return strchr(item, '.') != NULL && item[strspn(item,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.-")] == '\0';
}

/*
 * The domain of a list of Exim that the policy protects, else its first one,
 * else the host's name, if "@" is in it, else NULL. Items that are no plain
 * domains are passed over.
 */
static const char *
domain_of(struct check *check, const char *list)
{
	const char *first = NULL, *host = NULL, *item, *at;
	int status;
	char *rest, *next;

	at = check_exim_says(check, "-be", pool_printf(check->pool,
		"${listnamed:%s}", list), &status);
	if (status != 0 || strncmp(at, "Failed", 6) == 0)
		return NULL;
	rest = pool_strdup(check->pool, check_line(check, at));
	while ((next = strsep(&rest, ":;, ")) != NULL) {
		item = next;
		if (strcmp(next, "@") == 0)
			item = host = check_line(check, check_exim_says(check,
				"-be", "$primary_hostname", &status));
		if (!is_domain(item))
			continue;
		if (check->policy != NULL &&
		    policy_protects(check->policy, item))
			return item;
		if (first == NULL && item != host)
			first = item;
	}
	return first != NULL || host == NULL || !is_domain(host) ? first :
		host;
}

/* Whom the mail is for, or NULL: nobody is known. */
static const char *
find_recipient(struct check *check)
{
	const char *local, *domain, *relay;

	if (check->recipient != NULL)
		return check->recipient;
	local = domain_of(check, "local_domains");
	relay = domain_of(check, "relay_to_domains");
	domain = local != NULL ? local : relay;
	if (relay != NULL && check->policy != NULL &&
	    policy_protects(check->policy, relay) &&
	    !policy_protects(check->policy, domain))
		domain = relay;
	return domain == NULL ? NULL : pool_printf(check->pool,
		"postmaster@%s", domain);
}

static const char *
domain_of_address(const char *address)
{
	const char *at = strrchr(address, '@');

	return at == NULL ? "" : at + 1;
}

static void
look_protected(struct check *check)
{
	const char *recipient = find_recipient(check);

	if (recipient == NULL || check->policy == NULL) {
		check_pass(check);
		return;
	}
	if (!policy_protects(check->policy, domain_of_address(recipient)))
		check_wrong(check, pool_printf(check->pool, "<domain>%s"
			"</domain> into <protected> of %s; systemctl reload "
			"sekishod", domain_of_address(recipient),
			check->config->policy), "the policy protects none of "
			"Exim's domains, such as %s, so no rule is about their "
			"mail", domain_of_address(recipient));
}

/* -- the mail ------------------------------------------------------------- */

static const char *
play(struct check *check, const char *recipient, int *status_r)
{
	const char *argv[] = { check->exim, "-bh", CLIENT, NULL, NULL, NULL };
	struct command command = { .argv = argv, .input = pool_printf(
		check->pool, "EHLO check.sekisho.invalid\r\n"
		"MAIL FROM:<>\r\nRCPT TO:<%s>\r\nDATA\r\n"
		"From: sekisho check <check@sekisho.invalid>\r\nTo: <%s>\r\n"
		"Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
		"Message-ID: <check@sekisho.invalid>\r\n"
		"Subject: sekisho check\r\n\r\nNothing.\r\n.\r\nQUIT\r\n",
		recipient, recipient), .uid = check->config->mta_uid,
		.gid = check->config->mta_gid,
		.deadline = sekisho_deadline(PATIENCE) };
	struct sekisho_error err;
	struct sekisho_buf out;
	const char *said = "";

	if (check->exim_config != NULL) {
		argv[3] = "-C";
		argv[4] = check->exim_config;
	}
	sekisho_buf_init(&out, SAID_MAX);
	*status_r = command_run(&command, &out, &err);
	if (out.len > 0)
		said = pool_printf(check->pool, "\n%s", out.data);
	sekisho_buf_free(&out);
	return said;
}

/* The answer to that step, or "". */
static const char *
answer_to(struct check *check, const char *said, enum step step)
{
	const char *at;
	unsigned int count = 0;

	for (at = strchr(said, '\n'); at != NULL; at = strchr(at + 1, '\n'))
		if (at[1] >= '2' && at[1] <= '5' &&
		    isdigit((unsigned char)at[2]) &&
		    isdigit((unsigned char)at[3]) && at[4] == ' ' &&
		    count++ == step)
			return check_line(check, at);
	return "";
}

/* What would have been a line of Exim's log, with this word in it, or NULL. */
static const char *
logged(struct check *check, const char *said, const char *word)
{
	const char *at = said, *line;

	while ((at = strstr(at, "\nLOG: ")) != NULL) {
		at += 6;
		line = check_line(check, at);
		if (strstr(line, word) != NULL)
			return line;
	}
	return NULL;
}

/* The module says what to do; here is how. */
static const char *
mend_defer(const char *reason)
{
	static const char *const mends[][2] = {
		{ "routers are missing", "first in the routers section: "
			".include /etc/exim4/sekisho/sekisho.routers" },
		{ "ACL did not run", "in the ACL of acl_smtp_data, before its "
			"first accept: warn acl = acl_sekisho_data" },
		{ "No such file", "systemctl start sekishod; or "
			"SEKISHO_SOCKET = its run-dir/scan.sock" },
		{ "Connection refused", "systemctl restart sekishod" },
		{ "Permission denied", "mta-user = Exim's user, in "
			"sekishod.conf; systemctl restart sekishod" },
		{ "built for another Exim", "apt-get install exim4-dev; make "
			"clean; make && make install; service exim4 restart" },
		{ "not a frame of this version", "install module and sekishod "
			"of one version, restart both" },
	};
	size_t i;

	for (i = 0; i < sizeof(mends) / sizeof(mends[0]); i++)
		if (strstr(reason, mends[i][0]) != NULL)
			return mends[i][1];
	return "sekisho-exim(8), DIAGNOSTICS, and sekishod's log";
}

/* No line of the module: it did not come that far, or was not asked. */
static void
judge_silence(struct check *check, const char *said, int status)
{
	const char *line = logged(check, said, "local_scan");
	const char *dot = answer_to(check, said, STEP_DOT);

	if (line == NULL)
		line = logged(check, said, "recompile your module");
	if (line != NULL)
		check_wrong(check, "apt-get install exim4-dev; make clean; "
			"make && make install; service exim4 restart",
			"Exim cannot use the module: %s", line);
	else if (*dot == '2')
		check_wrong(check, "include sekisho.main (sekisho-exim(8)); "
			"without SEKISHO_COMPILED_IN unless this Exim contains "
			"the module", "mail passes without being looked at");
	else
		check_wrong(check, "sekisho-exim(8), DIAGNOSTICS", "a mail "
			"does not pass: %s (exit status %d)", *dot != '\0' ?
			dot : "no answer", status);
}

static void
judge(struct check *check, const char *said, int status)
{
	const char *line = logged(check, said, " sekisho: ");
	const char *error = line == NULL ? NULL : strstr(line, "error=");

	if (line == NULL)
		judge_silence(check, said, status);
	else if (error != NULL)
		check_wrong(check, mend_defer(error), "a mail would %s: %s",
			strstr(line, "action=unscanned") != NULL ?
			"pass unscanned" : "get a 451", error + 6);
	line = logged(check, said, "spam acl condition");
	if (line != NULL)
		check_wrong(check, "start the spam filter, or correct "
			"spamd_address; without one, take SEKISHO_SPAM out",
			"the spam filter does not answer: %s", line);
}

static void
look_play(struct check *check)
{
	const char *recipient = find_recipient(check), *said, *rcpt;
	int status;

	if (recipient == NULL) {
		check_skip(check, "Exim's lists name no domain; --recipient "
			"says for whom the mail shall be");
		return;
	}
	said = play(check, recipient, &status);
	rcpt = answer_to(check, said, STEP_RCPT);
	if (*rcpt != '2' && *rcpt != '\0')
		check_skip(check, "Exim takes no mail for %s from " CLIENT
			": %s; --recipient names somebody else", recipient,
			rcpt);
	else
		judge(check, said, status);
}

static const struct check_look looks[] = {
	{ "the policy protects a domain of Exim's", look_protected },
	{ "a mail from outside is looked at and let through", look_play },
	{ NULL, NULL },
};

const struct check_area check_rehearsal = { "mail", begin, looks };
