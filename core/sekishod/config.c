/*
 * config.c - the settings of sekishod, as one table.
 *
 * A test compares this table with sekishod.conf(5) and the sample file.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	TEXT("user", user, "sekisho"),
	TEXT("jail-user", jail_user, "nobody"),
	TEXT("mta-user", mta_user, "Debian-exim"),
	TEXT("control-users", control_users, ""),
	TEXT("account-users", account_users, ""),
	TEXT("log", log, "syslog"),
	TEXT("jail", jail, "required"),
	TEXT("ldap-uri", ldap_uri, ""),
	TEXT("ldap-base", ldap_base, ""),
	TEXT("ldap-bind-dn", ldap_bind_dn, ""),
	TEXT("ldap-bind-password-file", ldap_bind_password_file, ""),
	NUMBER("clerks", clerks, "8", 1, 256),
	NUMBER("control-clerks", control_clerks, "4", 1, 256),
	NUMBER("account-clerks", account_clerks, "2", 1, 256),
	NUMBER("inspectors", inspectors, "2", 1, 256),
	NUMBER("deadline", deadline, "50", 1, 3600),
	NUMBER("scan-seconds", scan_seconds, "30", 1, 3600),
	NUMBER("signature-check", signature_check, "60", 1, 86400),
	NUMBER("ldap-timeout", ldap_timeout, "5", 1, 60),
	NUMBER("notices-per-hour", notices_per_hour, "20", 0, 100000),
};

#define PARAMETER_COUNT (sizeof(parameters) / sizeof(parameters[0]))

static const struct parameter *
parameter_find(const char *name)
{
	size_t i;

	for (i = 0; i < PARAMETER_COUNT; i++)
		if (strcmp(parameters[i].name, name) == 0)
			return &parameters[i];
	return NULL;
}

/* Returns 0, or -1 when value is no number within the limits. */
static int
parameter_set(struct config *config, const struct parameter *parameter,
	const char *value)
{
	char *field = (char *)config + parameter->offset;
	unsigned long number;
	unsigned int small;
	char *end;

	if (!parameter->number) {
		value = strdup(value);
		if (value == NULL)
			return -1;
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
config_line(struct config *config, char *line, struct sekisho_error *err)
{
	const struct parameter *parameter;
	char *equals, *name, *value;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	equals = strchr(line, '=');
	if (equals == NULL)
		return sekisho_error_set(err, "no \"=\" in this line");
	*equals = '\0';
	name = trim(line);
	value = trim(equals + 1);
	parameter = parameter_find(name);
	if (parameter == NULL)
		return sekisho_error_set(err, "unknown parameter \"%s\"",
			name);
	if (parameter_set(config, parameter, value) < 0)
		return sekisho_error_set(err,
			"%s: \"%s\" is not a number from %lu to %lu", name,
			value, parameter->min, parameter->max);
	return 0;
}

static int
config_read(struct config *config, const char *file,
	struct sekisho_error *err)
{
	struct sekisho_error reason;
	unsigned int number = 0;
	char line[4096];
	int result = 0;
	FILE *in;

	in = fopen(file, "re");
	if (in == NULL)
		return sekisho_error_set(err, "%s: cannot read: %s", file,
			strerror(errno));
	while (result == 0 && fgets(line, sizeof(line), in) != NULL) {
		number++;
		result = config_line(config, line, &reason);
		if (result < 0)
			sekisho_error_set(err, "%s:%u: %s", file, number,
				reason.text);
	}
	fclose(in);
	return result;
}

static int
find_user(const char *parameter, const char *name, uid_t *uid_r, gid_t *gid_r,
	struct sekisho_error *err)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return sekisho_error_set(err,
			"%s: there is no user \"%s\" on this machine",
			parameter, name);
	*uid_r = pw->pw_uid;
	*gid_r = pw->pw_gid;
	return 0;
}

/* Looks up the users of a list "name, name". */
static int
find_users(const char *parameter, const char *names, struct user_list *list,
	struct sekisho_error *err)
{
	char *copy = strdup(names);
	char *name, *rest = copy;
	int result = 0;
	gid_t gid;

	list->uids = calloc(strlen(names) + 1, sizeof(*list->uids));
	if (copy == NULL || list->uids == NULL)
		result = sekisho_error_set(err, "out of memory");
	while (result == 0 && (name = strsep(&rest, ", \t")) != NULL)
		if (*name != '\0')
			result = find_user(parameter, name,
				&list->uids[list->count++], &gid, err);
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
read_password(struct config *config, struct sekisho_error *err)
{
	const char *file = config->ldap_bind_password_file;
	char line[1024] = "";
	FILE *in;

	config->ldap_password = "";
	if (*file == '\0')
		return 0;
	in = fopen(file, "re");
	if (in == NULL || fgets(line, sizeof(line), in) == NULL) {
		if (in != NULL)
			fclose(in);
		return sekisho_error_set(err,
			"ldap-bind-password-file: %s: no password to read: %s",
			file, in == NULL ? strerror(errno) : "empty file");
	}
	fclose(in);
	line[strcspn(line, "\r\n")] = '\0';
	config->ldap_password = strdup(line);
	explicit_bzero(line, sizeof(line));
	return config->ldap_password == NULL ?
		sekisho_error_set(err, "out of memory") : 0;
}

/* What a single line cannot know. */
static int
config_check(struct config *config, struct sekisho_error *err)
{
	if (strcmp(config->jail, "required") != 0 &&
	    strcmp(config->jail, "best-effort") != 0)
		return sekisho_error_set(err,
			"jail: \"%s\" is neither required nor best-effort",
			config->jail);
	if (*config->ldap_uri != '\0' && *config->ldap_base == '\0')
		return sekisho_error_set(err,
			"ldap-uri is set but ldap-base is not");
	if (config->scan_seconds >= config->deadline)
		return sekisho_error_set(err,
			"scan-seconds (%u) must be less than deadline (%u)",
			config->scan_seconds, config->deadline);
	if (find_user("user", config->user, &config->uid, &config->gid,
	    err) < 0 ||
	    find_user("jail-user", config->jail_user, &config->jail_uid,
	    &config->jail_gid, err) < 0 ||
	    find_user("mta-user", config->mta_user, &config->mta_uid,
	    &config->mta_gid, err) < 0 ||
	    find_users("control-users", config->control_users,
	    &config->control_uids, err) < 0 ||
	    find_users("account-users", config->account_users,
	    &config->account_uids, err) < 0)
		return -1;
	return read_password(config, err);
}

struct config *
config_load(const char *file, struct sekisho_error *err)
{
	struct config *config = calloc(1, sizeof(*config));
	struct sekisho_error reason;
	size_t i;

	if (config == NULL) {
		sekisho_error_set(err, "out of memory");
		return NULL;
	}
	for (i = 0; i < PARAMETER_COUNT; i++)
		if (parameter_set(config, &parameters[i],
		    parameters[i].preset) < 0)
			goto fail;
	if (config_read(config, file, err) < 0)
		goto fail;
	if (config_check(config, &reason) < 0) {
		sekisho_error_set(err, "%s: %s", file, reason.text);
		goto fail;
	}
	return config;
fail:
	free(config);
	return NULL;
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
