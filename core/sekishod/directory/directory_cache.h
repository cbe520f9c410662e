/*
 * directory_cache.h - answers of the directory that may be given once more.
 *
 * Each process has its own. All processes of a sekishod share a counter of
 * changes: an answer is good for ldap-cache seconds, but never after somebody
 * changed something through Sekisho.
 */
#ifndef SEKISHO_DIRECTORY_CACHE_H
#define SEKISHO_DIRECTORY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho.h"

struct directory_changes;

/*
 * A counter in memory that processes forked later share. Returns NULL when
 * there is no memory.
 */
struct directory_changes *directory_changes_new(struct sekisho_error *err);

/* To be called after a change, whether it is known to be done or not. */
void directory_changes_add(struct directory_changes *changes);

struct directory_cache;

/* seconds 0: nothing is kept. changes may be NULL: nobody else counts. */
struct directory_cache *directory_cache_new(unsigned int seconds,
	struct directory_changes *changes);
void directory_cache_free(struct directory_cache *cache);

/* What a question that is asked now must be kept under. */
uint64_t directory_cache_epoch(const struct directory_cache *cache);

/* Sets *answer_r and returns true when the answer is known. */
bool directory_cache_get(const struct directory_cache *cache,
	const char *key, unsigned int *answer_r);

/* epoch: as it was before the directory was asked. */
void directory_cache_put(struct directory_cache *cache, const char *key,
	uint64_t epoch, unsigned int answer);

#endif
