/*
 * test-ratelimit.c - so many notices to one address in an hour (SPEC N4).
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ratelimit.h"
#include "test.h"

#define HOUR ((time_t)500000 * 3600)

/* How many of tries are allowed. */
static int
allowed(struct ratelimit *limit, const char *address, time_t now, int tries)
{
	int count = 0;

	while (tries-- > 0)
		count += ratelimit_allows(limit, address, now);
	return count;
}

static void
test_hours(void)
{
	struct ratelimit *limit = ratelimit_new(3, NULL);

	test_begin("N4: three an hour are three, to each address");
	test_int(allowed(limit, "a@x", HOUR, 10), 3);
	test_int(allowed(limit, "b@x", HOUR, 2), 2);
	test_int(allowed(limit, "b@x", HOUR + 3599, 2), 1);
	test_begin("N4: an address is the same in any case");
	test_int(allowed(limit, "A@X", HOUR + 1, 5), 0);
	test_begin("N4: the next hour begins anew");
	test_int(allowed(limit, "a@x", HOUR + 3600, 10), 3);
	test_int(allowed(limit, "a@x", HOUR + 3 * 3600, 1), 1);

	test_begin("N4: 0 is no limit");
	limit = ratelimit_new(0, NULL);
	test_int(allowed(limit, "a@x", HOUR, 1000), 1000);
}

/* Clerks are processes of their own and share what they count. */
static void
test_processes(void)
{
	struct ratelimit *limit = ratelimit_new(400, NULL);
	int i, status, total = 0;

	test_begin("N4: processes forked later share the count");
	fflush(stdout);
	for (i = 0; i < 5; i++)
		if (fork() == 0)
			_exit(allowed(limit, "a@x", HOUR, 100));
	while (wait(&status) > 0)
		total += WEXITSTATUS(status);
	test_int(total, 400);
	test_int(allowed(limit, "a@x", HOUR, 1), 0);
}

int
main(void)
{
	test_hours();
	test_processes();
	return test_done();
}
