/*
 * master_generations.c - one generation serves, another one may be loading, and
 * a third one finishing its work.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "channel.h"
#include "counters.h"
#include "generation.h"
#include "inspectors.h"
#include "log.h"
#include "master_private.h"
#include "verdicts.h"

/*
 * A generation is executed afresh, so that the memory of the old signatures
 * is not carried along.
 */
static void __attribute__((noreturn))
generation_exec(const struct master *master, int tell_fd)
{
	char number[16], fd[16];

	snprintf(number, sizeof(number), "%u", master->generations);
	snprintf(fd, sizeof(fd), "%d", tell_fd);
	fcntl(tell_fd, F_SETFD, 0);
	sigprocmask(SIG_UNBLOCK, &master->signals, NULL);
	execl("/proc/self/exe", "sekishod", "-g", number, "-t", fd, "-c",
		master->config_file, (char *)NULL);
	_exit(EX_OSERR);
}

void
master_generation_start(struct master *master)
{
	int tell[2];

	if (master->starting != 0 || master->stopping ||
	    master->config->inspectors == 0 ||
	    (master->serving != 0 && master->leaving != 0) ||
	    sekisho_now() < master->start_after)
		return;
	master->wanted = false;
	/* Whatever goes wrong, not more than one try in three seconds. */
	master->start_after = sekisho_deadline(3000);
	if (pipe2(tell, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	/* What comes through it wakes us with SIGIO. */
	fcntl(tell[0], F_SETOWN, getpid());
	fcntl(tell[0], F_SETFL, O_NONBLOCK | O_ASYNC);
	master->generations++;
	master->starting = fork();
	if (master->starting == 0)
		generation_exec(master, tell[1]);
	close(tell[1]);
	if (master->starting < 0) {
		master->starting = 0;
		close(tell[0]);
		return;
	}
	master->starting_fd = tell[0];
}

/* One that is starting may have read the old files: then one more. */
void
master_generation_want(struct master *master)
{
	master->start_after = 0;
	master->wanted = true;
	master_generation_start(master);
}

/* The new generation gets the socket's name; the old one finishes its work. */
static void
generation_switch(struct master *master)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s/inspect-%u.sock",
		master->config->run_dir, master->generations);
	snprintf(to, sizeof(to), "%s/%s", master->config->run_dir,
		INSPECT_SOCKET);
	verdicts_begin(master->verdicts, master->generations);
	if (rename(from, to) < 0) {
		log_line(LOG_LEVEL_ERROR, "cannot rename %s: %s", from,
			strerror(errno));
		return;
	}
	if (master->serving != 0) {
		kill(master->serving, SIGTERM);
		close(master->serving_fd);
		master->leaving = master->serving;
		master->leave_until = sekisho_deadline(
			(int64_t)master->config->deadline * 1000);
	}
	master->serving = master->starting;
	master->serving_fd = master->starting_fd;
	master->starting = 0;
	master->starting_fd = -1;
}

/* An inspector that does not end must not keep new signatures out. */
static void
generation_part(struct master *master)
{
	if (master->leaving == 0 || sekisho_now() < master->leave_until)
		return;
	log_line(LOG_LEVEL_ERROR, "generation %d does not end; ending it",
		(int)master->leaving);
	kill(master->leaving, SIGKILL);
	master->leave_until = INT64_MAX;
}

/* What it has to say, one by one; false when that is nothing more. */
static bool
generation_hear(struct master *master, int fd)
{
	struct generation_word word;

	if (fd < 0 || read(fd, &word, sizeof(word)) != sizeof(word))
		return false;
	switch (word.what) {
	case GENERATION_READY:
		counters_add(master->counters, COUNTER_GENERATION_READY);
		counters_signatures(master->counters, word.signatures,
			word.made);
		generation_switch(master);
		break;
	case GENERATION_STALE:
		log_line(LOG_LEVEL_INFO, "the signatures have changed");
		master_generation_want(master);
		break;
	case GENERATION_DIED:
		counters_add(master->counters, COUNTER_INSPECTOR_DIED);
		break;
	case GENERATION_OVERDUE:
		counters_add(master->counters, COUNTER_INSPECTOR_OVERDUE);
		break;
	}
	return true;
}

void
master_generation_look(struct master *master)
{
	while (generation_hear(master, master->serving_fd))
		continue;
	/* It may become the serving one by what it says. */
	while (generation_hear(master, master->starting_fd))
		continue;
	generation_part(master);
}

bool
master_generation_ended(struct master *master, pid_t pid)
{
	if (pid == master->starting) {
		log_line(LOG_LEVEL_ERROR, "generation %u did not start%s",
			master->generations, master->serving != 0 ?
			"; the old signatures stay in use" : "");
		counters_add(master->counters, COUNTER_GENERATION_FAILED);
		master->starting = 0;
		close(master->starting_fd);
		master->starting_fd = -1;
	} else if (pid == master->serving) {
		log_line(LOG_LEVEL_ERROR, "the serving generation is gone");
		counters_add(master->counters, COUNTER_GENERATION_LOST);
		master->serving = 0;
		close(master->serving_fd);
		master->serving_fd = -1;
		master_generation_start(master);
	} else if (pid == master->leaving) {
		master->leaving = 0;
	} else {
		return false;
	}
	return true;
}
