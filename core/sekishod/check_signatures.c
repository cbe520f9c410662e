/*
 * check_signatures.c - ClamAV's signatures: are they there, are they of today,
 * and does the clock of this machine agree?
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "check_private.h"

#define DAY ((time_t)86400)
#define AGE_MAX (3 * DAY)
#define YEAR_2025 ((time_t)1735689600)	/* nothing of ours is older */
#define FRESHCLAM "apt-get install clamav-freshclam; systemctl enable --now " \
	"clamav-freshclam"

/* The newest file of a directory of signatures. */
struct newest {
	bool official;	/* a database of ClamAV; its age counts before all */
	time_t time;	/* 0: there is none */
	char name[256];
};

static bool
begin(struct check *check)
{
	if (check->config == NULL)
		check_skip(check, "sekishod.conf does not say where they are");
	else if (check->config->inspectors == 0)
		check_skip(check, "this host scans nothing: inspectors = 0");
	return check->config != NULL && check->config->inspectors > 0;
}

/*
 * When a database was made: ClamAV-VDB:date:version:signatures:level:md5:
 * signature:builder:seconds. 0 when this is none.
 */
static time_t
database_time(const char *path)
{
	char head[513] = "", *field = head;
	FILE *in = fopen(path, "re");
	unsigned int i;

	if (in == NULL)
		return 0;
	head[fread(head, 1, sizeof(head) - 1, in)] = '\0';
	(void)fclose(in);
	if (strncmp(head, "ClamAV-VDB:", 11) != 0)
		return 0;
	for (i = 0; i < 8; i++) {
		field = strchr(field, ':');
		if (field == NULL)
			return 0;
		field++;
	}
	return (time_t)strtoll(field, NULL, 10);
}

static bool
is_signatures(const char *name)
{
	static const char *const endings[] = { ".cvd", ".cld", ".cud", ".ndb",
		".ndu", ".ldb", ".ldu", ".hdb", ".hdu", ".hsb", ".hsu", ".mdb",
		".mdu", ".msb", ".msu", ".cdb", ".yar", ".yara", ".pdb" };
	const char *dot = strrchr(name, '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(endings) / sizeof(*endings); i++)
		if (strcmp(dot, endings[i]) == 0)
			return true;
	return false;
}

static void
newest_add(struct newest *newest, const char *path, const char *name)
{
	time_t time = database_time(path);
	bool official = time != 0;
	struct stat st;

	if (!official && stat(path, &st) == 0)
		time = st.st_mtime;
	if (official < newest->official ||
	    (official == newest->official && time <= newest->time))
		return;
	newest->official = official;
	newest->time = time;
	snprintf(newest->name, sizeof(newest->name), "%s", name);
}

/* Returns 0, or -1: the directory cannot be read. */
static int
newest_find(const char *directory, struct newest *newest)
{
	const struct dirent *entry;
	DIR *dir = opendir(directory);
	char path[4096];

	memset(newest, 0, sizeof(*newest));
	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", directory,
			entry->d_name);
		if (is_signatures(entry->d_name))
			newest_add(newest, path, entry->d_name);
	}
	closedir(dir);
	return 0;
}

static void
look_there(struct check *check)
{
	const char *directory = check->config->signatures;
	struct newest newest;

	if (newest_find(directory, &newest) < 0)
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
	struct newest newest;

	if (newest_find(directory, &newest) < 0 || newest.time == 0)
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
	struct newest newest;
	struct tm tm;
	char text[32] = "";

	if (gmtime_r(&now, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm);
	/* A clock may be some hours behind the time zone of a builder. */
	if (now < YEAR_2025)
		check_wrong(check, "timedatectl set-ntp true", "the clock of "
			"this machine says %s", text);
	else if (newest_find(check->config->signatures, &newest) == 0 &&
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
