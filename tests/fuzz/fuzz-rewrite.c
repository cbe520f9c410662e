/*
 * fuzz-rewrite.c - rewrite_message() with foreign mails (SPEC R1, R15).
 *
 * The first byte chooses the edits, the rest is the mail.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "mime.h"
#include "rewrite.h"
#include "virusname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The scanner of the fuzzer: a virus is the letter V. */
int
engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err)
{
	memset(result_r, 0, sizeof(*result_r));
	if (len > 0 && memchr(data, 'V', len) != NULL) {
		result_r->matches = pool_alloc(pool,
			sizeof(*result_r->matches));
		result_r->match_count = 1;
		result_r->matches->name = "V";
		result_r->matches->member = "";
	}
	return 0;
}

enum finding_kind
virusname_kind(const char *name)
{
	return FINDING_VIRUS;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char engine;
	struct edit edits[] = {
		{ EDIT_STAMP, 0, "stamp <1>", NULL },
		{ EDIT_STAMP, 0, "添付ファイル", NULL },
		{ EDIT_REMOVE, 2, "removed\n", NULL },
		{ EDIT_CLEAN, 3, "cleaned ä\n", NULL },
		{ EDIT_CLEAN, 1, "cleaned\n", NULL },
	};
	struct edit_list list = { NULL, 0 };
	struct edit chosen[5];
	struct sekisho_error err;
	struct sekisho_buf out;
	size_t i;

	if (size == 0)
		return 0;
	mime_init();
	for (i = 0; i < 5; i++)
		if (data[0] & 1u << i)
			chosen[list.count++] = edits[i];
	list.edits = chosen;
	sekisho_buf_init(&out, 64u << 20);
	rewrite_message(data[0] & 0x80 ? NULL : (struct engine *)(void *)
		&engine, (const char *)data + 1, size - 1, &list, &out, &err);
	sekisho_buf_free(&out);
	return 0;
}
