/*
 * fuzz-officekey.c - any bytes as an Office file that opens without asking
 * (SPEC R3).
 */
#include <stdint.h>
#include <stdlib.h>

#include "officekey.h"
#include "ole2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int ready;
	struct sekisho_buf out;

	if (ready++ == 0) {
		ole2_init();
		officekey_init();
	}
	sekisho_buf_init(&out, 16u << 20);
	if (officekey_open(data, size, &out) == 0 && out.len > 0)
		abort();
	sekisho_buf_free(&out);
	return 0;
}
