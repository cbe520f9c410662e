/*
 * fuzz-request.c - a frame on control.sock or account.sock, and an answer: what
 * is read is written again as the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_request request;
	struct sekisho_answer answer;
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	if (sekisho_request_decode(&request, data, size, NULL) == 0) {
		sekisho_request_encode(&request, &buf);
		if (buf.len != size || memcmp(buf.data, data, size) != 0)
			abort();
		free(request.fields);
	}
	sekisho_buf_free(&buf);
	if (sekisho_answer_decode(&answer, data, size, NULL) == 0) {
		sekisho_answer_encode(&answer, &buf);
		if (buf.len != size || memcmp(buf.data, data, size) != 0 ||
		    answer.status >= SEKISHO_STATUSES)
			abort();
		free(answer.fields);
	}
	sekisho_buf_free(&buf);
	return 0;
}
