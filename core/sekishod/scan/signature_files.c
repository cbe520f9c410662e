/*
 * signature_files.c - when the signatures in a directory were made.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "signature_files.h"

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
newest_add(struct signature_file *newest, const char *path, const char *name)
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

int
signature_files_newest(const char *directory, struct signature_file *newest)
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

int64_t
signature_files_made(const char *directory)
{
	struct signature_file newest;

	return signature_files_newest(directory, &newest) < 0 ? 0 :
		newest.time;
}
