/*
 * fuzz-inspection.c - a frame from the jail: every index is in range, every
 * text clean; written and read again it is the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "inspection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text)
{
	size_t len = strlen(text), n;
	uint32_t code;

	for (; len > 0; text += n, len -= n) {
		n = charset_utf8_next(text, len, &code);
		if (n == 0 || code < ' ' || code == 0x7f)
			abort();
	}
}

static void
check(const struct inspection *in)
{
	size_t i;

	if (in->part_count == 0)
		abort();
	check_text(in->from);
	check_text(in->subject);
	for (i = 0; i < in->part_count; i++)
		check_text(in->parts[i].filename);
	for (i = 0; i < in->member_count; i++) {
		check_text(in->members[i].name);
		if (in->members[i].part >= in->part_count)
			abort();
	}
	for (i = 0; i < in->finding_count; i++) {
		check_text(in->findings[i].name);
		check_text(in->findings[i].member);
		if (in->findings[i].part >= in->part_count ||
		    in->findings[i].kind >= FINDING_KINDS)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	struct inspection got, again;
	struct sekisho_buf one, two;

	sekisho_buf_init(&one, SEKISHO_FRAME_MAX);
	sekisho_buf_init(&two, SEKISHO_FRAME_MAX);
	if (inspection_decode(&got, pool, data, size, NULL) == 0) {
		check(&got);
		inspection_encode(&got, &one);
		if (inspection_decode(&again, pool, one.data, one.len, NULL) <
		    0)
			abort();
		inspection_encode(&again, &two);
		if (one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0)
			abort();
	}
	sekisho_buf_free(&one);
	sekisho_buf_free(&two);
	pool_free(pool);
	return 0;
}
