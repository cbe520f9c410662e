/*
 * pool.c - the memory of one message.
 *
 * Blocks of 64 KiB are handed out from front to back; a large piece gets a
 * block of its own. Nothing is freed before the message is done with.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "pool.h"

#define BLOCK_SIZE 65536u
#define ALIGNMENT 16u

struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(ALIGNMENT) char data[];
};

struct pool {
	struct block *blocks;	/* the first one is being filled */
};

void
pool_exhausted(void)
{
	fputs("sekishod: out of memory\n", stderr);
	exit(EX_SOFTWARE);
}

struct pool *
pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		pool_exhausted();
	return pool;
}

void
pool_free(struct pool *pool)
{
	struct block *block, *next;

	if (pool == NULL)
		return;
	for (block = pool->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(pool);
}

/* A new block; a large one goes behind the one that is being filled. */
static struct block *
pool_add_block(struct pool *pool, size_t size)
{
	struct block *block;
	bool large = size > BLOCK_SIZE / 4;

	if (!large)
		size = BLOCK_SIZE;
	block = calloc(1, sizeof(*block) + size);
	if (block == NULL)
		pool_exhausted();
	block->size = size;
	if (large && pool->blocks != NULL) {
		block->next = pool->blocks->next;
		pool->blocks->next = block;
	} else {
		block->next = pool->blocks;
		pool->blocks = block;
	}
	return block;
}

void *
pool_alloc(struct pool *pool, size_t size)
{
	struct block *block = pool->blocks;
	void *piece;

	if (size > SIZE_MAX / 2)
		pool_exhausted();
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (block == NULL || block->size - block->used < size)
		block = pool_add_block(pool, size);
	piece = block->data + block->used;
	block->used += size;
	return piece;
}

void *
pool_array(struct pool *pool, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		pool_exhausted();
	return pool_alloc(pool, count * size);
}

char *
pool_strndup(struct pool *pool, const char *text, size_t len)
{
	char *copy = pool_alloc(pool, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *
pool_strdup(struct pool *pool, const char *text)
{
	return pool_strndup(pool, text, strlen(text));
}

char *
pool_printf(struct pool *pool, const char *fmt, ...)
{
	va_list args;
	int len;
	char *text;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		pool_exhausted();
	text = pool_alloc(pool, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

/*
 * The list doubles at 8, 16, 32 ... members, which the count alone tells, so no
 * capacity has to be kept.
 */
void *
pool_append(struct pool *pool, void *list_p, size_t *count_p, size_t size)
{
	void **list = list_p;
	size_t count = *count_p;
	void *grown;

	if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
		grown = pool_array(pool, count == 0 ? 8 : count * 2, size);
		if (count > 0)
			memcpy(grown, *list, count * size);
		*list = grown;
	}
	*count_p = count + 1;
	return (char *)*list + count * size;
}
