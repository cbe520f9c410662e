/*
 * master.c - the process that starts all others and reads no mail.
 *
 *   process      user       peers                      may
 *   master       root       its children               fork, exec, own sockets
 *   clerk        sekisho    Exim, inspectors, LDAP      network, policy
 *   generation   root       its inspectors             read signatures, fork
 *   inspector    nobody     clerks                     nothing: jail.c
 *
 * SIGHUP: configuration, policy and signatures are read again. New clerks and a
 * new generation start beside the old ones, which finish what they have begun,
 * so no message is deferred. SIGTERM: the same without the new ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "config.h"
#include "counters.h"
#include "directory_cache.h"
#include "listener.h"
#include "log.h"
#include "master.h"
#include "master_private.h"
#include "poison.h"
#include "policy.h"
#include "ratelimit.h"
#include "seal.h"
#include "verdicts.h"

/* Everything a reload can refuse, before anything is changed. */
static int
master_load(struct master *master, struct sekisho_error *err)
{
	struct config *config = config_load(master->config_file, err);
	struct seal_keys keys;
	struct policy *policy;

	if (config != NULL && master->config != NULL &&
	    (config->inspectors == 0) != (master->config->inspectors == 0)) {
		config_free(config);
		return sekisho_error_set(err, "inspectors: from 0 and to 0 it "
			"changes only when sekishod is started again");
	}
	if (config == NULL ||
	    seal_keys_create(config->held_key_file, config->uid, config->gid,
	    err) < 0 ||
	    seal_keys_load(&keys, config->held_key_file, err) < 0)
		return -1;
	policy = policy_load(config->policy, config->policy_schema, err);
	if (policy == NULL) {
		config_free(config);
		return -1;
	}
	/* The old ones are still in use by nobody but us. */
	policy_free(master->policy);
	config_free(master->config);
	master->config = config;
	master->policy = policy;
	master->keys = keys;
	counters_name_rules(master->counters, policy);
	return 0;
}

static int
master_open_run_dir(struct master *master, struct sekisho_error *err)
{
	const struct config *config = master->config;
	char path[PATH_MAX];

	if (mkdir(config->run_dir, 0755) < 0 && errno != EEXIST)
		return sekisho_error_set(err, "run-dir: cannot make %s: %s",
			config->run_dir, strerror(errno));
	snprintf(path, sizeof(path), "%s/lock", config->run_dir);
	master->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (master->lock_fd < 0)
		return sekisho_error_set(err, "cannot open %s: %s", path,
			strerror(errno));
	if (flock(master->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return sekisho_error_set(err, "another sekishod is running in "
			"%s; stop it or set another run-dir", config->run_dir);
	return 0;
}

/* What survives a restart belongs to the clerks. */
static int
master_open_state_dir(const struct config *config, struct sekisho_error *err)
{
	if (mkdir(config->state_dir, 0750) < 0 && errno != EEXIST)
		return sekisho_error_set(err, "state-dir: cannot make %s: %s",
			config->state_dir, strerror(errno));
	if (geteuid() == 0 &&
	    chown(config->state_dir, config->uid, config->gid) < 0)
		return sekisho_error_set(err, "state-dir: cannot give %s to "
			"%s: %s", config->state_dir, config->user,
			strerror(errno));
	return 0;
}

static int
desks_open(struct master *master, struct sekisho_error *err)
{
	const struct config *config = master->config;
	struct listener_owner owner = { config->uid, config->mta_gid, 0 };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < DESKS; i++) {
		snprintf(path, sizeof(path), "%s/%s", config->run_dir,
			desks[i].socket);
		owner.mode = desks[i].mode;
		master->listen_fds[i] = listener_open(path, &owner, err);
		if (master->listen_fds[i] < 0)
			return -1;
	}
	return 0;
}

static void
master_reap(struct master *master)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!master_generation_ended(master, pid))
			master_clerk_ended(master, pid, status);
}

static void
master_reload(struct master *master)
{
	struct sekisho_error err;

	if (master_load(master, &err) < 0) {
		log_line(LOG_LEVEL_ERROR, "reload refused, the running "
			"configuration stays in force: %s", err.text);
		return;
	}
	if (log_open(master->config->log, &err) < 0)
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
	log_line(LOG_LEVEL_INFO, "reload: policy %s",
		master->config->policy);
	master_clerks_dismiss(master);
	master_clerks_start(master);
	master_generation_want(master);
}

/* Waits until pid has ended, or time is up: then it is made to. */
static void
child_wait(pid_t pid, int64_t until)
{
	static const struct timespec tick = { .tv_nsec = 20000000 };

	while (pid != 0 && waitpid(pid, NULL, WNOHANG) == 0) {
		if (sekisho_now() > until)
			kill(pid, SIGKILL);
		nanosleep(&tick, NULL);
	}
}

/* First the clerks, so that no message begins that nobody can inspect. */
static void
master_stop(struct master *master)
{
	int64_t until = sekisho_deadline(
		(int64_t)master->config->deadline * 1000 + 5000);
	pid_t clerks[DESKS][CLERKS_MAX];
	unsigned int i;
	size_t desk;

	memcpy(clerks, master->clerks, sizeof(clerks));
	master->stopping = true;
	master_clerks_dismiss(master);
	for (desk = 0; desk < DESKS; desk++)
		close(master->listen_fds[desk]);
	for (desk = 0; desk < DESKS; desk++)
		for (i = 0; i < CLERKS_MAX; i++)
			child_wait(clerks[desk][i], until);
	if (master->serving != 0)
		kill(master->serving, SIGTERM);
	if (master->starting != 0)
		kill(master->starting, SIGTERM);
	child_wait(master->leaving, until);
	child_wait(master->serving, until);
	child_wait(master->starting, until);
}

static void
master_loop(struct master *master)
{
	/* Signals tell of all but what time makes due. */
	static const struct timespec second = { .tv_sec = 1 };

	for (;;) {
		switch (sigtimedwait(&master->signals, NULL, &second)) {
		case SIGTERM:
		case SIGINT:
			master_stop(master);
			return;
		case SIGHUP:
			master_reload(master);
			break;
		default:
			break;
		}
		master_reap(master);
		master_generation_look(master);
		if (master->serving == 0 || master->wanted)
			master_generation_start(master);
		master_clerks_start(master);
	}
}

/* Waits for the first generation: what cannot scan shall not say it runs. */
static int
master_wait_ready(struct master *master, struct sekisho_error *err)
{
	static const struct timespec tick = { .tv_nsec = 20000000 };

	if (master->config->inspectors == 0) {
		log_line(LOG_LEVEL_INFO, "inspectors = 0: this host scans "
			"nothing");
		return 0;
	}
	master_generation_start(master);
	if (master->starting == 0)
		return sekisho_error_set(err, "cannot start the scanner: %s",
			strerror(errno));
	while (master->serving == 0) {
		master_generation_look(master);
		if (master->starting != 0 &&
		    waitpid(master->starting, NULL, WNOHANG) != 0) {
			master->starting = 0;
			return sekisho_error_set(err, "the scanner did not "
				"start; the line above says why");
		}
		nanosleep(&tick, NULL);
	}
	return 0;
}

static int
master_start(struct master *master, struct sekisho_error *err)
{
	master->counters = counters_new(err);
	if (master->counters == NULL || master_load(master, err) < 0 ||
	    log_open(master->config->log, err) < 0 ||
	    master_open_run_dir(master, err) < 0 ||
	    master_open_state_dir(master->config, err) < 0 ||
	    desks_open(master, err) < 0)
		return -1;
	master->ratelimit = ratelimit_open(NULL, err);
	if (master->ratelimit == NULL)
		return -1;
	master->changes = directory_changes_new(err);
	master->poison = poison_new(err);
	master->verdicts = verdicts_new(err);
	if (master->changes == NULL || master->poison == NULL ||
	    master->verdicts == NULL)
		return -1;
	sigemptyset(&master->signals);
	sigaddset(&master->signals, SIGTERM);
	sigaddset(&master->signals, SIGINT);
	sigaddset(&master->signals, SIGHUP);
	sigaddset(&master->signals, SIGCHLD);
	sigaddset(&master->signals, SIGIO);
	sigprocmask(SIG_BLOCK, &master->signals, NULL);
	return master_wait_ready(master, err);
}

int
master_run(const char *config_file)
{
	struct master master = { .config_file = config_file,
		.starting_fd = -1, .serving_fd = -1 };
	struct sekisho_error err;

	log_starting(true);
	if (master_start(&master, &err) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
		return EX_CONFIG;
	}
	log_starting(false);
	master_clerks_start(&master);
	log_line(LOG_LEVEL_INFO, "sekishod " SEKISHO_VERSION " is ready: "
		"%u clerks at %s/scan.sock", master.config->clerks,
		master.config->run_dir);
	master_loop(&master);
	log_line(LOG_LEVEL_INFO, "sekishod has stopped");
	return EX_OK;
}
