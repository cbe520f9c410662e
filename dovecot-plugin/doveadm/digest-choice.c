/*
 * digest-choice.c - how often a user wants to be told what was held for him.
 */
#include "digest-choice.h"
#include "setting.h"

#include <mailbox-attribute.h>
#include <settings-parser.h>

#include <time.h>

#define CHOICE_KEY "vendor/sekisho/digest"
#define HOUR 3600u
#define WEEK_HOURS (7u * 24)
#define MORNING 6		/* o'clock */

/* Returns 0 or -1. */
static int
choice_parse(const char *value, unsigned int *hours_r)
{
	unsigned int seconds;
	const char *error;

	*hours_r = 0;
	if (strcmp(value, "off") == 0)
		return 0;
	if (str_parse_get_interval(value, &seconds, &error) < 0 ||
	    seconds < HOUR || seconds > WEEK_HOURS * HOUR)
		return -1;
	*hours_r = seconds / HOUR;
	return 0;
}

int
digest_choice(struct mailbox *quarantine, unsigned int *hours_r,
	const char **error_r)
{
	struct mail_user *user = quarantine->storage->user;
	const char *setting = setting_get(user, "sekisho_digest", "off");
	struct mail_attribute_value chosen;

	/* Without mail_attribute_dict nobody can choose. */
	if (mailbox_attribute_get(quarantine, MAIL_ATTRIBUTE_TYPE_PRIVATE,
	    CHOICE_KEY, &chosen) > 0 && chosen.value != NULL &&
	    choice_parse(chosen.value, hours_r) == 0)
		return 0;
	if (choice_parse(setting, hours_r) == 0)
		return 0;
	*error_r = t_strdup_printf("sekisho_digest = %s: has to be off, or a "
		"time from 1h to 7d", setting);
	return -1;
}

time_t
digest_time(unsigned int hours, time_t now)
{
	struct tm tm = *localtime(&now);
	time_t monday;

	/* mktime() sets right what is no day, and knows summer from winter. */
	tm.tm_mday -= (tm.tm_wday + 6) % 7;
	tm.tm_hour = MORNING;
	tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	monday = mktime(&tm);
	while (monday > now)
		monday -= (time_t)WEEK_HOURS * HOUR;
	return now - (now - monday) % (time_t)(hours * HOUR);
}
