/*
 * mimefield.c - the header lines of a MIME part as bytes.
 *
 * rewrite.c changes single fields of a part and leaves all others alone.
 */
#include <string.h>
#include <strings.h>

#include "mimefield.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
mimefield_end(const char *text, size_t len)
{
	const char *lf;
	size_t pos = 0;

	do {
		lf = memchr(text + pos, '\n', len - pos);
		if (lf == NULL)
			return len;
		pos = (size_t)(lf - text) + 1;
	} while (pos < len && is_blank(text[pos]));
	return pos;
}

bool
mimefield_is(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(text, name, n) != 0)
		return false;
	while (n < len && is_blank(text[n]))
		n++;
	return n < len && text[n] == ':';
}

bool
mimefield_is_mime(const char *text, size_t len)
{
	return mimefield_is(text, len, "MIME-Version") ||
		(len > 8 && strncasecmp(text, "Content-", 8) == 0);
}

/* Skips blanks, line ends and comments. */
static size_t
skip_blanks(const char *text, size_t len, size_t pos)
{
	int depth = 0;

	for (; pos < len; pos++) {
		if (text[pos] == '(')
			depth++;
		else if (text[pos] == ')' && depth > 0)
			depth--;
		else if (text[pos] == '\\' && depth > 0)
			pos++;
		else if (depth == 0 && strchr(" \t\r\n", text[pos]) == NULL)
			break;
	}
	return pos < len ? pos : len;
}

/* The end of a token or a quoted string. */
static size_t
skip_value(const char *text, size_t len, size_t pos)
{
	if (pos < len && text[pos] == '"') {
		for (pos++; pos < len && text[pos] != '"'; pos++)
			if (text[pos] == '\\')
				pos++;
		return pos < len ? pos + 1 : len;
	}
	while (pos < len && strchr("; \t\r\n(", text[pos]) == NULL)
		pos++;
	return pos;
}

/*
 * Copies the parameters, pos being behind the type, with a new charset.
 * Returns how many charsets there were, or -1 when the field is too odd.
 */
static int
parameters_copy(struct sekisho_buf *out, const char *field, size_t len,
	size_t pos)
{
	size_t done = pos, name, end, equals;
	int found = 0;

	for (;;) {
		pos = skip_blanks(field, len, pos);
		if (pos == len)
			break;
		if (field[pos] != ';')
			return -1;
		name = pos = skip_blanks(field, len, pos + 1);
		while (pos < len && strchr("=; \t\r\n(", field[pos]) == NULL)
			pos++;
		end = pos;
		pos = skip_blanks(field, len, pos);
		if (pos == len || field[pos] != '=')
			continue;
		equals = pos;
		pos = skip_blanks(field, len, pos + 1);
		if (pos == len)
			pos = equals + 1;	/* there is no value */
		if (end - name > 7 &&
		    strncasecmp(field + name, "charset*", 8) == 0)
			return -1;
		if (end - name == 7 &&
		    strncasecmp(field + name, "charset", 7) == 0) {
			sekisho_buf_add(out, field + done, pos - done);
			sekisho_buf_puts(out, "UTF-8");
			done = skip_value(field, len, pos);
			found++;
		}
		pos = skip_value(field, len, pos);
	}
	while (len > done && strchr(" \t\r\n;", field[len - 1]) != NULL)
		len--;
	sekisho_buf_add(out, field + done, len - done);
	return found;
}

void
mimefield_add_utf8(struct sekisho_buf *out, const char *field, size_t len,
	const char *type)
{
	const char *colon = len == 0 ? NULL : memchr(field, ':', len);
	size_t old = out->len, pos, start;
	int found = -1;

	if (colon != NULL) {
		start = (size_t)(colon - field) + 1;
		pos = start = skip_blanks(field, len, start);
		while (pos < len && strchr("; \t\r\n(\"", field[pos]) == NULL)
			pos++;
		if (memchr(field + start, '/', pos - start) != NULL) {
			sekisho_buf_add(out, field, pos);
			found = parameters_copy(out, field, len, pos);
		}
	}
	if (found < 0 && !out->failed) {
		if (out->data != NULL)
			out->len = old, out->data[old] = '\0';
		sekisho_buf_printf(out, "Content-Type: %s; charset=UTF-8\n",
			type);
		return;
	}
	sekisho_buf_puts(out, found == 0 ? "; charset=UTF-8\n" : "\n");
}

const char *
mimefield_find_dashes(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	for (; end - p >= 3; p++) {
		p = memchr(p, '\n', (size_t)(end - p) - 2);
		if (p == NULL || (p[1] == '-' && p[2] == '-'))
			return p;
	}
	return NULL;
}
