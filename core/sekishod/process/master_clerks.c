/*
 * master_clerks.c - clerks are forked with the policy that they apply.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clerk.h"
#include "counters.h"
#include "log.h"
#include "master_private.h"

static void
clerk_start(struct master *master, size_t desk, unsigned int index)
{
	struct checkpoint checkpoint = {
		.config = master->config,
		.policy = master->policy,
		.keys = &master->keys,
		.ratelimit = master->ratelimit,
		.changes = master->changes,
		.poison = master->poison,
		.verdicts = master->verdicts,
		.counters = master->counters,
	};
	pid_t self = getpid(), pid = fork();

	if (pid == 0) {
		sigprocmask(SIG_UNBLOCK, &master->signals, NULL);
		/* Ours may end, and another begin, while this one works. */
		close(master->lock_fd);
		_exit(clerk_run(&checkpoint, &desks[desk],
			master->listen_fds[desk], self));
	}
	master->clerks[desk][index] = pid > 0 ? pid : 0;
}

void
master_clerks_start(struct master *master)
{
	unsigned int i, count;
	size_t desk;

	for (desk = 0; desk < DESKS; desk++) {
		count = desks[desk].clerks(master->config);
		for (i = 0; i < count; i++)
			if (master->clerks[desk][i] == 0)
				clerk_start(master, desk, i);
	}
}

void
master_clerks_dismiss(struct master *master)
{
	unsigned int i;
	size_t desk;

	for (desk = 0; desk < DESKS; desk++)
		for (i = 0; i < CLERKS_MAX; i++)
			if (master->clerks[desk][i] != 0)
				kill(master->clerks[desk][i], SIGTERM);
	memset(master->clerks, 0, sizeof(master->clerks));
}

/* Forgets the clerk with that pid, if it is one. */
static bool
clerk_forget(struct master *master, pid_t pid)
{
	unsigned int i;
	size_t desk;

	for (desk = 0; desk < DESKS; desk++)
		for (i = 0; i < CLERKS_MAX; i++)
			if (master->clerks[desk][i] == pid) {
				master->clerks[desk][i] = 0;
				return true;
			}
	return false;
}

static void
clerk_died(int status)
{
	if (WIFSIGNALED(status))
		log_line(LOG_LEVEL_ERROR, "a clerk was killed by signal %d "
			"(%s); starting another", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		log_line(LOG_LEVEL_ERROR, "a clerk ended with status %d; "
			"starting another", WEXITSTATUS(status));
}

bool
master_clerk_ended(struct master *master, pid_t pid, int status)
{
	bool known = clerk_forget(master, pid);

	if (known) {
		clerk_died(status);
		counters_add(master->counters, COUNTER_CLERK_DIED);
	}
	return known;
}
