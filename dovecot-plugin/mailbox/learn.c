/*
 * learn.c - writes the files.
 */
#include "learn.h"
#include "folder.h"
#include "held.h"

#include <hostpid.h>
#include <time-util.h>
#include <write-full.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is there room for one more? */
static bool
has_room(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned int count = 0;

	if (dir == NULL)
		return errno == ENOENT;
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count < LEARN_JOBS_MAX + 2;
}

/*
 * What an administrator released may be held for a virus, and our own line says
 * nothing of what the sender wrote: without it, or not at all. Returns false
 * for the latter.
 */
static bool
pass_over_line(struct istream *message)
{
	static const char ours[] = SEKISHO_RELEASED_HEADER ":";
	const char *line;

	i_stream_seek(message, 0);
	line = i_stream_read_next_line(message);
	if (line != NULL && str_begins_with(line, ours))
		return strstr(line, "; by=administrator;") == NULL;
	i_stream_seek(message, 0);
	return true;
}

static int
copy(int fd, struct istream *message)
{
	const unsigned char *data;
	size_t size, sum = 0;

	while (i_stream_read_more(message, &data, &size) > 0) {
		sum += size;
		if (sum > LEARN_BYTES_MAX || write_full(fd, data, size) < 0)
			return -1;
		i_stream_skip(message, size);
	}
	return message->stream_errno == 0 && sum > 0 ? 0 : -1;
}

static const char *
new_path(const char *folder, enum learn_class class)
{
	static unsigned int number;
	struct timeval now;

	i_gettimeofday(&now);
	return t_strdup_printf("%s/.%"PRIdTIME_T".%06u.M%sP%u.%s", folder,
		now.tv_sec, (unsigned int)now.tv_usec, my_pid, number++,
		learn_class_name(class));
}

/* Returns its path, or NULL; all that can fail has failed before. */
static char *
write_file(const char *folder, enum learn_class class, struct istream *message)
{
	const char *path = new_path(folder, class);
	int fd, ret = -1;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	if (pass_over_line(message))
		ret = copy(fd, message);
	if (close(fd) == 0 && ret == 0)
		return i_strdup(path);
	(void)unlink(path);
	return NULL;
}

char *
learn_prepare(struct mail_user *user, enum learn_class class,
	struct istream *message)
{
	char *path = NULL;

	if (!sekisho_user(user)->learn)
		return NULL;
	T_BEGIN {
		const char *folder = learn_job_folder(user);

		if (folder != NULL && has_room(folder))
			path = write_file(folder, class, message);
	} T_END;
	i_stream_seek(message, 0);
	return path;
}

void
learn_commit(char **path)
{
	char *slash;

	if (*path == NULL)
		return;
	T_BEGIN {
		slash = strrchr(*path, '/');
		(void)rename(*path, t_strconcat(t_strdup_until(*path,
			slash + 1), slash + 2, NULL));
	} T_END;
	i_free(*path);
}

void
learn_forget(char **path)
{
	if (*path != NULL)
		(void)unlink(*path);
	i_free(*path);
}

bool
learn_is_junk(struct mailbox *box)
{
	return null_strcmp(folder_bin_role(box), "\\Junk") == 0;
}

bool
learn_wants(struct mailbox *from, struct mailbox *to,
	enum learn_class *class_r)
{
	struct sekisho_user *user = sekisho_user(to->storage->user);

	if (!user->learn || sekisho_is_administrated(user) ||
	    folder_is_filing_service(to) ||
	    from->storage->user != to->storage->user)
		return false;
	*class_r = learn_is_junk(to) ? LEARN_SPAM : LEARN_HAM;
	if (*class_r == LEARN_HAM && folder_bin_role(to) != NULL)
		return false;
	return learn_is_junk(to) != learn_is_junk(from);
}
