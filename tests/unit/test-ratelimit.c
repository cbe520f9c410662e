/*
 * test-ratelimit.c - so many in an hour, also after a restart (SPEC N4, C7).
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ratelimit.h"
#include "test.h"

#define HOUR ((time_t)500000 * 3600)

/* How many of a hundred tries are allowed. */
static int
allowed(struct ratelimit *limit, const char *key, unsigned int per_hour,
	time_t now)
{
	int count = 0, tries;

	for (tries = 0; tries < 100; tries++)
		count += ratelimit_allows(limit, key, per_hour, now);
	return count;
}

static void
test_hours(void)
{
	struct ratelimit *limit = ratelimit_open(NULL, NULL);

	test_begin("N4: three an hour are three, for each key");
	test_int(allowed(limit, "a@x", 3, HOUR), 3);
	test_assert(ratelimit_allows(limit, "b@x", 2, HOUR));
	test_int(allowed(limit, "b@x", 2, HOUR + 3599), 1);
	test_begin("N4: an address is the same in any case");
	test_int(allowed(limit, "A@X", 3, HOUR + 1), 0);
	test_begin("N4: the next hour begins anew");
	test_int(allowed(limit, "a@x", 3, HOUR + 3600), 3);
	test_int(allowed(limit, "a@x", 3, HOUR + 3 * 3600), 3);
	test_begin("N4: a clock that is set back locks nobody out");
	test_int(allowed(limit, "a@x", 3, HOUR), 3);
	test_begin("N4: 0 is no limit");
	test_int(allowed(limit, "a@x", 0, HOUR + 3 * 3600), 100);
}

/* Clerks are processes of their own and share what they count. */
static void
test_processes(void)
{
	struct ratelimit *limit = ratelimit_open(NULL, NULL);
	int i, status, total = 0;

	test_begin("N4: processes forked later share the count");
	fflush(stdout);
	for (i = 0; i < 5; i++)
		if (fork() == 0)
			_exit(allowed(limit, "a@x", 400, HOUR));
	while (wait(&status) > 0)
		total += WEXITSTATUS(status);
	test_int(total, 400);
	test_int(allowed(limit, "a@x", 400, HOUR), 0);
}

static void
test_file(void)
{
	char directory[] = "/tmp/test-ratelimit-XXXXXX", path[64];
	struct ratelimit *one, *two;
	struct sekisho_error err;
	struct stat st;

	if (mkdtemp(directory) == NULL)
		return;
	snprintf(path, sizeof(path), "%s/tries", directory);
	test_begin("C7: what was counted survives in the file, readable by "
		"one user");
	one = ratelimit_open(path, NULL);
	test_assert(one != NULL && ratelimit_allows(one, "x", 1, HOUR));
	two = ratelimit_open(path, NULL);
	test_assert(two != NULL && !ratelimit_allows(two, "x", 1, HOUR));
	test_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	unlink(path);
	test_begin("C7: a link in its place is not followed");
	test_int(symlink("/etc/passwd", path), 0);
	test_assert(ratelimit_open(path, &err) == NULL);
	unlink(path);
	rmdir(directory);
	test_begin("C7: no directory is an error that names the file");
	test_assert(ratelimit_open(path, &err) == NULL);
	test_assert(strstr(err.text, path) != NULL);
}

int
main(void)
{
	test_hours();
	test_processes();
	test_file();
	return test_done();
}
