/*
 * fuzz-jail.c - any bytes as a message, to a real inspector in its real jail:
 * it answers with findings that can be read, or says why not, and lives on.
 *
 * Needs root and a machine that allows the jail; elsewhere every input passes.
 * A system call that the filter lacks, a limit that is too low and a crash all
 * end the inspector, and that is what is looked for.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../unit/scanner.h"
#include "channel.h"
#include "generation.h"
#include "inspector.h"
#include "inspectors.h"
#include "listener.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SECONDS 20

static char run_dir[PATH_MAX];
static pid_t inspector_pid;
static bool possible;

static int
run(const struct passwd *nobody, int listen_fd, int ready_fd)
{
	struct inspector_slot slot = { 0 };
	struct sekisho_error err;
	struct inspector inspector = {
		.engine = engine_open(scanner_directory, SECONDS, &err),
		.listen_fd = listen_fd,
		.ready_fd = ready_fd,
		.log_fd = STDERR_FILENO,
		.slot = &slot,
		.scan_seconds = SECONDS,
		.jail = { .uid = nobody->pw_uid, .gid = nobody->pw_gid },
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (inspector.engine == NULL)
		return 1;
	return inspector_run(&inspector);
}

/* AddressSanitizer maps more memory than an inspector may have. */
static bool
is_sanitized(void)
{
	return dlsym(RTLD_DEFAULT, "__asan_init") != NULL;
}

/* A new inspector; it ends by itself after so many messages. */
static void
start(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct listener_owner owner = { 0, 0, 0600 };
	char path[PATH_MAX + 16], byte;
	struct sekisho_error err;
	int ready[2], fd;

	snprintf(path, sizeof(path), "%s/%s", run_dir, INSPECT_SOCKET);
	fd = listener_open(path, &owner, &err);
	if (nobody == NULL || fd < 0 || pipe(ready) < 0)
		abort();
	inspector_pid = fork();
	if (inspector_pid == 0) {
		close(ready[0]);
		_exit(run(nobody, fd, ready[1]));
	}
	close(fd);
	close(ready[1]);
	possible = read(ready[0], &byte, 1) == 1 && !is_sanitized();
	close(ready[0]);
	if (!possible)
		fprintf(stderr, "# no jail here: nothing is tried\n");
}

static void
finish(void)
{
	char path[PATH_MAX + 16];

	if (inspector_pid > 0)
		kill(inspector_pid, SIGKILL);
	snprintf(path, sizeof(path), "%s/%s", run_dir, INSPECT_SOCKET);
	unlink(path);
	rmdir(run_dir);
	scanner_remove();
}

/* Was it its time to be renewed, and not the message's doing? */
static bool
ended_well(void)
{
	int status;

	return waitpid(inspector_pid, &status, 0) == inspector_pid &&
		WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
ask(int fd, struct pool *pool, struct sekisho_error *err)
{
	struct inspectors inspectors = { .run_dir = run_dir, .pool = pool,
		.deadline = sekisho_deadline((SECONDS + 20) * 1000) };
	struct inspection inspection;

	return inspectors_inspect(&inspectors, fd, true, NULL, &inspection,
		err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sekisho_error err;
	struct pool *pool;
	int fd;

	if (run_dir[0] == '\0') {
		scanner_make();
		snprintf(run_dir, sizeof(run_dir), "%s-run",
			scanner_directory);
		if (mkdir(run_dir, 0700) < 0)
			abort();
		atexit(finish);
		signal(SIGPIPE, SIG_IGN);
		start();
	}
	if (!possible)
		return 0;
	fd = memfd_create("message", MFD_CLOEXEC);
	pool = pool_new();
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	/* It may refuse a message, but not go away. */
	if (ask(fd, pool, &err) < 0 && strncmp(err.text, "inspector: ", 11)) {
		if (!ended_well()) {
			fprintf(stderr, "%s\n", err.text);
			abort();
		}
		start();
		if (ask(fd, pool, &err) < 0 &&
		    strncmp(err.text, "inspector: ", 11) != 0)
			abort();
	}
	close(fd);
	pool_free(pool);
	return 0;
}
