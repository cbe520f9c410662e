/*
 * pool.h - the memory of one message: allocated piece by piece, freed at once.
 *
 * Only in sekishod. Running out of memory ends the process (exit status 70);
 * its master starts a new one and Exim answers 451.
 */
#ifndef SEKISHO_POOL_H
#define SEKISHO_POOL_H

#include <stddef.h>

struct pool;

/* Ends the process, because there is no memory. */
void pool_exhausted(void) __attribute__((noreturn));

struct pool *pool_new(void);

/* Frees the pool and all that came from it. pool may be NULL. */
void pool_free(struct pool *pool);

/* Zeroed, aligned for any type. size 0 is allowed. Never NULL. */
void *pool_alloc(struct pool *pool, size_t size);

/* Zeroed room for count members; the product may not overflow (exits). */
void *pool_array(struct pool *pool, size_t count, size_t size);

char *pool_strdup(struct pool *pool, const char *text);
char *pool_strndup(struct pool *pool, const char *text, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Makes room for one more member at the end of a growing list and returns it,
 * zeroed. *list_p (a T *) may move; count_p is incremented.
 */
void *pool_append(struct pool *pool, void *list_p, size_t *count_p,
	size_t size);

#endif
