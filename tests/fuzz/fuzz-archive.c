/*
 * fuzz-archive.c - any bytes as a RAR archive, as signed data and as TNEF (SPEC
 * R1, R3, R7): names lie within the bytes, and the end is reached.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cms.h"
#include "rar.h"
#include "tnef.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	const char *data;
	size_t size;
};

static int
on_piece(void *context, const struct tnef_piece *piece)
{
	const struct bytes *all = context;

	if (piece->data < all->data ||
	    piece->data + piece->len > all->data + all->size)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes all = { (const char *)data, size };
	struct rar_member member;
	struct sekisho_buf out;
	size_t count = 0;
	struct rar rar;

	if (rar_open(&rar, data, size))
		while (rar_next(&rar, &member) == 1)
			if (member.name < (const char *)data ||
			    member.name + member.name_len >
			    (const char *)data + size || ++count > size)
				abort();
	tnef_read(data, size, on_piece, &all);
	sekisho_buf_init(&out, 64u << 20);
	if (cms_signed_content(data, size, &out) != (out.len > 0) ||
	    out.len > size)
		abort();
	sekisho_buf_free(&out);
	return 0;
}
