/*
 * config.c - the settings of sekishod, as one table.
 *
 * A test compares this table with sekishod.conf(5) and the sample file.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"

struct parameter {
	const char *name;
	size_t offset;
	bool number;
	const char *preset;
	unsigned long min;	/* of a number */
	unsigned long max;
};

#define TEXT(name, field, preset) \
	{ name, offsetof(struct config, field), false, preset, 0, 0 }
#define NUMBER(name, field, preset, min, max) \
	{ name, offsetof(struct config, field), true, preset, min, max }

static const struct parameter parameters[] = {
	TEXT("policy", policy, "/etc/sekisho/policy.xml"),
	TEXT("policy-schema", policy_schema, "/usr/share/sekisho/policy.rng"),
	TEXT("signatures", signatures, "/var/lib/clamav"),
	TEXT("templates", templates, "/usr/share/sekisho/templates"),
	TEXT("run-dir", run_dir, "/run/sekisho"),
	TEXT("state-dir", state_dir, "/var/lib/sekisho"),
	TEXT("user", user, "sekisho"),
	TEXT("jail-user", jail_user, "nobody"),
	TEXT("mta-user", mta_user, "Debian-exim"),
	TEXT("control-users", control_users, ""),
	TEXT("account-users", account_users, ""),
	TEXT("held-key-file", held_key_file, "/var/lib/sekisho/held.key"),
	TEXT("log", log, "syslog"),
	TEXT("jail", jail, "required"),
	TEXT("ldap-uri", ldap_uri, ""),
	TEXT("ldap-base", ldap_base, ""),
	TEXT("ldap-bind-dn", ldap_bind_dn, ""),
	TEXT("ldap-bind-password-file", ldap_bind_password_file, ""),
	TEXT("ldap-bind", ldap_bind, "simple"),
	TEXT("ldap-start-tls", ldap_start_tls, "no"),
	TEXT("ldap-ca-file", ldap_ca_file,
		"/etc/ssl/certs/ca-certificates.crt"),
	TEXT("approved-authentication", approved_authentication, "aligned"),
	TEXT("smtp-url", smtp_url, "smtp://127.0.0.1:25"),
	TEXT("account-url", account_url, ""),
	TEXT("account-password", account_password, "separate"),
	TEXT("account-base", account_base, ""),
	NUMBER("clerks", clerks, "8", 1, 256),
	NUMBER("control-clerks", control_clerks, "4", 1, 256),
	NUMBER("account-clerks", account_clerks, "2", 1, 256),
	NUMBER("inspectors", inspectors, "2", 0, 256),
	NUMBER("deadline", deadline, "50", 1, 3600),
	NUMBER("scan-seconds", scan_seconds, "30", 1, 3600),
	NUMBER("poison-tries", poison_tries, "3", 0, 100),
	NUMBER("signature-check", signature_check, "60", 1, 86400),
	NUMBER("ldap-timeout", ldap_timeout, "5", 1, 60),
	NUMBER("ldap-cache", ldap_cache, "0", 0, 3600),
	NUMBER("approved-max", approved_max, "50", 1, 10000),
	NUMBER("notices-per-hour", notices_per_hour, "20", 0, 100000),
	NUMBER("tries-per-address", tries_per_address, "5", 0, 100000),
	NUMBER("tries-per-client", tries_per_client, "60", 0, 100000),
};

#define PARAMETER_COUNT (sizeof(parameters) / sizeof(parameters[0]))

/* While a file is read. */
struct reader {
	struct config *config;
	const char *file;
	unsigned int lines[PARAMETER_COUNT];	/* that set it; 0: none */
	struct sekisho_error *err;
};

/* The place of a parameter in the table, or PARAMETER_COUNT. */
static size_t
parameter_find(const char *name)
{
	size_t i;

	for (i = 0; i < PARAMETER_COUNT; i++)
		if (strcmp(parameters[i].name, name) == 0)
			break;
	return i;
}

/* Refuses the value of a parameter, with the line it stands in. Always -1. */
static int __attribute__((format(printf, 3, 4)))
refuse(const struct reader *reader, const char *name, const char *fmt, ...)
{
	unsigned int line = reader->lines[parameter_find(name)];
	struct sekisho_error reason;
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason.text, sizeof(reason.text), fmt, args);
	va_end(args);
	if (line == 0)
		return sekisho_error_set(reader->err, "%s: %s: %s",
			reader->file, name, reason.text);
	return sekisho_error_set(reader->err, "%s:%u: %s: %s", reader->file,
		line, name, reason.text);
}

/* Returns 0, or -1 when value is no number within the limits. */
static int
parameter_set(struct config *config, const struct parameter *parameter,
	const char *value)
{
	char *field = (char *)config + parameter->offset;
	unsigned long number;
	unsigned int small;
	char *end, *old;

	if (!parameter->number) {
		value = strdup(value);
		if (value == NULL)
			return -1;
		memcpy(&old, field, sizeof(old));
		free(old);
		memcpy(field, &value, sizeof(value));
		return 0;
	}
	number = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end != '\0' ||
	    number < parameter->min || number > parameter->max)
		return -1;
	small = (unsigned int)number;
	memcpy(field, &small, sizeof(small));
	return 0;
}

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

static int
config_line(struct reader *reader, char *line, unsigned int number)
{
	char *equals, *name, *value;
	size_t index;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	equals = strchr(line, '=');
	if (equals == NULL)
		return sekisho_error_set(reader->err,
			"%s:%u: no \"=\" in this line", reader->file, number);
	*equals = '\0';
	name = trim(line);
	value = trim(equals + 1);
	index = parameter_find(name);
	if (index == PARAMETER_COUNT)
		return sekisho_error_set(reader->err,
			"%s:%u: unknown parameter \"%s\"", reader->file, number,
			name);
	reader->lines[index] = number;
	if (parameter_set(reader->config, &parameters[index], value) < 0)
		return refuse(reader, name,
			"\"%s\" is not a number from %lu to %lu", value,
			parameters[index].min, parameters[index].max);
	return 0;
}

static int
config_read(struct reader *reader)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	int result = 0;
	FILE *in;

	in = fopen(reader->file, "re");
	if (in == NULL)
		return sekisho_error_set(reader->err, "%s: cannot read: %s",
			reader->file, strerror(errno));
	while (result == 0 && getline(&line, &size, in) > 0)
		result = config_line(reader, line, ++number);
	if (ferror(in))
		result = sekisho_error_set(reader->err, "%s: cannot read: %s",
			reader->file, strerror(errno));
	free(line);
	fclose(in);
	return result;
}

static int
find_user(const struct reader *reader, const char *parameter,
	const char *name, uid_t *uid_r, gid_t *gid_r)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return refuse(reader, parameter,
			"there is no user \"%s\" on this machine", name);
	*uid_r = pw->pw_uid;
	*gid_r = pw->pw_gid;
	return 0;
}

/* Looks up the users of a list "name, name". */
static int
find_users(const struct reader *reader, const char *parameter,
	const char *names, struct user_list *list)
{
	char *copy = strdup(names);
	char *name, *rest = copy;
	int result = 0;
	gid_t gid;

	list->uids = calloc(strlen(names) + 1, sizeof(*list->uids));
	if (copy == NULL || list->uids == NULL)
		result = refuse(reader, parameter, "out of memory");
	while (result == 0 && (name = strsep(&rest, ", \t")) != NULL)
		if (*name != '\0')
			result = find_user(reader, parameter, name,
				&list->uids[list->count++], &gid);
	free(copy);
	return result;
}

bool
user_list_has(const struct user_list *list, uid_t uid)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->uids[i] == uid)
			return true;
	return false;
}

static int
read_password(const struct reader *reader)
{
	struct config *config = reader->config;
	const char *file = config->ldap_bind_password_file;
	char line[1024] = "";
	FILE *in;

	if (*file == '\0')
		return 0;
	in = fopen(file, "re");
	if (in == NULL || fgets(line, sizeof(line), in) == NULL) {
		if (in != NULL)
			fclose(in);
		return refuse(reader, "ldap-bind-password-file",
			"%s: no password to read: %s", file,
			in == NULL ? strerror(errno) : "empty file");
	}
	fclose(in);
	line[strcspn(line, "\r\n")] = '\0';
	free((char *)(uintptr_t)config->ldap_password);
	config->ldap_password = strdup(line);
	explicit_bzero(line, sizeof(line));
	return config->ldap_password == NULL ?
		refuse(reader, "ldap-bind-password-file", "out of memory") : 0;
}

static int
check_users(const struct reader *reader)
{
	struct config *c = reader->config;

	if (find_user(reader, "user", c->user, &c->uid, &c->gid) < 0 ||
	    find_user(reader, "jail-user", c->jail_user, &c->jail_uid,
	    &c->jail_gid) < 0 ||
	    find_user(reader, "mta-user", c->mta_user, &c->mta_uid,
	    &c->mta_gid) < 0 ||
	    find_users(reader, "control-users", c->control_users,
	    &c->control_uids) < 0 ||
	    find_users(reader, "account-users", c->account_users,
	    &c->account_uids) < 0)
		return -1;
	return 0;
}

/*
 * dn is base, or ends with it. As text: "dc=example, dc=com" is not taken for
 * "dc=example,dc=com".
 */
static bool
is_within(const char *dn, const char *base)
{
	size_t len = strlen(dn), tail = strlen(base);

	return len >= tail && strcasecmp(dn + len - tail, base) == 0 &&
		(len == tail || dn[len - tail - 1] == ',');
}

static bool
is_one_of(const char *value, const char *one, const char *other)
{
	return strcmp(value, one) == 0 || strcmp(value, other) == 0;
}

static bool
begins(const char *value, const char *one, const char *other)
{
	return strncmp(value, one, strlen(one)) == 0 ||
		strncmp(value, other, strlen(other)) == 0;
}

static int
check_accounts(const struct reader *reader)
{
	const struct config *config = reader->config;

	if (!is_one_of(config->account_password, "separate", "shared"))
		return refuse(reader, "account-password", "\"%s\" is neither "
			"separate nor shared", config->account_password);
	if (!begins(config->smtp_url, "smtp://", "smtps://"))
		return refuse(reader, "smtp-url", "\"%s\" begins with neither "
			"smtp:// nor smtps://", config->smtp_url);
	if (*config->account_url == '\0')
		return 0;
	if (!begins(config->account_url, "https://", "http://"))
		return refuse(reader, "account-url", "\"%s\" begins with "
			"neither https:// nor http://", config->account_url);
	if (*config->ldap_uri == '\0')
		return refuse(reader, "account-url", "needs ldap-uri, which is "
			"not set");
	if (strcmp(config->account_password, "separate") == 0 &&
	    !is_within(config->account_base, config->ldap_base))
		return refuse(reader, "account-base", "\"%s\" does not end "
			"with ldap-base, \"%s\"", config->account_base,
			config->ldap_base);
	return 0;
}

/* Every server of a list "uri uri". */
static int
check_uris(const struct reader *reader)
{
	bool external = strcmp(reader->config->ldap_bind, "external") == 0;
	char *copy = strdup(reader->config->ldap_uri);
	char *uri, *rest = copy;
	int result = 0;

	if (copy == NULL)
		return refuse(reader, "ldap-uri", "out of memory");
	while (result == 0 && (uri = strsep(&rest, ", \t")) != NULL) {
		if (*uri == '\0')
			continue;
		if (!begins(uri, "ldap://", "ldaps://") &&
		    !begins(uri, "ldapi://", "ldapi://"))
			result = refuse(reader, "ldap-uri", "\"%s\" begins "
				"with none of ldap://, ldaps:// and ldapi://",
				uri);
		else if (external && !begins(uri, "ldapi://", "ldapi://"))
			result = refuse(reader, "ldap-bind", "external needs "
				"ldapi://, not \"%s\"", uri);
	}
	free(copy);
	return result;
}

static int
check_directory(const struct reader *reader)
{
	struct config *config = reader->config;

	if (*config->ldap_uri != '\0' && *config->ldap_base == '\0')
		return refuse(reader, "ldap-uri", "needs ldap-base, which is "
			"not set");
	if (!is_one_of(config->ldap_bind, "simple", "external"))
		return refuse(reader, "ldap-bind", "\"%s\" is neither simple "
			"nor external", config->ldap_bind);
	if (!is_one_of(config->ldap_start_tls, "yes", "no"))
		return refuse(reader, "ldap-start-tls", "\"%s\" is neither "
			"yes nor no", config->ldap_start_tls);
	if (alignment_mode_read(config->approved_authentication,
	    &config->alignment) < 0)
		return refuse(reader, "approved-authentication", "\"%s\" is "
			"none of off, aligned and strict",
			config->approved_authentication);
	return check_uris(reader);
}

/* What a single line cannot know. */
static int
config_check(const struct reader *reader)
{
	const struct config *config = reader->config;

	if (!is_one_of(config->jail, "required", "best-effort"))
		return refuse(reader, "jail",
			"\"%s\" is neither required nor best-effort",
			config->jail);
	if (config->scan_seconds >= config->deadline)
		return refuse(reader, reader->lines[parameter_find(
			"scan-seconds")] > 0 ? "scan-seconds" : "deadline",
			"scan-seconds (%u) must be less than deadline (%u)",
			config->scan_seconds, config->deadline);
	if (check_users(reader) < 0 || check_directory(reader) < 0 ||
	    check_accounts(reader) < 0)
		return -1;
	return read_password(reader);
}

struct config *
config_load(const char *file, struct sekisho_error *err)
{
	struct reader reader = { .file = file, .err = err };
	size_t i;

	reader.config = calloc(1, sizeof(*reader.config));
	if (reader.config != NULL)
		reader.config->ldap_password = strdup("");
	if (reader.config == NULL || reader.config->ldap_password == NULL) {
		sekisho_error_set(err, "out of memory");
		config_free(reader.config);
		return NULL;
	}
	for (i = 0; i < PARAMETER_COUNT; i++)
		if (parameter_set(reader.config, &parameters[i],
		    parameters[i].preset) < 0)
			goto fail;
	if (config_read(&reader) < 0 || config_check(&reader) < 0)
		goto fail;
	return reader.config;
fail:
	config_free(reader.config);
	return NULL;
}

void
config_free(struct config *config)
{
	char *text;
	size_t i;

	if (config == NULL)
		return;
	for (i = 0; i < PARAMETER_COUNT; i++) {
		if (parameters[i].number)
			continue;
		memcpy(&text, (char *)config + parameters[i].offset,
			sizeof(text));
		free(text);
	}
	free((char *)(uintptr_t)config->ldap_password);
	free(config->control_uids.uids);
	free(config->account_uids.uids);
	free(config);
}

void
config_print(const struct config *config)
{
	const struct parameter *p;
	const char *field, *text;
	unsigned int number;
	size_t i;

	for (i = 0; i < PARAMETER_COUNT; i++) {
		p = &parameters[i];
		field = (const char *)config + p->offset;
		if (p->number) {
			memcpy(&number, field, sizeof(number));
			printf("%s = %u\n", p->name, number);
		} else {
			memcpy(&text, field, sizeof(text));
			printf("%s = %s\n", p->name, text);
		}
	}
}
