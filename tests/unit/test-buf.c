/*
 * test-buf.c - a buffer that grows up to its maximum, and remembers failure.
 */
#include <stdint.h>
#include <stdlib.h>

static void *no_memory(void *old, size_t size);

#define realloc no_memory
#include "buf.c"
#undef realloc
#include "test.h"

static bool memory = true;
static int asked;

static void *
no_memory(void *old, size_t size)
{
	return memory ? realloc(old, size) : NULL;
}

static void
count_asked(void)
{
	asked++;
}

static void
test_no_memory(void)
{
	struct sekisho_buf buf;

	test_begin("buf: without memory the text stays, somebody knows");
	sekisho_buf_init(&buf, 4096);
	sekisho_buf_puts(&buf, "1");
	memory = false;
	sekisho_buf_printf(&buf, "%300d", 2);
	test_assert(buf.failed);
	test_str(buf.data, "1");
	sekisho_no_memory_call(count_asked);
	sekisho_buf_free(&buf);
	sekisho_buf_puts(&buf, "2");
	test_int(asked, 1);
	test_begin("buf: its maximum is no lack of memory");
	sekisho_buf_init(&buf, 2);
	sekisho_buf_puts(&buf, "123");
	test_int(asked, 1);
	memory = true;
	sekisho_no_memory_call(NULL);
	sekisho_buf_free(&buf);
}

static void
test_grow(void)
{
	struct sekisho_buf buf;
	size_t i;

	test_begin("buf: an empty buffer has no bytes and no memory");
	sekisho_buf_init(&buf, 10);
	test_assert(buf.data == NULL && buf.len == 0 && !buf.failed);
	sekisho_buf_free(&buf);

	test_begin("buf: bytes, texts and formats follow each other");
	sekisho_buf_init(&buf, 4096);
	sekisho_buf_add(&buf, "a\0b", 3);
	sekisho_buf_puts(&buf, "cd");
	sekisho_buf_printf(&buf, "%d-%s", 42, "e");
	test_int((long long)buf.len, 9);
	test_assert(memcmp(buf.data, "a\0bcd42-e", 10) == 0);

	test_begin("buf: nothing added is a text all the same");
	sekisho_buf_free(&buf);
	sekisho_buf_add(&buf, NULL, 0);
	test_str(buf.data, "");
	test_assert(!buf.failed);

	test_begin("buf: it grows through every size, NUL at the end");
	for (i = 0; i < 4096; i++) {
		sekisho_buf_add(&buf, "x", 1);
		if (buf.data[i] != 'x' || buf.data[i + 1] != '\0')
			test_fail(__FILE__, __LINE__, "bytes are lost");
	}
	test_assert(!buf.failed && buf.len == 4096);
	sekisho_buf_free(&buf);
}

static void
test_maximum(void)
{
	struct sekisho_buf buf;

	test_begin("buf: the maximum is reached but not passed");
	sekisho_buf_init(&buf, 5);
	sekisho_buf_puts(&buf, "12345");
	test_assert(!buf.failed);
	sekisho_buf_puts(&buf, "6");
	test_assert(buf.failed);
	test_str(buf.data, "12345");

	test_begin("buf: after a failure nothing is added, even if it fits");
	sekisho_buf_free(&buf);
	test_assert(!buf.failed && buf.max == 5);
	sekisho_buf_puts(&buf, "123");
	sekisho_buf_puts(&buf, "456");
	sekisho_buf_puts(&buf, "4");
	test_assert(buf.failed);
	test_str(buf.data, "123");
	sekisho_buf_free(&buf);

	test_begin("buf: a format past the maximum adds nothing");
	sekisho_buf_puts(&buf, "123");
	sekisho_buf_printf(&buf, "%d", 456);
	test_assert(buf.failed);
	test_str(buf.data, "123");
	sekisho_buf_free(&buf);

	test_begin("buf: a length near SIZE_MAX is a failure");
	sekisho_buf_init(&buf, SIZE_MAX);
	sekisho_buf_puts(&buf, "1");
	sekisho_buf_add(&buf, "", SIZE_MAX);
	test_assert(buf.failed && buf.len == 1);
	sekisho_buf_free(&buf);
	sekisho_buf_free(NULL);
}

int
main(void)
{
	test_grow();
	test_maximum();
	test_no_memory();
	return test_done();
}
