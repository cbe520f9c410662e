/*
 * logtime.c - when a line of a log was written.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "logline.h"

#define DAY 86400

/* "+0900", "+09:00" or "Z" behind fractions of a second and a blank. */
static bool
read_zone(const char *text, long *seconds)
{
	int hours, minutes;

	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (*text == ' ')
		text++;
	*seconds = 0;
	if (*text == 'Z')
		return true;
	if ((*text != '+' && *text != '-') ||
	    (sscanf(text + 1, "%2d:%2d", &hours, &minutes) != 2 &&
	    sscanf(text + 1, "%2d%2d", &hours, &minutes) != 2))
		return false;
	*seconds = (hours * 60L + minutes) * 60 * (*text == '-' ? -1 : 1);
	return true;
}

/* "2026-11-30 00:33:45", the zone is ours unless it is there. */
static bool
read_iso(const char *line, int64_t *when)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest;
	long zone;

	if (!isdigit((unsigned char)*line))
		return false;
	rest = strptime(line, "%Y-%m-%d", &tm);
	if (rest == NULL || (*rest != ' ' && *rest != 'T'))
		return false;
	rest = strptime(rest + 1, "%H:%M:%S", &tm);
	if (rest == NULL)
		return false;
	*when = read_zone(rest, &zone) ? timegm(&tm) - zone : mktime(&tm);
	return true;
}

/* "Nov 30 00:33:45" of syslog and of Dovecot. */
static bool
read_yearless(const char *line, int64_t since, int64_t *when)
{
	struct tm tm = { 0 }, day;
	time_t before = since - DAY;
	int year;

	if (strptime(line, "%b %d %H:%M:%S", &tm) == NULL ||
	    localtime_r(&before, &day) == NULL)
		return false;
	for (year = 0; year < 2; year++) {
		struct tm try = tm;

		try.tm_year = day.tm_year + year;
		try.tm_isdst = -1;
		*when = mktime(&try);
		if (*when >= before)
			break;
	}
	return true;
}

int64_t
logline_time(const char *line, int64_t since)
{
	int64_t when;

	return read_iso(line, &when) || read_yearless(line, since, &when) ?
		when : since;
}
