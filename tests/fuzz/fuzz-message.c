/*
 * fuzz-message.c - a frame from Exim's module: what is read is written again
 * as the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_message message;
	struct sekisho_error err = { "" };
	struct sekisho_buf buf;

	if (sekisho_message_decode(&message, data, size, &err) < 0) {
		if (err.text[0] == '\0')
			abort();
		return 0;
	}
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_message_encode(&message, &buf);
	if (buf.len != size || memcmp(buf.data, data, size) != 0)
		abort();
	sekisho_buf_free(&buf);
	sekisho_message_free(&message);
	return 0;
}
