/*
 * ratelimit.c - how many notices one address gets in an hour.
 *
 * A table of fixed size in shared memory, addressed by a hash of the address.
 * Two addresses in one place share their limit; that is rarer than it matters.
 */
#include <ctype.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "ratelimit.h"

#define SLOTS 65536u

struct ratelimit {
	unsigned int per_hour;
	/* The hour in the upper half, the count in the lower half. */
	_Atomic uint64_t slots[SLOTS];
};

struct ratelimit *
ratelimit_new(unsigned int per_hour, struct sekisho_error *err)
{
	struct ratelimit *limit;

	limit = mmap(NULL, sizeof(*limit), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (limit == MAP_FAILED) {
		sekisho_error_set(err, "mmap: %s", strerror(errno));
		return NULL;
	}
	limit->per_hour = per_hour;
	return limit;
}

/* FNV-1a over the address in lower case. */
static unsigned int
address_slot(const char *address)
{
	uint32_t hash = 2166136261u;

	for (; *address != '\0'; address++)
		hash = (hash ^ (uint32_t)tolower((unsigned char)*address)) *
			16777619u;
	return hash % SLOTS;
}

bool
ratelimit_allows(struct ratelimit *limit, const char *address, time_t now)
{
	_Atomic uint64_t *slot = &limit->slots[address_slot(address)];
	uint64_t hour = (uint64_t)now / 3600, old = *slot, fresh;

	if (limit->per_hour == 0)
		return true;
	do {
		fresh = old >> 32 == hour ? old + 1 : hour << 32 | 1;
		if ((fresh & UINT32_MAX) > limit->per_hour)
			return false;
	} while (!atomic_compare_exchange_weak(slot, &old, fresh));
	return true;
}
