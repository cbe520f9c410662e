/*
 * check_digest.c - what Dovecot does only where somebody wants it: digests, and
 * a spam filter that learns.
 */
#include <string.h>
#include <unistd.h>

#include "check_dovecot.h"

static bool
has_service(const struct check *check)
{
	return strstr(check->dovecot_text, "\nservice sekisho-digest {") !=
		NULL;
}

/* "off" for all counts as well: users may choose otherwise. */
static bool
digests_are_wanted(struct check *check)
{
	return has_service(check) ||
		*check_dovecot_setting(check, "sekisho_digest", "") != '\0';
}

static void
look_links(struct check *check)
{
	if (!digests_are_wanted(check))
		return;
	if (!has_service(check))
		check_wrong(check, "service sekisho-digest { }, as sekisho-"
			"dovecot(8), DIGESTS, has it; doveadm reload",
			"the links of digests do nothing: Dovecot has no "
			"service sekisho-digest");
	if (check->config != NULL && *check->config->account_url == '\0')
		check_wrong(check, "account-url = the address of the webmail, "
			"in sekishod.conf; systemctl restart sekishod",
			"no digest can be sent: account-url is not set, and "
			"its links have to lead somewhere");
}

/* Dovecot keeps it as an annotation of the quarantine (RFC 5464). */
static void
look_choice(struct check *check)
{
	if (!digests_are_wanted(check))
		return;
	if (strstr(check->dovecot_text, check->dovecot_old ?
	    "\nmail_attribute_dict = " : "\nmail_attribute {") == NULL)
		check_wrong(check, check->dovecot_old ? "mail_attribute_dict ="
			" file:%h/dovecot-attributes; doveadm reload" :
			"mail_attribute { }, as sekisho-dovecot(8), DIGESTS, "
			"has it; doveadm reload", "users cannot choose how "
			"often a digest comes: Dovecot has no place for it");
	if (strstr(check->dovecot_text, " imap_metadata = yes") == NULL)
		check_wrong(check, "in protocol imap { }: imap_metadata = yes; "
			"doveadm reload", "users cannot choose how often a "
			"digest comes: imap_metadata is off");
}

static void
look_digest_timer(struct check *check)
{
	if (digests_are_wanted(check))
		check_timer(check, "sekisho-digest", "no digest is sent");
}

static void
look_learning(struct check *check)
{
	const char *program = check_dovecot_setting(check, "sekisho_learn",
		"");

	if (*program == '\0')
		return;
	if (access(program, X_OK) < 0)
		check_wrong(check, "sekisho_learn = /usr/share/sekisho/"
			"dovecot/learn-rspamd, or learn-spamassassin; doveadm "
			"reload", "the spam filter learns nothing: "
			"sekisho_learn = %s is no program", program);
	check_timer(check, "sekisho-learn", "the spam filter learns nothing");
}

static const struct check_look looks[] = {
	{ "links of digests, if wanted, lead somewhere", look_links },
	{ "users can choose how often they come", look_choice },
	{ "a timer sends them", look_digest_timer },
	{ "the spam filter, if wanted, learns", look_learning },
	{ NULL, NULL },
};

const struct check_area check_digest = { "digests",
	check_dovecot_is_here, looks };
