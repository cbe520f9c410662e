/*
 * generation.c - one set of loaded signatures and its inspectors.
 *
 * Started by the master, which renames this generation's socket to
 * "inspect.sock" once it is ready: from then on clerks come here. The old
 * generation gets SIGTERM, finishes what it has begun, and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "engine.h"
#include "generation.h"
#include "inspector.h"
#include "inspector_log.h"
#include "listener.h"
#include "log.h"
#include "mapping.h"
#include "signature_files.h"

#define INSPECTORS_MAX 256u

struct generation {
	const struct config *config;
	unsigned int number;
	int master_fd;
	int listen_fd;
	struct engine *engine;
	/* One shared with each inspector. */
	struct inspector_slot *slots[INSPECTORS_MAX];
	struct inspector_log logs[INSPECTORS_MAX];
	pid_t pids[INSPECTORS_MAX];	/* 0: not running */
	bool stopping;
	bool stale;		/* and the master does not know */
};

static int
generation_open(struct generation *gen, struct sekisho_error *err)
{
	const struct config *config = gen->config;
	struct listener_owner owner = { config->uid, config->gid, 0600 };
	char path[PATH_MAX];
	unsigned int i;

	gen->engine = engine_open(config->signatures, config->scan_seconds,
		err);
	if (gen->engine == NULL)
		return -1;
	/* Or inspectors would reuse what it took to load, each a copy. */
	malloc_trim(0);
	snprintf(path, sizeof(path), "%s/inspect-%u.sock", config->run_dir,
		gen->number);
	gen->listen_fd = listener_open(path, &owner, err);
	if (gen->listen_fd < 0)
		return -1;
	for (i = 0; i < config->inspectors; i++) {
		gen->logs[i].fd = -1;
		gen->slots[i] = mapping_shared(sizeof(*gen->slots[i]), err);
		if (gen->slots[i] == NULL)
			return -1;
	}
	return 0;
}

static void __attribute__((noreturn))
inspector_main(const struct generation *gen, unsigned int index, int ready_fd,
	int log_fd)
{
	const struct config *config = gen->config;
	struct inspector inspector = {
		.engine = gen->engine,
		.listen_fd = gen->listen_fd,
		.ready_fd = ready_fd,
		.log_fd = log_fd,
		.slot = gen->slots[index],
		.scan_seconds = config->scan_seconds,
		.generation = gen->number,
		.jail = {
			.uid = config->jail_uid,
			.gid = config->jail_gid,
			.best_effort = strcmp(config->jail,
				"best-effort") == 0,
		},
	};
	unsigned int i;

	close(gen->master_fd);
	for (i = 0; i < config->inspectors; i++) {
		if (i != index)
			munmap(gen->slots[i], sizeof(*gen->slots[i]));
		if (gen->logs[i].fd >= 0)
			close(gen->logs[i].fd);
	}
	_exit(inspector_run(&inspector));
}

/* Forks inspector number index and waits until it is in its jail. */
static int
inspector_start(struct generation *gen, unsigned int index)
{
	struct inspector_log *log = &gen->logs[index];
	int ready[2], log_fd;
	char byte;
	pid_t pid;
	ssize_t n;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	inspector_log_close(log);
	log_fd = inspector_log_open(log);
	gen->slots[index]->busy_until = 0;
	pid = log_fd < 0 ? -1 : fork();
	if (pid == 0) {
		close(ready[0]);
		inspector_main(gen, index, ready[1], log_fd);
	}
	close(ready[1]);
	if (log_fd >= 0)
		close(log_fd);
	if (pid < 0) {
		close(ready[0]);
		return -1;
	}
	gen->pids[index] = log->pid = pid;
	while ((n = read(ready[0], &byte, 1)) < 0 && errno == EINTR)
		continue;
	close(ready[0]);
	inspector_log_read(log);
	return n == 1 ? 0 : -1;
}

/* The master reads all of it within a second; what is lost, is only counted. */
static bool
generation_tell(const struct generation *gen, enum generation_what what)
{
	struct generation_word word = { .what = what };

	if (what == GENERATION_READY) {
		word.signatures = engine_signatures(gen->engine);
		word.made = signature_files_made(gen->config->signatures);
	}
	return write(gen->master_fd, &word, sizeof(word)) == sizeof(word);
}

static unsigned int
generation_find(const struct generation *gen, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < gen->config->inspectors; i++)
		if (gen->pids[i] == pid)
			return i;
	return UINT_MAX;
}

static void
inspector_died(const struct generation *gen, pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_line(LOG_LEVEL_ERROR, "inspector %d of generation %u was "
			"killed by signal %d (%s); starting another",
			(int)pid, gen->number, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != EX_OK)
		log_line(LOG_LEVEL_ERROR, "inspector %d of generation %u "
			"ended with status %d; starting another", (int)pid,
			gen->number, WEXITSTATUS(status));
}

/* Takes leave of ended inspectors and, unless stopping, starts new ones. */
static bool
generation_reap(struct generation *gen)
{
	unsigned int index, alive = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		index = generation_find(gen, pid);
		if (index == UINT_MAX)
			continue;
		gen->pids[index] = 0;
		inspector_log_close(&gen->logs[index]);
		inspector_died(gen, pid, status);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != EX_OK)
			generation_tell(gen, GENERATION_DIED);
	}
	for (index = 0; index < gen->config->inspectors; index++) {
		/* One that cannot start is tried again, but not in a rush. */
		if (gen->pids[index] == 0 && !gen->stopping &&
		    inspector_start(gen, index) < 0)
			sleep(1);
		alive += gen->pids[index] != 0;
	}
	return alive > 0;
}

/* A scan that does not end costs its message, not the mail flow. */
static void
generation_watch(struct generation *gen)
{
	int64_t until, now = sekisho_now();
	unsigned int i;

	for (i = 0; i < gen->config->inspectors; i++) {
		inspector_log_read(&gen->logs[i]);
		until = gen->slots[i]->busy_until;
		if (gen->pids[i] == 0 || until == 0 || until > now)
			continue;
		log_line(LOG_LEVEL_ERROR, "inspector %d took longer than "
			"scan-seconds = %u and 5 s more; ending it",
			(int)gen->pids[i], gen->config->scan_seconds);
		generation_tell(gen, GENERATION_OVERDUE);
		kill(gen->pids[i], SIGKILL);
	}
}

static void
generation_look_at_signatures(struct generation *gen)
{
	static int64_t next;
	int64_t now = sekisho_now();

	if (next == 0)
		next = now + (int64_t)gen->config->signature_check * 1000;
	if (gen->stopping || now < next)
		return;
	next = now + (int64_t)gen->config->signature_check * 1000;
	gen->stale |= engine_changed(gen->engine) == 1;
	if (gen->stale && generation_tell(gen, GENERATION_STALE))
		gen->stale = false;
}

static void
generation_stop(struct generation *gen)
{
	unsigned int i;

	gen->stopping = true;
	for (i = 0; i < gen->config->inspectors; i++)
		if (gen->pids[i] != 0)
			kill(gen->pids[i], SIGTERM);
	close(gen->listen_fd);
	gen->listen_fd = -1;
}

static void
generation_loop(struct generation *gen, const sigset_t *signals)
{
	static const struct timespec second = { .tv_sec = 1 };

	while (generation_reap(gen)) {
		if (sigtimedwait(signals, NULL, &second) == SIGTERM)
			generation_stop(gen);
		generation_watch(gen);
		generation_look_at_signatures(gen);
	}
}

int
generation_run(const struct config *config, unsigned int number,
	int master_fd)
{
	struct generation gen = { .config = config, .number = number,
		.master_fd = master_fd };
	struct sekisho_error err;
	sigset_t signals;
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* The master does not listen any more to one that leaves. */
	signal(SIGPIPE, SIG_IGN);
	log_starting(number == 1);
	if (generation_open(&gen, &err) < 0) {
		log_line(LOG_LEVEL_ERROR, "generation %u: %s", number,
			err.text);
		return EX_UNAVAILABLE;
	}
	for (i = 0; i < config->inspectors; i++)
		if (inspector_start(&gen, i) < 0)
			return EX_UNAVAILABLE;
	log_line(LOG_LEVEL_INFO, "generation %u: %u signatures, %u inspectors",
		number, engine_signatures(gen.engine), config->inspectors);
	if (!engine_opens_rar(gen.engine))
		log_line(LOG_LEVEL_WARNING, "RAR archives cannot be scanned: "
			"install libclamunrar (Debian: non-free)");
	if (!generation_tell(&gen, GENERATION_READY))
		return EX_OSERR;
	log_starting(false);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	generation_loop(&gen, &signals);
	return EX_OK;
}
