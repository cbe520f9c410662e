/*
 * check.c - `sekisho check`: the areas, and how is said what their looks find.
 */
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "channel.h"
#include "check.h"
#include "check_private.h"
#include "command.h"

#define WRONG 1			/* exit status: something is */
#define TEXT_LIMIT (16u << 20)	/* bytes that a program may say */

static const struct check_area *const areas[] = {
	&check_daemon, &check_signatures, &check_directory, &check_exim,
	&check_rehearsal, &check_dovecot, &check_users, &check_digest,
};

/* -- what looks say ------------------------------------------------------- */

static void __attribute__((format(printf, 3, 0)))
say(struct check *check, const char *word, const char *fmt, va_list args)
{
	printf("%s %s: ", word, check->area);
	vprintf(fmt, args);
	putchar('\n');
	check->said = true;
}

void
check_wrong(struct check *check, const char *mend, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(check, "wrong:", fmt, args);
	va_end(args);
	printf("    mend: %s\n", mend);
	check->wrong++;
}

void
check_skip(struct check *check, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(check, "skipped:", fmt, args);
	va_end(args);
}

void
check_pass(struct check *check)
{
	check->said = true;
}

/* -- what looks need ------------------------------------------------------ */

const char *
check_run(struct check *check, const char *const *argv, int *status_r)
{
	struct command command = { .argv = argv,
		.deadline = sekisho_deadline(CHECK_PATIENCE) };
	struct sekisho_error err;
	struct sekisho_buf out;
	const char *text = "";

	sekisho_buf_init(&out, TEXT_LIMIT);
	*status_r = command_run(&command, &out, &err);
	if (out.len > 0)
		text = pool_strndup(check->pool, out.data, out.len);
	sekisho_buf_free(&out);
	return text;
}

const char *
check_line(struct check *check, const char *text)
{
	char *line;
	size_t i;

	text += strspn(text, " \t\r\n");
	line = pool_strndup(check->pool, text, strcspn(text, "\r\n"));
	for (i = 0; line[i] != '\0'; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = '?';
	while (i > 0 && line[i - 1] == ' ')
		line[--i] = '\0';
	return line;
}

const char *
check_words(struct check *check, const char *text)
{
	const char *line, *words = "";

	while (*text != '\0' && strlen(words) < 200) {
		line = check_line(check, text);
		if (*line != '#' && *line != '\0')
			words = pool_printf(check->pool, "%s%s%s", words,
				*words == '\0' ? "" : " ", line);
		text += strspn(text, " \t\r\n");
		text += strcspn(text, "\r\n");
	}
	return words;
}

bool
check_same(const char *one, const char *other)
{
	struct stat a, b;

	return strcmp(one, other) == 0 || (stat(one, &a) == 0 &&
		stat(other, &b) == 0 && a.st_dev == b.st_dev &&
		a.st_ino == b.st_ino);
}

/* Asked as that user, so that groups and directories count as they do. */
bool
check_can(const char *path, uid_t uid, gid_t gid, int mode)
{
	const struct passwd *pw = getpwuid(uid);
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (pw == NULL || initgroups(pw->pw_name, gid) < 0 ||
		    setgid(gid) < 0 || setuid(uid) < 0)
			_exit(1);
		_exit(access(path, mode) == 0 ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* -- the run -------------------------------------------------------------- */

static void
look_at(struct check *check, const struct check_area *area)
{
	const struct check_look *look;

	check->area = area->name;
	if (!area->begin(check))
		return;
	for (look = area->looks; look->what != NULL; look++) {
		check->said = false;
		look->look(check);
		if (!check->said && check->verbose)
			printf("ok %s: %s\n", area->name, look->what);
	}
}

static int
usage(void)
{
	fprintf(stderr, "usage: sekisho check [-v] [-c file] "
		"[--recipient ADDRESS]\n"
		"       [--exim PROGRAM|none] [--exim-config FILE]\n"
		"       [--doveconf PROGRAM|none] [--dovecot-config FILE]\n");
	return EX_USAGE;
}

static int
read_options(struct check *check, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "exim", required_argument, NULL, 'e' },
		{ "exim-config", required_argument, NULL, 'E' },
		{ "doveconf", required_argument, NULL, 'd' },
		{ "dovecot-config", required_argument, NULL, 'D' },
		{ "recipient", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:v", options, NULL)) != -1) {
		if (option == 'c')
			check->config_file = optarg;
		else if (option == 'v')
			check->verbose = true;
		else if (option == 'e')
			check->exim = optarg;
		else if (option == 'E')
			check->exim_config = optarg;
		else if (option == 'd')
			check->doveconf = optarg;
		else if (option == 'D')
			check->dovecot_config = optarg;
		else if (option == 'r')
			check->recipient = optarg;
		else
			return -1;
	}
	return optind == argc ? 0 : -1;
}

int
check_main(int argc, char *argv[])
{
	struct check check = { .config_file = CONFIG_FILE };
	size_t i;

	if (read_options(&check, argc, argv) < 0)
		return usage();
	if (geteuid() != 0) {
		fprintf(stderr, "sekisho check: only root can look at all of "
			"it\n");
		return EX_NOPERM;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	check.pool = pool_new();
	for (i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
		look_at(&check, areas[i]);
	policy_free(check.policy);
	config_free(check.config);
	pool_free(check.pool);
	return check.wrong > 0 ? WRONG : EX_OK;
}
