/*
 * ratelimit.c - how often something may happen in an hour.
 *
 * A table of fixed size in shared memory, addressed by a hash of the key. Two
 * keys in one place share their limit; that is rarer than it matters, and
 * nobody can push another one's count out of the table.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ratelimit.h"

#define SLOTS 65536u
#define PAGE 4096u

struct ratelimit {
	/* The hour in the upper half, the count in the lower half. */
	_Atomic uint64_t slots[SLOTS];
};

/* The descriptor of a file of the table's size: new ones are all zero. */
static int
table_open(const char *file, struct sekisho_error *err)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return sekisho_error_set(err, "cannot open %s: %s", file,
			strerror(errno));
	/* Blocks are taken now: no room later would be a SIGBUS. */
	errno = posix_fallocate(fd, 0, sizeof(struct ratelimit));
	if (errno == 0)
		return fd;
	sekisho_error_set(err, "cannot write %s: %s", file, strerror(errno));
	close(fd);
	return -1;
}

struct ratelimit *
ratelimit_open(const char *file, struct sekisho_error *err)
{
	int fd = -1, flags = MAP_SHARED;
	void *limit;

	if (file == NULL)
		flags |= MAP_ANONYMOUS;
	else if ((fd = table_open(file, err)) < 0)
		return NULL;
	limit = mmap(NULL, sizeof(struct ratelimit), PROT_READ | PROT_WRITE,
		flags, fd, 0);
	if (fd >= 0)
		close(fd);
	if (limit == MAP_FAILED) {
		sekisho_error_set(err, "mmap: %s", strerror(errno));
		return NULL;
	}
	return limit;
}

/* FNV-1a over the key in lower case. */
static unsigned int
key_slot(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key != '\0'; key++)
		hash = (hash ^ (uint32_t)tolower((unsigned char)*key)) *
			16777619u;
	return hash % SLOTS;
}

bool
ratelimit_allows(struct ratelimit *limit, const char *key,
	unsigned int per_hour, time_t now)
{
	unsigned int slot = key_slot(key);
	_Atomic uint64_t *place = &limit->slots[slot];
	uint64_t hour = (uint64_t)now / 3600, old = *place, fresh;

	if (per_hour == 0)
		return true;
	do {
		fresh = old >> 32 == hour ? old + 1 : hour << 32 | 1;
		if ((fresh & UINT32_MAX) > per_hour)
			return false;
	} while (!atomic_compare_exchange_weak(place, &old, fresh));
	/* Of a file; in memory this does nothing. */
	msync((char *)limit + slot * sizeof(uint64_t) / PAGE * PAGE, PAGE,
		MS_ASYNC);
	return true;
}
