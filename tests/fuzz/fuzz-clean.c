/*
 * fuzz-clean.c - any bytes as a file that a virus is taken out of (SPEC R1).
 * The virus is the letter V: no cleaner lets a member pass that has it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "ole2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool cleaned_before;

static int
infected(void *context, const char *name, const void *data, size_t len,
	struct sekisho_error *err)
{
	bool found = data != NULL && len > 0 && memchr(data, 'V', len) != NULL;

	if (found && cleaned_before)
		abort();
	return found;
}

/* What was cleaned is cleaned once more, which finds nothing. */
static void
clean_again(clean_fn *way, struct clean_request request,
	const struct sekisho_buf *file)
{
	struct cleaned cleaned = { .noted = false };
	struct sekisho_error err = { "" };

	request.data = file->data;
	request.len = file->len;
	sekisho_buf_init(&cleaned.data, 64u << 20);
	cleaned_before = true;
	way(&request, &cleaned, &err);
	cleaned_before = false;
	sekisho_buf_free(&cleaned.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static clean_fn *const ways[] = { zipclean, archiveclean, ooxmlclean,
		ole2clean };
	struct clean_request request = { .data = data, .len = size,
		.note = "taken out\n", .infected = infected };
	static bool ready;
	struct cleaned cleaned;
	struct sekisho_error err;
	size_t i;
	int result;

	if (!ready)
		ole2_init();
	ready = true;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		memset(&cleaned, 0, sizeof(cleaned));
		err.text[0] = '\0';
		sekisho_buf_init(&cleaned.data, 64u << 20);
		result = ways[i](&request, &cleaned, &err);
		if (result == 0 && !cleaned.data.failed)
			clean_again(ways[i], request, &cleaned.data);
		if ((result == 1 || result == -1) && err.text[0] == '\0')
			abort();
		sekisho_buf_free(&cleaned.data);
	}
	return 0;
}
