/*
 * retention.c - reads sekisho_expire and sekisho_quota. All of a setting has to
 * be right, also what is for the domains of others: so a mistake is seen at
 * once.
 */
#include "retention.h"
#include "setting.h"

#include <settings-parser.h>

#define DAY (24u * 60 * 60)

/* Returns 0 when the word is a value, or -1. */
typedef int retention_parse_t(const char *word, uoff_t *value_r);

static int
parse_age(const char *word, uoff_t *value_r)
{
	unsigned int seconds;
	const char *error;

	if (str_parse_get_interval(word, &seconds, &error) < 0 || seconds < DAY)
		return -1;
	*value_r = seconds;
	return 0;
}

static int
parse_size(const char *word, uoff_t *value_r)
{
	const char *error;

	return str_parse_get_size(word, value_r, &error);
}

static const char *
user_domain(struct mail_user *user)
{
	const char *address = setting_get(user, "sekisho_address",
		user->username);
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

/* Sets *value_r if the setting says something for the user. */
static int
retention_read(struct mail_user *user, const char *setting,
	retention_parse_t *parse, uoff_t *value_r)
{
	const char *domain = user_domain(user), *equals;
	const char *const *words = t_strsplit_spaces(setting, " \t,");
	uoff_t value;
	bool first;

	for (first = true; *words != NULL; words++, first = false) {
		equals = strchr(*words, '=');
		if (first == (equals != NULL) || equals == *words)
			return -1;
		if (parse(first ? *words : equals + 1, &value) < 0)
			return -1;
		if (first || strcasecmp(t_strdup_until(*words, equals),
		    domain) == 0)
			*value_r = value;
	}
	return first ? -1 : 0;
}

int
retention_age(struct mail_user *user, unsigned int *seconds_r,
	const char **error_r)
{
	const char *setting = setting_get(user, "sekisho_expire", "15d");
	uoff_t value;

	if (retention_read(user, setting, parse_age, &value) < 0) {
		*error_r = t_strdup_printf("sekisho_expire = %s: has to be an "
			"age of at least one day, then DOMAIN=AGE for domains "
			"that differ: 15d example.org=30d", setting);
		return -1;
	}
	*seconds_r = value;
	return 0;
}

int
retention_quota(struct mail_user *user, uoff_t *bytes_r, const char **error_r)
{
	const char *setting = setting_get(user, "sekisho_quota", NULL);

	*bytes_r = 0;
	if (setting == NULL)
		return 0;
	if (retention_read(user, setting, parse_size, bytes_r) == 0)
		return 0;
	*error_r = t_strdup_printf("sekisho_quota = %s: has to be a size, then "
		"DOMAIN=SIZE for domains that differ: 500M example.org=2G",
		setting);
	return -1;
}
