/*
 * doveadm-learn.c - doveadm sekisho learn: the site's spam filter gets the mail
 * that users have released or moved to \Junk (learn-job.h).
 */
#include "doveadm-held.h"
#include "doveadm-log.h"
#include "learn-job.h"
#include "setting.h"

#include <ioloop.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM_SECONDS 60

struct learning {
	const char *program;
	const char *environment[4];
	const char *folder;
	unsigned int done[2];	/* by class */
};

/*
 * doveadm's own environment is root's, with keys of the configuration; and
 * SpamAssassin looks for its database at home.
 */
static void
learning_environment(struct learning *learning, struct mail_user *user)
{
	const char *home;

	if (mail_user_get_home(user, &home) <= 0)
		home = "/";
	learning->environment[0] = t_strconcat("HOME=", home, NULL);
	learning->environment[1] = t_strconcat("USER=", user->username, NULL);
	learning->environment[2] = "PATH=/usr/local/bin:/usr/bin:/bin";
}

/* As the user of the files for good: doveadm may be root, and is him now. */
static void ATTR_NORETURN
run_program(const struct learning *learning, enum learn_class class, int fd)
{
	int null = open("/dev/null", O_WRONLY);
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0 ||
	    null < 0 || dup2(fd, 0) < 0 || dup2(null, 1) < 0)
		_exit(EX_OSERR);
	alarm(PROGRAM_SECONDS);
	execle(learning->program, learning->program, learn_class_name(class),
		(char *)NULL, learning->environment);
	_exit(EX_UNAVAILABLE);
}

/* Returns 0 when the program has learned it. */
static int
learn_file(const struct learning *learning, enum learn_class class, int fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run_program(learning, class, fd);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status == 0 ? 0 : -1;
}

/* One that is too old is dropped. Returns 0, or -1: the program fails. */
static int
learn_job(struct learning *learning, const char *name)
{
	const char *path = t_strdup_printf("%s/%s", learning->folder, name);
	const char *ending = strrchr(name, '.');
	enum learn_class class = ending != NULL &&
		strcmp(ending, ".spam") == 0 ? LEARN_SPAM : LEARN_HAM;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), ret = 0;
	struct stat st;
	bool fresh;

	/* Another one was faster. */
	if (fd < 0)
		return 0;
	fresh = fstat(fd, &st) == 0 &&
		st.st_mtime > ioloop_time - LEARN_SECONDS;
	if (fresh && *name == '.') {
		ret = 1;	/* is being written */
	} else if (fresh) {
		ret = learn_file(learning, class, fd);
		if (ret == 0)
			learning->done[class]++;
	}
	i_close_fd(&fd);
	if (ret == 0)
		(void)unlink(path);
	return ret < 0 ? -1 : 0;
}

static void
list_jobs(const char *folder, ARRAY_TYPE(const_string) *names)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	const char *name;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		name = t_strdup(entry->d_name);
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			array_push_back(names, &name);
	}
	closedir(dir);
	array_sort(names, i_strcmp_p);
}

static int
learn_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct learning learning = {
		.program = setting_get(user, "sekisho_learn", NULL),
		.folder = learn_job_folder(user),
	};
	ARRAY_TYPE(const_string) names;
	const char *name;
	int ret = 0;

	if (learning.program == NULL || learning.folder == NULL)
		return 0;
	learning_environment(&learning, user);
	t_array_init(&names, 16);
	list_jobs(learning.folder, &names);
	array_foreach_elem(&names, name) {
		if (doveadm_is_killed())
			break;
		ret = learn_job(&learning, name);
		if (ret < 0)
			break;
	}
	if (learning.done[LEARN_HAM] + learning.done[LEARN_SPAM] > 0)
		i_info("sekisho: learned user=%s ham=%u spam=%u",
			user->username, learning.done[LEARN_HAM],
			learning.done[LEARN_SPAM]);
	return ret == 0 ? 0 : doveadm_held_fail(ctx, MAIL_ERROR_TEMP, "%s did "
		"not learn; it gets the mail again", learning.program);
}

static void
learn_init(struct doveadm_mail_cmd_context *ctx COMPAT_DOVEADM_ARGS)
{
	doveadm_log_init(ctx->cctx->conn_type);
}

struct doveadm_mail_cmd_context *
doveadm_learn(void)
{
	struct doveadm_mail_cmd_context *ctx =
		doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);

	ctx->v.init = learn_init;
	ctx->v.run = learn_run;
	return ctx;
}
