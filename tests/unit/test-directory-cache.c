/*
 * test-directory-cache.c - an answer is given again until its time is over or
 * somebody changes something, in whatever process (SPEC A9).
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "directory_cache.c"
#include "test.h"

static void
test_answers(void)
{
	struct directory_cache *cache = directory_cache_new(60, NULL);
	unsigned int answer = true;

	test_begin("A9: cache: yes and no are both kept");
	test_assert(!directory_cache_get(cache, "a", &answer));
	directory_cache_put(cache, "a", directory_cache_epoch(cache), true);
	directory_cache_put(cache, "b", directory_cache_epoch(cache), false);
	test_assert(directory_cache_get(cache, "a", &answer) && answer);
	test_assert(directory_cache_get(cache, "b", &answer) && !answer);
	test_assert(!directory_cache_get(cache, "c", &answer));
	directory_cache_put(cache, "a", directory_cache_epoch(cache), false);
	test_assert(directory_cache_get(cache, "a", &answer) && !answer);
	directory_cache_free(cache);
}

static void
test_time(void)
{
	struct directory_cache *cache = directory_cache_new(60, NULL);
	unsigned int answer;

	test_begin("A9: cache: not longer than ldap-cache");
	directory_cache_put(cache, "a", directory_cache_epoch(cache), true);
	cache->slots[key_slot("a")].until = sekisho_now();
	test_assert(!directory_cache_get(cache, "a", &answer));
	directory_cache_free(cache);

	cache = directory_cache_new(0, NULL);
	directory_cache_put(cache, "a", directory_cache_epoch(cache), true);
	test_assert(!directory_cache_get(cache, "a", &answer));
	directory_cache_free(cache);
}

static void
test_changes(void)
{
	struct directory_changes *changes = directory_changes_new(NULL);
	struct directory_cache *cache = directory_cache_new(60, changes);
	uint64_t epoch;
	unsigned int answer;
	pid_t pid;

	test_begin("A9: cache: a change in another process empties it");
	directory_cache_put(cache, "a", directory_cache_epoch(cache), true);
	test_assert(directory_cache_get(cache, "a", &answer));
	pid = fork();
	if (pid == 0) {
		directory_changes_add(changes);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	test_assert(!directory_cache_get(cache, "a", &answer));

	/* Asked before the change, answered after it: good for nobody. */
	epoch = directory_cache_epoch(cache);
	directory_changes_add(changes);
	directory_cache_put(cache, "a", epoch, true);
	test_assert(!directory_cache_get(cache, "a", &answer));
	directory_cache_free(cache);
	munmap(changes, sizeof(*changes));
}

static void
test_full(void)
{
	struct directory_cache *cache = directory_cache_new(60, NULL);
	unsigned int i, known = 0;
	char key[32];
	unsigned int answer;

	test_begin("A9: cache: more answers than it has room for");
	for (i = 0; i < 3 * SLOTS; i++) {
		snprintf(key, sizeof(key), "key %u", i);
		directory_cache_put(cache, key, 0, i % 2 == 0);
	}
	for (i = 0; i < 3 * SLOTS; i++) {
		snprintf(key, sizeof(key), "key %u", i);
		if (directory_cache_get(cache, key, &answer)) {
			test_int(answer, i % 2 == 0);
			known++;
		}
	}
	test_assert(known > SLOTS / 2 && known <= SLOTS);
	directory_cache_free(cache);
}

int
main(void)
{
	test_answers();
	test_time();
	test_changes();
	test_full();
	return test_done();
}
