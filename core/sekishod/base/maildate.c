/*
 * maildate.c - not strftime(), whose names are those of the locale.
 */
#include <stdlib.h>

#include "maildate.h"

void
maildate_add(struct sekisho_buf *out, const struct tm *tm)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	long zone = tm->tm_gmtoff / 60;

	sekisho_buf_printf(out,
		"Date: %s, %d %s %d %02d:%02d:%02d %c%02ld%02ld\n",
		days[tm->tm_wday], tm->tm_mday, months[tm->tm_mon],
		tm->tm_year + 1900, tm->tm_hour, tm->tm_min, tm->tm_sec,
		zone < 0 ? '-' : '+', labs(zone) / 60, labs(zone) % 60);
}

const char *
maildate_text(struct pool *pool, time_t when)
{
	char text[64] = "";
	struct tm tm;

	if (when > 0 && localtime_r(&when, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	return pool_strdup(pool, text);
}
