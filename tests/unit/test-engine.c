/*
 * test-engine.c - a scan while the clock on the wall is set: libclamav asks
 * gettimeofday(), and here it gets ours; and one without memory.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>

#include "engine_limit.h"
#include "pool.h"
#include "scanner.h"
#include "test.h"

static int looks_until_set = INT_MAX;

int
gettimeofday(struct timeval *now, void *zone)
{
	struct timespec precise;

	clock_gettime(CLOCK_REALTIME, &precise);
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	if (looks_until_set > 0)
		looks_until_set--;
	else
		now->tv_sec += 3600;
	return 0;
}

/* libclamav's, which may be without memory here. */
void *cl_fmap_open_memory(const void *start, size_t len);
static bool no_memory;

void *
cl_fmap_open_memory(const void *start, size_t len)
{
	void *(*real)(const void *, size_t) = (__typeof__(real))dlsym(
		RTLD_NEXT, "cl_fmap_open_memory");

	return no_memory ? NULL : real(start, len);
}

/* What a scan says when the clock is set after so many looks at it. */
static const char *
outcome(struct engine *engine, int looks)
{
	struct pool *pool = pool_new();
	struct scan_result result;
	struct sekisho_error err;
	struct sekisho_buf mail;
	static char said[600];

	mail_begin(&mail);
	mail_attach(&mail, "day.txt", "Good day", 8);
	mail_attach(&mail, "night.txt", "Good night", 10);
	mail_end(&mail);
	looks_until_set = looks;
	if (engine_scan(engine, mail.data, mail.len, pool, &result, &err) < 0)
		snprintf(said, sizeof(said), "error: %s", err.text);
	else
		snprintf(said, sizeof(said), "%s", result.match_count == 0 ?
			"clean" : result.matches[0].name);
	looks_until_set = INT_MAX;
	sekisho_buf_free(&mail);
	pool_free(pool);
	return said;
}

/* The same files, others, and the same again. */
static void
test_set(const struct engine *engine)
{
	struct sekisho_error err;
	struct engine *other;

	test_begin("O4: the same signatures have the same name");
	test_int(strlen(engine_set(engine)), ENGINE_SET);
	other = engine_open(scanner_directory, 60, &err);
	test_str(engine_set(other), engine_set(engine));
	engine_close(other);
	test_begin("O4: others have another name");
	scanner_write("test.hdb", "44d88612fea8a8f36de82e1278abb02f:68:A\n");
	other = engine_open(scanner_directory, 60, &err);
	test_int(strcmp(engine_set(other), engine_set(engine)) != 0, true);
	engine_close(other);
}

int
main(void)
{
	struct sekisho_error err;
	struct engine *engine;

	scanner_make();
	engine = engine_open(scanner_directory, 60, &err);
	test_begin("R1: nothing is found in a mail without anything");
	test_str(outcome(engine, INT_MAX), "clean");
	test_begin("O4: the clock is set during a scan: that is no finding");
	test_str(outcome(engine, 1),
		"error: scanner: the clock was set during a scan");
	test_begin("O4: and the next scan is like any other");
	test_str(outcome(engine, INT_MAX), "clean");
	test_begin("O4: libclamav has no memory: that is no finding either");
	no_memory = true;
	test_str(outcome(engine, INT_MAX),
		"error: scanner: Can't allocate memory");
	no_memory = false;
	test_set(engine);
	engine_close(engine);
	scanner_remove();
	return test_done();
}
