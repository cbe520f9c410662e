/*
 * template.c - the administrator's text with our values in it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "charset.h"
#include "html.h"
#include "template.h"

#define TEMPLATE_MAX (64u << 10)	/* bytes of a template */

static unsigned int
template_line(const struct template *template, const char *at)
{
	const char *p;
	unsigned int line = 1;

	for (p = template->text; p < at; p++)
		line += *p == '\n';
	return line;
}

int
template_error(const struct template *template, const char *at,
	const char *reason, struct sekisho_error *err)
{
	return sekisho_error_set(err, "%s:%u: %s", template->file,
		template_line(template, at), reason);
}

int
template_read(struct template *template, struct sekisho_error *err)
{
	char *text = pool_alloc(template->pool, TEMPLATE_MAX + 1), *p;
	size_t len, i, n;
	FILE *file;
	bool bad;

	file = fopen(template->file, "re");
	if (file == NULL)
		return sekisho_error_set(err, "%s:0: cannot read notice "
			"template: %s", template->file, strerror(errno));
	len = fread(text, 1, TEMPLATE_MAX + 1, file);
	bad = ferror(file) != 0;
	fclose(file);
	if (bad || len > TEMPLATE_MAX)
		return sekisho_error_set(err, "%s:0: notice template is %s",
			template->file, bad ? "unreadable" : "too long");
	i = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	for (p = text; i < len; i++)
		if (text[i] != '\r')
			*p++ = text[i];
	*p = '\0';
	len = (size_t)(p - text);
	template->text = text;
	for (i = 0; i < len; i += n) {
		n = charset_utf8_next(text + i, len - i, NULL);
		if (n == 0 || text[i] == '\0')
			return template_error(template, text + i,
				"notice template is not UTF-8", err);
	}
	return 0;
}

/* The value of that name, or NULL when these have none. */
static const struct template_value *
value_of(const struct template_value *values, size_t count, const char *name,
	size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(values[i].name) == len &&
		    memcmp(values[i].name, name, len) == 0)
			return &values[i];
	return NULL;
}

static const char *
escaped(struct pool *pool, const char *text)
{
	GString *html = g_string_new(NULL);
	const char *copy;

	html_text(html, text);
	copy = pool_strdup(pool, html->str);
	g_string_free(html, TRUE);
	return copy;
}

/* The value of a placeholder made safe, or NULL when nobody knows the name. */
static const char *
value_find(const struct template *template, const char *name, size_t len)
{
	const struct template_row *row = template->row;
	const struct template_value *value = row == NULL ? NULL :
		value_of(row->values, row->value_count, name, len);
	const char *text;

	if (value == NULL)
		value = value_of(template->values, template->value_count,
			name, len);
	if (value == NULL)
		return NULL;
	text = charset_clean_line(template->pool, value->value == NULL ? "" :
		value->value, TEMPLATE_VALUE_MAX);
	return template->html ? escaped(template->pool, text) : text;
}

/* The length of the name in "{NAME}", or 0 when there is none at text. */
static size_t
placeholder(const char *text)
{
	size_t len = *text != '{' ? 0 :
		strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	return len > 0 && text[1 + len] == '}' ? len : 0;
}

int
template_expand(const struct template *template, const char *text,
	const char *end, struct sekisho_buf *out, struct sekisho_error *err)
{
	const char *value;
	char reason[128];
	size_t len;

	for (; text < end; text++) {
		len = placeholder(text);
		if (len == 0) {
			sekisho_buf_add(out, text, 1);
			continue;
		}
		value = value_find(template, text + 1, len);
		if (value == NULL) {
			snprintf(reason, sizeof(reason),
				"unknown placeholder {%.*s}",
				(int)(len < 64 ? len : 64), text + 1);
			return template_error(template, text, reason, err);
		}
		sekisho_buf_puts(out, value);
		text += len + 1;
	}
	return 0;
}

/* The line that is this word, or NULL. */
static const char *
line_find(const char *text, const char *word)
{
	size_t len = strlen(word);

	while (*text != '\0') {
		if (strncmp(text, word, len) == 0 && text[len] == '\n')
			return text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return NULL;
}

/* Has each of its values something to say? */
static bool
line_speaks(const struct template *template, const char *line,
	const char *end)
{
	const char *value;
	size_t len;

	for (; line < end; line++) {
		len = placeholder(line);
		value = len == 0 ? NULL : value_find(template, line + 1, len);
		if (value != NULL && *value == '\0')
			return false;
	}
	return true;
}

/* The lines [block, end) for one row. */
static int
expand_row(const struct template *template, const char *block,
	const char *end, struct sekisho_buf *out, struct sekisho_error *err)
{
	const char *next;

	for (; block < end; block = next) {
		next = block + strcspn(block, "\n") + 1;
		if (line_speaks(template, block, next) &&
		    template_expand(template, block, next, out, err) != 0)
			return -1;
	}
	return 0;
}

int
template_body(const struct template *template, const char *body,
	struct sekisho_buf *out, struct sekisho_error *err)
{
	const char *each = line_find(body, "{EACH}");
	const char *end = each == NULL ? NULL : line_find(each, "{END}");
	struct template row = *template;
	size_t i;

	if (end == NULL)
		return template_expand(template, body, body + strlen(body),
			out, err);
	if (template_expand(template, body, each, out, err) != 0)
		return -1;
	for (i = 0; i < template->row_count; i++) {
		row.row = &template->rows[i];
		if (expand_row(&row, each + strlen("{EACH}\n"), end, out,
		    err) != 0)
			return -1;
	}
	end += strlen("{END}\n");
	return template_expand(template, end, end + strlen(end), out, err);
}

