/*
 * check_signatures.c - ClamAV's signatures: are they there, are they of today,
 * and does the clock of this machine agree?
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "check_private.h"
#include "signature_files.h"

#define DAY ((time_t)86400)
#define AGE_MAX (3 * DAY)
#define YEAR_2025 ((time_t)1735689600)	/* nothing of ours is older */
#define FRESHCLAM "apt-get install clamav-freshclam; systemctl enable --now " \
	"clamav-freshclam"

static bool
begin(struct check *check)
{
	if (check->config == NULL)
		check_skip(check, "sekishod.conf does not say where they are");
	else if (check->config->inspectors == 0)
		check_skip(check, "this host scans nothing: inspectors = 0");
	return check->config != NULL && check->config->inspectors > 0;
}

static void
look_there(struct check *check)
{
	const char *directory = check->config->signatures;
	struct signature_file newest;

	if (signature_files_newest(directory, &newest) < 0)
		check_wrong(check, FRESHCLAM "; or name its directory as "
			"signatures in sekishod.conf", "%s: %s", directory,
			strerror(errno));
	else if (newest.time == 0)
		check_wrong(check, FRESHCLAM, "there are none in %s",
			directory);
}

static void
look_age(struct check *check)
{
	const char *directory = check->config->signatures;
	time_t now = time(NULL);
	struct signature_file newest;

	if (signature_files_newest(directory, &newest) < 0 || newest.time == 0)
		check_pass(check);
	else if (newest.time + AGE_MAX < now)
		check_wrong(check, "systemctl enable --now clamav-freshclam; "
			"or, by hand: freshclam", "the newest in %s, %s, is "
			"%lld days old", directory, newest.name,
			(long long)((now - newest.time) / DAY));
}

static void
look_clock(struct check *check)
{
	time_t now = time(NULL);
	struct signature_file newest;
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&now, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm);
	/* A clock may be some hours behind the time zone of a builder. */
	if (now < YEAR_2025)
		check_wrong(check, "timedatectl set-ntp true", "the clock of "
			"this machine says %s", text);
	else if (signature_files_newest(check->config->signatures,
	    &newest) == 0 &&
	    newest.time > now + DAY)
		check_wrong(check, "timedatectl set-ntp true", "the clock of "
			"this machine says %s, but %s is newer than that",
			text, newest.name);
}

static const struct check_look looks[] = {
	{ "they are there", look_there },
	{ "the newest of them are not older than 3 days", look_age },
	{ "the clock of this machine is not before them", look_clock },
	{ NULL, NULL },
};

const struct check_area check_signatures = { "signatures", begin, looks };
