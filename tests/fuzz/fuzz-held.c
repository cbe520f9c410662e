/*
 * fuzz-held.c - sekisho_held_decode() with a foreign header field (SPEC Q1),
 * and a foreign header that may hold one (O2).
 *
 * What is read is written again, and that is read as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "explain_held.h"
#include "held.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_again(const struct sekisho_held *held)
{
	struct sekisho_held again;
	struct sekisho_buf buf;

	sekisho_buf_init(&buf, 2 * SEKISHO_HELD_MAX);
	sekisho_held_encode(held, &buf);
	if (buf.failed || sekisho_held_decode(&again, buf.data +
	    strlen(SEKISHO_HELD_HEADER ":"), NULL) < 0)
		abort();
	if (strcmp(again.id, held->id) != 0 || again.time != held->time ||
	    again.held_class != held->held_class ||
	    strcmp(again.rule, held->rule) != 0 ||
	    strcmp(again.reason, held->reason) != 0 ||
	    strcmp(again.sender, held->sender) != 0 ||
	    strcmp(again.recipient, held->recipient) != 0 ||
	    strcmp(again.seal, held->seal) != 0)
		abort();
	sekisho_held_free(&again);
	sekisho_buf_free(&buf);
}

/* The same bytes in a whole header, as `sekisho explain --held` reads it. */
static void
take(const char *before, const uint8_t *data, size_t size)
{
	struct sekisho_buf headers, line;
	struct sekisho_held held;

	sekisho_buf_init(&headers, 65536 + size);
	sekisho_buf_init(&line, 65536);
	sekisho_buf_puts(&headers, before);
	sekisho_buf_add(&headers, data, size);
	if (explain_held_take(&headers, &held, NULL) == 0) {
		if (headers.len > strlen(before) + size)
			abort();
		explain_held_print(&held, &line);
		sekisho_held_free(&held);
	}
	sekisho_buf_free(&headers);
	sekisho_buf_free(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sekisho_error err;
	struct sekisho_held held;
	char *value = malloc(size + 1);

	if (value == NULL)
		abort();
	if (size > 0)
		memcpy(value, data, size);
	value[size] = '\0';
	if (sekisho_held_decode(&held, value, &err) == 0) {
		check_again(&held);
		sekisho_held_free(&held);
	}
	free(value);
	take("", data, size);
	take("From: a\n" SEKISHO_HELD_HEADER ":", data, size);
	return 0;
}
