/*
 * fuzz-field.c - foreign header lines of a MIME part (SPEC R15): a Content-Type
 * with a new charset is one field, whatever it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mimefacts.h"
#include "mimefield.h"
#include "mimeother.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "Content-Type:";
	struct sekisho_buf field, out;
	struct mime_part part = { .parent = 0 };
	struct mimeother other;
	struct pool *pool;
	size_t len;

	mime_init();
	pool = pool_new();
	sekisho_buf_init(&field, 16u << 20);
	sekisho_buf_init(&out, 16u << 20);
	sekisho_buf_puts(&field, name);
	sekisho_buf_add(&field, data, size);
	len = mimefield_end(field.data, field.len);
	if (len == 0 || len > field.len || !mimefield_is_mime(field.data, len))
		abort();
	mimefield_add_utf8(&out, field.data, len, "text/plain");
	/* All of it is one field, and it ends in LF. */
	if (out.failed || out.data[out.len - 1] != '\n' ||
	    mimefield_end(out.data, out.len) != out.len ||
	    strncmp(out.data, name, strlen(name)) != 0)
		abort();
	mimefacts_part(&part, pool, out.data, out.len, "text/plain");
	mimefacts_part(&part, pool, field.data, field.len, "text/plain");
	mimeother_read(&other, pool, field.data, field.len);
	sekisho_buf_free(&field);
	sekisho_buf_free(&out);
	pool_free(pool);
	return 0;
}
