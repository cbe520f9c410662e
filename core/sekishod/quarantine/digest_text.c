/*
 * digest_text.c - texts of strangers without links.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "digest_text.h"

#define TEXT_MAX 16384u		/* bytes */

static bool
is_inside(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The length of the mail address at text, or 0. */
static size_t
address_len(const char *text)
{
	static const char local[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
	size_t before = strspn(text, local), after;

	if (before == 0 || text[before] != '@')
		return 0;
	after = strspn(text + before + 1, local);
	/* Not the beginning of something longer. */
	if (after == 0 || (text[before + 1 + after] != '\0' &&
	    strchr(" >),;", text[before + 1 + after]) == NULL))
		return 0;
	return before + 1 + after;
}

const char *
digest_text(struct pool *pool, const char *text)
{
	struct sekisho_buf out;
	const char *result;
	bool begins = true;
	size_t len;

	sekisho_buf_init(&out, TEXT_MAX);
	sekisho_buf_puts(&out, "");
	for (; *text != '\0' && !out.failed; text++) {
		len = begins ? address_len(text) : 0;
		begins = *text == ' ' || *text == '<' || *text == '(';
		if (len > 0) {
			sekisho_buf_add(&out, text, len);
			text += len - 1;
			begins = false;
			continue;
		}
		sekisho_buf_add(&out, text, 1);
		if (strncmp(text, "://", 3) == 0 ||
		    (*text == '.' && is_inside(text[1])))
			sekisho_buf_puts(&out, " ");
	}
	result = pool_strdup(pool, out.failed ? "..." : out.data);
	sekisho_buf_free(&out);
	return result;
}
