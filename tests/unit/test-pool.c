/*
 * test-pool.c - the memory of one message: zeroed, aligned, freed at once; no
 * memory ends the process with status 70.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "pool.h"
#include "test.h"

static void
test_pieces(void)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 16384, 16385,
		65536, 65537, 1 << 20, 3 };
	struct pool *pool = pool_new();
	char *pieces[sizeof(sizes) / sizeof(sizes[0])];
	size_t i, k;

	test_begin("pool: pieces of any size, aligned, zeroed, apart");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pieces[i] = pool_alloc(pool, sizes[i]);
		test_assert((uintptr_t)pieces[i] % 16 == 0);
		for (k = 0; k < sizes[i] && pieces[i][k] == '\0'; k++)
			pieces[i][k] = (char)(i + 1);
		test_int((long long)k, (long long)sizes[i]);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (k = 0; k < sizes[i]; k++)
			if (pieces[i][k] != (char)(i + 1))
				test_fail(__FILE__, __LINE__, "overlap");
	test_begin("pool: many small pieces fill many blocks");
	for (i = 0; i < 20000; i++) {
		pieces[0] = pool_array(pool, 5, 7);
		for (k = 0; k < 35; k++)
			if (pieces[0][k] != '\0')
				test_fail(__FILE__, __LINE__, "not zeroed");
		memset(pieces[0], 'x', 35);
	}
	pool_free(pool);
	pool_free(NULL);
}

static void
test_texts(void)
{
	struct pool *pool = pool_new();
	char large[30000];

	test_begin("pool: copies of texts, and formatted ones");
	test_str(pool_strdup(pool, "abc"), "abc");
	test_str(pool_strndup(pool, "abcdef", 3), "abc");
	test_str(pool_strndup(pool, "", 0), "");
	test_str(pool_printf(pool, "%s-%d", "a", 7), "a-7");
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	test_str(pool_printf(pool, "%s", large), large);
	pool_free(pool);
}

static void
test_lists(void)
{
	struct pool *pool = pool_new();
	size_t i, *list = NULL, count = 0, *item;

	test_begin("pool: a list keeps its members as it grows");
	for (i = 0; i < 5000; i++) {
		item = pool_append(pool, &list, &count, sizeof(*item));
		if (*item != 0 || item != &list[i] || count != i + 1)
			test_fail(__FILE__, __LINE__, "a wrong place");
		*item = i;
	}
	for (i = 0; i < 5000; i++)
		if (list[i] != i)
			test_fail(__FILE__, __LINE__, "a lost member");
	pool_free(pool);
}

/* The exit status of a process that asks for too much. */
static int
status_of(size_t count, size_t size)
{
	/* Volatile: a pool that LSan can find is no leak. */
	static struct pool *volatile pool;
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		pool = pool_new();
		pool_array(pool, count, size);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
main(void)
{
	test_pieces();
	test_texts();
	test_lists();
	test_begin("pool: no memory ends the process with EX_SOFTWARE");
	test_int(status_of(SIZE_MAX / 2, 3), EX_SOFTWARE);
	test_int(status_of(SIZE_MAX / 2 + 1, 1), EX_SOFTWARE);
	test_int(status_of(SIZE_MAX, 0), 0);
	return test_done();
}
