/*
 * variant.c - bodies that only some recipients get.
 *
 * The spool holds one body. When recipients need different ones, the spool
 * keeps the received body and each variant lies in <spool>/sekisho/<id>-<n>
 * until the transport sekisho_variant has sent a copy with that body through
 * Exim once more.
 *
 * A file goes away when it is a day old and its message is in no queue any
 * more. That is looked after whenever a new variant is stored, so mail without
 * variants pays nothing and a host that stores none has nothing to clean.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "exim-compat.h"
#include "localscan.h"

#define KEEP_SECONDS 86400
#define SPLIT_CHARACTER 5	/* of the id, names the split_spool directory */

/* Is <spool>/<queue>/input/[x/]<id>-H there? Unsure counts as yes. */
static bool
queue_has(const char *spool, const char *queue, const char *id)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/input/%s-H", spool, queue, id);
	if (stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return true;
	snprintf(path, sizeof(path), "%s/%s/input/%c/%s-H", spool, queue,
		id[SPLIT_CHARACTER], id);
	return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/* Looks into the main queue (".") and every named one. */
static bool
message_is_queued(const char *spool, const char *id)
{
	DIR *dir = opendir(spool);
	struct dirent *entry;
	bool found = dir == NULL;

	while (!found && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, "..") != 0)
			found = queue_has(spool, entry->d_name, id);
	if (dir != NULL)
		closedir(dir);
	return found;
}

/* The message id of a variant file's name: all before the last "-". */
static bool
variant_name_id(const char *name, char *id, size_t size)
{
	const char *end = strrchr(name, '-');

	if (end == NULL || end - name <= SPLIT_CHARACTER ||
	    (size_t)(end - name) >= size)
		return false;
	memcpy(id, name, (size_t)(end - name));
	id[end - name] = '\0';
	return true;
}

static void
variants_sweep(const char *spool, int dir_fd)
{
	time_t limit = time(NULL) - KEEP_SECONDS;
	DIR *dir = fdopendir(dup(dir_fd));
	struct dirent *entry;
	struct stat st;
	char id[64];

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (variant_name_id(entry->d_name, id, sizeof(id)) &&
		    fstatat(dir_fd, entry->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && st.st_mtime < limit &&
		    !message_is_queued(spool, id))
			unlinkat(dir_fd, entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}

/* Opens the directory of variants, made when it is not there. */
static int
variants_open(const char *spool, struct sekisho_error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/sekisho", spool);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return sekisho_error_set(err, "cannot make %s: %s; make it "
			"and give it to Exim's user", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return sekisho_error_set(err, "cannot open %s: %s; give it to "
			"Exim's user", path, strerror(errno));
	return fd;
}

static int
variant_store(int dir_fd, const char *id, size_t n,
	const struct entity *entity, struct sekisho_error *err)
{
	char name[80];
	int fd, result;

	snprintf(name, sizeof(name), "%s-%zu", id, n);
	unlinkat(dir_fd, name, 0);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		0600);
	if (fd < 0)
		return sekisho_error_set(err, "cannot write variant %s: %s",
			name, strerror(errno));
	result = entity_write(fd, entity->headers, strlen(entity->headers));
	if (result == 0)
		result = entity_write(fd, "\n", 1);
	if (result == 0)
		result = entity_write_body(entity, fd, false, NULL);
	if (result == 0)
		result = fsync(fd);
	if (result < 0)
		sekisho_error_set(err, "cannot write variant %s: %s", name,
			strerror(errno));
	close(fd);
	return result;
}

int
localscan_variants_store(const struct localscan_change *change,
	struct sekisho_error *err)
{
	const char *spool = localscan_expand("$spool_directory");
	int dir_fd = variants_open(spool, err);
	int result = 0;
	size_t i;

	if (dir_fd < 0)
		return -1;
	variants_sweep(spool, dir_fd);
	for (i = 0; i < SEKISHO_VARIANTS_MAX && result == 0; i++)
		if (change->variant_needed[i])
			result = variant_store(dir_fd, change->message->id,
				i + 1, &change->variants[i], err);
	if (result == 0 && fsync(dir_fd) < 0)
		result = sekisho_error_set(err, "%s/sekisho: fsync: %s", spool,
			strerror(errno));
	close(dir_fd);
	return result;
}
