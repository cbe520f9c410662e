/*
 * test.h - as much of a test framework as we need.
 *
 * A test program is a list of functions called by main(); each begins with
 * test_begin() and checks with test_assert(), test_str() or test_int(). The
 * output is what tests/run reads: "ok NAME" or "not ok NAME", with the failed
 * lines before it as "# file:line: ...".
 */
#ifndef SEKISHO_TEST_H
#define SEKISHO_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *test_name;
static bool test_bad;
static int test_failures;

static inline void
test_end(void)
{
	if (test_name != NULL)
		printf("%s %s\n", test_bad ? "not ok" : "ok", test_name);
	test_name = NULL;
	fflush(stdout);
}

static inline void
test_begin(const char *name)
{
	test_end();
	test_name = name;
	test_bad = false;
}

static inline void
test_fail(const char *file, int line, const char *text)
{
	printf("# %s:%d: %s\n", file, line, text);
	test_bad = true;
	test_failures++;
}

static inline void
test_str_at(const char *file, int line, const char *got, const char *expected)
{
	if (got != NULL && expected != NULL && strcmp(got, expected) == 0)
		return;
	test_fail(file, line, "texts differ");
	printf("#   got:      %s\n#   expected: %s\n", got ? got : "(null)",
		expected ? expected : "(null)");
}

static inline void
test_int_at(const char *file, int line, long long got, long long expected)
{
	if (got == expected)
		return;
	test_fail(file, line, "numbers differ");
	printf("#   got %lld, expected %lld\n", got, expected);
}

#define test_assert(cond) \
	do { if (!(cond)) test_fail(__FILE__, __LINE__, #cond); } while (0)
#define test_str(got, expected) \
	test_str_at(__FILE__, __LINE__, (got), (expected))
#define test_int(got, expected) \
	test_int_at(__FILE__, __LINE__, (got), (expected))

/* Ends the last test; the exit status of main(). */
static inline int
test_done(void)
{
	test_end();
	return test_failures != 0;
}

#endif
