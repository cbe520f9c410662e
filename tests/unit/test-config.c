/*
 * test-config.c - settings that are right, and what is said about those that
 * are not: the file, the line, the parameter.
 */
#include "config.c"

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

/* Users that are on every machine. */
#define ACCOUNTS "ldap-uri = ldapi:///\nldap-base = dc=example,dc=test\n" \
	"account-url = https://webmail.example.test/\n"
#define USERS "user = root\njail-user = nobody\nmta-user = mail\n"

static char file[] = "/tmp/test-config-XXXXXX";
static struct sekisho_error err;

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "we");

	if (out == NULL || fputs(text, out) == EOF || fclose(out) == EOF)
		abort();
}

static struct config *
load(const char *text)
{
	err.text[0] = '\0';
	write_file(file, text);
	return config_load(file, &err);
}

/* Loading the text fails; the sentence is this behind the file's name. */
static void
refused(const char *text, const char *expected)
{
	struct config *config = load(text);

	test_assert(config == NULL);
	config_free(config);
	if (strncmp(err.text, file, strlen(file)) != 0)
		test_str(err.text, file);
	else
		test_str(err.text + strlen(file), expected);
}

static void
test_values(void)
{
	struct config *config;

	test_begin("config: defaults, where the file says nothing");
	config = load(USERS);
	test_str(err.text, "");
	test_str(config->policy, "/etc/sekisho/policy.xml");
	test_str(config->jail, "required");
	test_str(config->ldap_uri, "");
	test_str(config->ldap_password, "");
	test_int(config->clerks, 8);
	test_int(config->notices_per_hour, 20);
	test_int(config->uid, 0);
	test_assert(config->mta_uid != 0 && config->control_uids.count == 0);
	config_free(config);

	test_begin("config: blanks, comments, CRLF, values with \"=\"");
	config = load(USERS "# clerks = 3\n\n \t\n  clerks\t=  4 \t\r\n"
		"ldap-base=dc=example,dc=test\nldap-uri = ldapi:/// ldap://x\n"
		"policy = \"a b\" # c\nrun-dir =\ndeadline=100");
	test_str(err.text, "");
	test_int(config->clerks, 4);
	test_str(config->ldap_base, "dc=example,dc=test");
	test_str(config->ldap_uri, "ldapi:/// ldap://x");
	test_str(config->policy, "\"a b\" # c");
	test_str(config->run_dir, "");
	test_int(config->deadline, 100);
	config_free(config);

	test_begin("config: accounts are created in ldap-base or below it");
	config = load(USERS ACCOUNTS "account-base = DC=example,dc=test\n");
	test_str(err.text, "");
	config_free(config);
	config = load(USERS ACCOUNTS
		"account-base = ou=sekisho,dc=example,dc=test\n");
	test_str(err.text, "");
	config_free(config);

	test_begin("config: of a name that comes twice the last one counts");
	config = load(USERS "clerks = 3\nclerks = 5\nlog = a\nlog = b\n");
	test_int(config->clerks, 5);
	test_str(config->log, "b");
	config_free(config);

	test_begin("config: limits are values");
	config = load(USERS "clerks = 256\ninspectors = 1\n"
		"notices-per-hour = 0\n");
	test_str(err.text, "");
	test_int(config->notices_per_hour, 0);
	config_free(config);
	config_free(NULL);
}

static void
test_users(void)
{
	struct config *config;

	test_begin("config: lists of users");
	config = load(USERS "control-users = root, mail\taccount,nobody\n");
	test_assert(config == NULL);
	config = load(USERS "control-users = root, mail\tnobody,,\n"
		"account-users = mail\n");
	test_str(err.text, "");
	test_int((long long)config->control_uids.count, 3);
	test_assert(user_list_has(&config->control_uids, 0));
	test_assert(user_list_has(&config->account_uids, config->mta_uid));
	test_assert(!user_list_has(&config->account_uids, 0));
	config_free(config);
}

static const struct {
	const char *text;
	const char *expected;
} wrong[] = {
	{ "\n\nclerks 3\n", ":3: no \"=\" in this line" },
	{ "x", ":1: no \"=\" in this line" },
	{ "#\nclerk = 3\n", ":2: unknown parameter \"clerk\"" },
	{ "= 3\n", ":1: unknown parameter \"\"" },
	{ "Clerks = 3\n", ":1: unknown parameter \"Clerks\"" },
	{ "\x1b[2J = 3\n", ":1: unknown parameter \"?[2J\"" },
	/* 6: numbers */
	{ "clerks = 0\n", ":1: clerks: \"0\" is not a number from 1 to 256" },
	{ "\nclerks = 257\n",
	  ":2: clerks: \"257\" is not a number from 1 to 256" },
	{ "clerks =\n", ":1: clerks: \"\" is not a number from 1 to 256" },
	{ "clerks = -1\n", ":1: clerks: \"-1\" is not a number from 1 to 256" },
	{ "clerks = +1\n", ":1: clerks: \"+1\" is not a number from 1 to 256" },
	{ "clerks = 1s\n", ":1: clerks: \"1s\" is not a number from 1 to 256" },
	{ "clerks = 1 2\n",
	  ":1: clerks: \"1 2\" is not a number from 1 to 256" },
	{ "clerks = 18446744073709551617\n", ":1: clerks: "
	  "\"18446744073709551617\" is not a number from 1 to 256" },
	{ "notices-per-hour = 100001\n", ":1: notices-per-hour: \"100001\" is "
	  "not a number from 0 to 100000" },
	/* 15: what single lines cannot know */
	{ USERS "jail = maybe\n",
	  ":4: jail: \"maybe\" is neither required nor best-effort" },
	{ USERS "\nldap-uri = ldapi:///\n",
	  ":5: ldap-uri: needs ldap-base, which is not set" },
	{ USERS "ldap-base = o=x\nldap-uri = ldapi:/// http://x\n",
	  ":5: ldap-uri: \"http://x\" begins with none of ldap://, ldaps:// "
	  "and ldapi://" },
	{ USERS "ldap-base = o=x\nldap-uri = ldapi:/// ldaps://x\n"
	  "ldap-bind = external\n",
	  ":6: ldap-bind: external needs ldapi://, not \"ldaps://x\"" },
	{ USERS ACCOUNTS "account-base = ou=x,dc=example\n",
	  ":7: account-base: \"ou=x,dc=example\" does not end with ldap-base, "
	  "\"dc=example,dc=test\"" },
	{ USERS ACCOUNTS "account-base = ou=x,xdc=example,dc=test\n",
	  ":7: account-base: \"ou=x,xdc=example,dc=test\" does not end with "
	  "ldap-base, \"dc=example,dc=test\"" },
	{ USERS "ldap-bind = gssapi\n",
	  ":4: ldap-bind: \"gssapi\" is neither simple nor external" },
	{ USERS "ldap-start-tls = maybe\n",
	  ":4: ldap-start-tls: \"maybe\" is neither yes nor no" },
	{ USERS "approved-authentication = on\n",
	  ":4: approved-authentication: \"on\" is none of off, aligned and "
	  "strict" },
	{ USERS "approved-max = 0\n",
	  ":4: approved-max: \"0\" is not a number from 1 to 10000" },
	{ USERS "deadline = 10\nscan-seconds = 10\n", ":5: scan-seconds: "
	  "scan-seconds (10) must be less than deadline (10)" },
	{ USERS "deadline = 10\n", ":4: deadline: "
	  "scan-seconds (30) must be less than deadline (10)" },
	{ "mta-user = root\njail-user = root\nuser = no-such-user\n",
	  ":3: user: there is no user \"no-such-user\" on this machine" },
	{ USERS "mta-user =\n",
	  ":4: mta-user: there is no user \"\" on this machine" },
	{ USERS "jail-user = no-such-user\n",
	  ":4: jail-user: there is no user \"no-such-user\" on this machine" },
	{ USERS "control-users = root no-such-user\n", ":4: control-users: "
	  "there is no user \"no-such-user\" on this machine" },
	{ USERS "account-users = root,no-such-user\n", ":4: account-users: "
	  "there is no user \"no-such-user\" on this machine" },
	{ USERS "ldap-bind-password-file = /nonexistent/p\n",
	  ":4: ldap-bind-password-file: /nonexistent/p: no password to read: "
	  "No such file or directory" },
	{ USERS "ldap-bind-password-file = /dev/null\n",
	  ":4: ldap-bind-password-file: /dev/null: no password to read: "
	  "empty file" },
};

static void
test_refused(void)
{
	static char names[sizeof(wrong) / sizeof(wrong[0])][32];
	char *text;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "config: refused %zu", i);
		test_begin(names[i]);
		refused(wrong[i].text, wrong[i].expected);
	}
	test_begin("config: a line of any length is one line");
	text = calloc(1, 20000);
	memset(text, '#', 19000);
	strcpy(text + 19000, "\nclerk = 3\n");
	refused(text, ":2: unknown parameter \"clerk\"");
	free(text);

	test_begin("config: a default that does not fit has no line");
	unlink(file);
	test_assert(config_load(file, &err) == NULL);
	test_str(err.text + strlen(file),
		": cannot read: No such file or directory");
	test_assert(config_load("/tmp", &err) == NULL);
	test_str(err.text, "/tmp: cannot read: Is a directory");
}

static void
test_password(void)
{
	char secret[] = "/tmp/test-config-XXXXXX", text[200];
	struct config *config;
	int fd = mkstemp(secret);

	test_begin("config: the password is the first line of its file");
	close(fd);
	write_file(secret, " pass = word #1 \r\nmore\n");
	snprintf(text, sizeof(text), USERS "ldap-bind-password-file = %s\n",
		secret);
	config = load(text);
	test_str(err.text, "");
	test_str(config->ldap_password, " pass = word #1 ");
	config_free(config);
	unlink(secret);
}

int
main(void)
{
	int fd = mkstemp(file);

	close(fd);
	test_values();
	test_users();
	test_password();
	test_refused();
	unlink(file);
	return test_done();
}
