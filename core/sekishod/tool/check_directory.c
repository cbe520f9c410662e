/*
 * check_directory.c - every server of ldap-uri: is it there, does it let us
 * in, does it know what accounts are?
 */
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "check_private.h"
#include "directory_check.h"

static bool
begin(struct check *check)
{
	if (check->config == NULL)
		check_skip(check, "sekishod.conf does not say where it is");
	else if (*check->config->ldap_uri == '\0')
		check_skip(check, "sekishod.conf has no ldap-uri, so nobody "
			"approves senders");
	else
		return true;
	return false;
}

/* The command that prepares a directory, and what it has to be told. */
static const char *
install(struct check *check)
{
	return pool_printf(check->pool, "on the host of slapd: "
		"/usr/share/sekisho/ldap-schema/install -b %s -P",
		check->config->ldap_base);
}

static const char *
mend_bind(struct check *check, bool refused, const char *reason)
{
	if (refused)
		return pool_printf(check->pool, "%s; then copy the password to "
			"%s, and compare ldap-bind-dn with what it says",
			install(check),
			*check->config->ldap_bind_password_file == '\0' ?
			"ldap-bind-password-file" :
			check->config->ldap_bind_password_file);
	if (strstr(reason, "no TLS") != NULL)
		return "let ldap-ca-file name who signed the server's "
			"certificate, and ldap-uri the name that is in it";
	return "systemctl start slapd there; or correct ldap-uri in "
		"sekishod.conf (try: ldapwhoami -x -H URI)";
}

static void
look_facts(struct check *check, const char *uri,
	const struct directory_facts *facts)
{
	const struct config *config = check->config;

	if (facts->missing != NULL)
		check_wrong(check, install(check), "%s does not know %s, which "
			"is in our schema", uri, facts->missing);
	if (!facts->base)
		check_wrong(check, pool_printf(check->pool, "correct ldap-base "
			"in sekishod.conf; or, if it is there, %s",
			install(check)), "ldap-base %s is not in %s, or %s may "
			"not see it", config->ldap_base, uri,
			*config->ldap_bind_dn == '\0' ? "we" :
			config->ldap_bind_dn);
	else if (!facts->may_search)
		check_wrong(check, install(check), "%s may not search for "
			"accounts below %s", *config->ldap_bind_dn == '\0' ?
			"nobody" : config->ldap_bind_dn, config->ldap_base);
	else if (!facts->has_account)
		check_skip(check, "nobody has an account yet, so nobody "
			"approves or blocks senders: doveadm sekisho account "
			"create");
	if (facts->no_index != NULL)
		check_wrong(check, install(check), "%s has no index of %s: "
			"every mail would search all entries", uri,
			facts->no_index);
	if (facts->no_overlay != NULL)
		check_wrong(check, install(check), "%s has no overlay %s, "
			"which keeps the limits of accounts", uri,
			facts->no_overlay);
	if (!facts->account_base)
		check_wrong(check, "add this entry (ldapadd), or correct "
			"account-base in sekishod.conf", "account-base %s is "
			"not in %s", config->account_base, uri);
}

/* As the user that sekishod asks as, and into cn=config as root. */
static void
look_server(struct check *check, const char *uri)
{
	const struct config *config = check->config;
	int64_t deadline = sekisho_deadline(
		(int64_t)config->ldap_timeout * 1000);
	struct directory_facts facts = { .refused = false };
	struct sekisho_error err;
	int result = -1;

	sekisho_error_set(&err, "cannot become user %s", config->user);
	if (setegid(config->gid) == 0 && seteuid(config->uid) == 0)
		result = directory_check(config, uri, deadline, check->pool,
			&facts, &err);
	if (seteuid(0) < 0 || setegid(0) < 0)
		sekisho_error_set(&err, "cannot become root again");
	if (result < 0) {
		check_wrong(check, mend_bind(check, facts.refused, err.text),
			"%s", err.text);
		return;
	}
	directory_check_server(config, uri, deadline, &facts);
	look_facts(check, uri, &facts);
}

static void
look_servers(struct check *check)
{
	char *rest = pool_strdup(check->pool, check->config->ldap_uri), *uri;

	while ((uri = strsep(&rest, ", \t")) != NULL)
		if (*uri != '\0')
			look_server(check, uri);
}

static const struct check_look looks[] = {
	{ "it answers, lets us in and knows our schema and ldap-base",
		look_servers },
	{ NULL, NULL },
};

const struct check_area check_directory = { "directory", begin, looks };
