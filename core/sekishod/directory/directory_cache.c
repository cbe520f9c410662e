/*
 * directory_cache.c - a table of fixed size; a newer answer takes the place of
 * an older one.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "directory_cache.h"
#include "mapping.h"

#define SLOTS 4096u

struct directory_changes {
	_Atomic uint64_t count;
};

struct slot {
	char *key;		/* NULL: empty */
	uint64_t epoch;
	int64_t until;		/* as of sekisho_now() */
	unsigned int answer;
};

struct directory_cache {
	int64_t lifetime;	/* milliseconds */
	struct directory_changes *changes;
	struct slot *slots;	/* SLOTS of them; NULL: nothing is kept */
};

struct directory_changes *
directory_changes_new(struct sekisho_error *err)
{
	return mapping_shared(sizeof(struct directory_changes), err);
}

void
directory_changes_add(struct directory_changes *changes)
{
	if (changes != NULL)
		atomic_fetch_add(&changes->count, 1);
}

struct directory_cache *
directory_cache_new(unsigned int seconds, struct directory_changes *changes)
{
	struct directory_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL && seconds > 0)
		cache->slots = calloc(SLOTS, sizeof(*cache->slots));
	if (cache == NULL || (seconds > 0 && cache->slots == NULL))
		abort();
	cache->lifetime = (int64_t)seconds * 1000;
	cache->changes = changes;
	return cache;
}

void
directory_cache_free(struct directory_cache *cache)
{
	size_t i;

	if (cache == NULL)
		return;
	for (i = 0; cache->slots != NULL && i < SLOTS; i++)
		free(cache->slots[i].key);
	free(cache->slots);
	free(cache);
}

uint64_t
directory_cache_epoch(const struct directory_cache *cache)
{
	return cache->changes == NULL ? 0 :
		atomic_load(&cache->changes->count);
}

/* FNV-1a. */
static size_t
key_slot(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return hash % SLOTS;
}

bool
directory_cache_get(const struct directory_cache *cache, const char *key,
	unsigned int *answer_r)
{
	const struct slot *slot;

	if (cache->slots == NULL)
		return false;
	slot = &cache->slots[key_slot(key)];
	if (slot->key == NULL || strcmp(slot->key, key) != 0 ||
	    slot->epoch != directory_cache_epoch(cache) ||
	    slot->until <= sekisho_now())
		return false;
	*answer_r = slot->answer;
	return true;
}

void
directory_cache_put(struct directory_cache *cache, const char *key,
	uint64_t epoch, unsigned int answer)
{
	struct slot *slot;
	char *copy;

	if (cache->slots == NULL)
		return;
	copy = strdup(key);
	if (copy == NULL)
		return;
	slot = &cache->slots[key_slot(key)];
	free(slot->key);
	*slot = (struct slot){ .key = copy, .epoch = epoch,
		.until = sekisho_now() + cache->lifetime, .answer = answer };
}
