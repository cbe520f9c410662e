/*
 * fuzz-edit.c - a frame to an inspector: edits that are read are written again
 * as the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct edit_list list;
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	if (edit_list_decode(&list, pool, data, size, NULL) == 0) {
		edit_list_encode(&list, &buf);
		if (buf.len != size || memcmp(buf.data, data, size) != 0 ||
		    !edit_list_equal(&list, &list))
			abort();
	}
	sekisho_buf_free(&buf);
	pool_free(pool);
	return 0;
}
