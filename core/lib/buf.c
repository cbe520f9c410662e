/*
 * buf.c - a growing byte buffer with a hard maximum.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

static void (*no_memory_handler)(void);

void
sekisho_no_memory_call(void (*handler)(void))
{
	no_memory_handler = handler;
}

void
sekisho_no_memory(void)
{
	if (no_memory_handler != NULL)
		no_memory_handler();
}

void
sekisho_buf_init(struct sekisho_buf *buf, size_t max)
{
	memset(buf, 0, sizeof(*buf));
	buf->max = max;
}

void
sekisho_buf_free(struct sekisho_buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->data);
	sekisho_buf_init(buf, buf->max);
}

/* Makes room for len more bytes and the NUL. */
static bool
buf_reserve(struct sekisho_buf *buf, size_t len)
{
	size_t size;
	char *data;

	if (buf->failed || len > buf->max || buf->len > buf->max - len) {
		buf->failed = true;
		return false;
	}
	if (buf->len + len < buf->size)
		return true;
	size = buf->size == 0 ? 256 : buf->size;
	while (size <= buf->len + len)
		size *= 2;
	data = realloc(buf->data, size);
	if (data == NULL) {
		sekisho_no_memory();
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void
sekisho_buf_add(struct sekisho_buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
sekisho_buf_puts(struct sekisho_buf *buf, const char *text)
{
	sekisho_buf_add(buf, text, strlen(text));
}

void
sekisho_buf_printf(struct sekisho_buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !buf_reserve(buf, (size_t)len)) {
		buf->failed = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}
