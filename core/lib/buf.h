/*
 * buf.h - a growing byte buffer with a hard maximum.
 *
 * A failed append (no memory, or past the maximum) is remembered; the caller
 * appends freely and looks at ->failed once at the end.
 */
#ifndef SEKISHO_BUF_H
#define SEKISHO_BUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What is called from now on when there is no memory; it may end the process.
 * Who does not look at ->failed would otherwise go on with half a text. NULL,
 * as at the start: nothing.
 */
void sekisho_no_memory_call(void (*handler)(void));

/* Calls that: an allocation has failed. It may return. */
void sekisho_no_memory(void);

struct sekisho_buf {
	char *data;	/* always NUL-terminated once anything was added */
	size_t len;	/* bytes without that NUL */
	size_t size;	/* bytes allocated */
	size_t max;	/* never grow beyond this */
	bool failed;
};

/* An empty buffer that may hold max bytes. Allocates nothing yet. */
void sekisho_buf_init(struct sekisho_buf *buf, size_t max);

/* Frees the bytes; the buffer may be used again. buf may be NULL. */
void sekisho_buf_free(struct sekisho_buf *buf);

void sekisho_buf_add(struct sekisho_buf *buf, const void *data, size_t len);
void sekisho_buf_puts(struct sekisho_buf *buf, const char *text);
void sekisho_buf_printf(struct sekisho_buf *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
