/*
 * fuzz-mime.c - any bytes as a message: parse, decode every part, look into
 * it with our own small parsers (RAR, CMS, PGP).
 */
#include <stdint.h>
#include <stdlib.h>

#include "cms.h"
#include "encrypted.h"
#include "mime.h"
#include "rar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
look_into(const struct mime *mime, size_t part, const char *data, size_t len)
{
	struct rar_member member;
	struct sekisho_buf buf;
	struct rar rar;

	encrypted_name(mime, part, data, len);
	if (rar_open(&rar, data, len))
		while (rar_next(&rar, &member) == 1)
			if (member.name + member.name_len > data + len)
				abort();
	sekisho_buf_init(&buf, 64u << 20);
	cms_signed_content(data, len, &buf);
	sekisho_buf_free(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pool *pool = pool_new();
	struct mime *mime = mime_parse((const char *)data, len, pool);
	struct sekisho_buf buf;
	size_t i;

	for (i = 0; i < mime->count; i++) {
		if (mime->parts[i].end > len || mime->parts[i].start >
		    mime->parts[i].body_start || mime->parts[i].body_start >
		    mime->parts[i].end)
			abort();
		sekisho_buf_init(&buf, 64u << 20);
		mime_decode(mime, i, &buf);
		if (buf.data != NULL)
			look_into(mime, i, buf.data, buf.len);
		sekisho_buf_free(&buf);
	}
	pool_free(pool);
	return 0;
}
