/*
 * notice.c - mails that tell a person what was done (SPEC N1 to N4).
 *
 * A clerk composes them from the templates of the administrator and sends them
 * along with the plan; Exim's module injects them. A template is header lines
 * (Subject must be one), an empty line and a body, in UTF-8, with {NAME}
 * wherever a value belongs. Lines of the body between {EACH} and {END} are
 * written once for each row, without those that have nothing to say.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "charset.h"
#include "maildate.h"
#include "notice.h"
#include "transfer.h"

#define TEMPLATE_MAX (64u << 10)	/* bytes of a template */
#define NOTICE_MAX (1u << 20)		/* bytes of a notice */
#define VALUE_MAX 1000u			/* characters of a value */
#define LINE_MAX 998u
#define LINE_GOOD 76u

/* The template being read; text is its whole file. */
struct template {
	const char *file;
	const char *text;
	const struct notice_request *request;
	const struct notice_row *row;	/* whose values count, or NULL */
	struct pool *pool;
};

/* Our own header fields, which a template may not set. */
static bool
field_is_ours(const char *name, size_t len)
{
	static const char *const ours[] = { "From", "To", "Cc", "Bcc", "Date",
		"Message-ID", "Auto-Submitted", "MIME-Version", "Sender",
		"Return-Path" };
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strlen(ours[i]) == len &&
		    strncasecmp(ours[i], name, len) == 0)
			return true;
	return strncasecmp(name, "Content-", 8) == 0;
}

/* Only plain words: the names come from a policy and end up in a path. */
static bool
word_is_plain(const char *word)
{
	return *word != '\0' && word[strspn(word,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-")] == '\0';
}

static unsigned int
template_line(const struct template *template, const char *at)
{
	const char *p;
	unsigned int line = 1;

	for (p = template->text; p < at; p++)
		line += *p == '\n';
	return line;
}

static int
template_error(const struct template *template, const char *at,
	const char *reason, struct sekisho_error *err)
{
	return sekisho_error_set(err, "%s:%u: %s", template->file,
		template_line(template, at), reason);
}

/* Reads the file; CRs and a byte order mark at the start are dropped. */
static int
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
static const struct notice_value *
value_of(const struct notice_value *values, size_t count, const char *name,
	size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(values[i].name) == len &&
		    memcmp(values[i].name, name, len) == 0)
			return &values[i];
	return NULL;
}

/* The value of a placeholder made safe, or NULL when nobody knows the name. */
static const char *
value_find(const struct template *template, const char *name, size_t len)
{
	const struct notice_request *request = template->request;
	const struct notice_row *row = template->row;
	const struct notice_value *value = row == NULL ? NULL :
		value_of(row->values, row->value_count, name, len);

	if (value == NULL)
		value = value_of(request->values, request->value_count, name,
			len);
	if (value == NULL)
		return NULL;
	return charset_clean_line(template->pool, value->value == NULL ? "" :
		value->value, VALUE_MAX);
}

/* The length of the name in "{NAME}", or 0 when there is none at text. */
static size_t
placeholder(const char *text)
{
	size_t len = *text != '{' ? 0 :
		strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	return len > 0 && text[1 + len] == '}' ? len : 0;
}

/* Appends [text, end) with its placeholders replaced. 0 or -1. */
static int
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

/* True when text may stand in a header field as it is, folded at blanks. */
static bool
text_is_plain(const char *text)
{
	size_t word;

	if (!charset_is_ascii(text, strlen(text)) ||
	    strstr(text, "=?") != NULL)
		return false;
	for (; *text != '\0'; text += word + (text[word] == ' ')) {
		word = strcspn(text, " ");
		if (word > 300)
			return false;
	}
	return true;
}

/* Appends "NAME: text", folded, as encoded words where needed. */
static void
field_add(struct sekisho_buf *out, const char *name, const char *text)
{
	size_t column = strlen(name) + 1, word;

	sekisho_buf_printf(out, "%s:", name);
	if (!text_is_plain(text)) {
		sekisho_buf_puts(out, " ");
		transfer_add_words(out, text, strlen(text), column + 1);
		sekisho_buf_puts(out, "\n");
		return;
	}
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		word = strcspn(text, " ");
		if (column + 1 + word > LINE_GOOD) {
			sekisho_buf_puts(out, "\n");
			column = 0;
		}
		sekisho_buf_puts(out, " ");
		sekisho_buf_add(out, text, word);
		column += 1 + word;
		text += word;
	}
	sekisho_buf_puts(out, "\n");
}

/* "Name <address>": a name outside ASCII becomes encoded words. */
static void
address_add(struct sekisho_buf *out, struct pool *pool, const char *name,
	const char *address)
{
	char *text = charset_clean_line(pool, address, VALUE_MAX);
	char *angle = strrchr(text, '<');
	size_t len;

	sekisho_buf_printf(out, "%s: ", name);
	len = angle == NULL ? 0 : (size_t)(angle - text);
	if (charset_is_ascii(text, len)) {
		sekisho_buf_printf(out, "%s\n", text);
		return;
	}
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '"'))
		len--;
	if (text[0] == '"')
		text++, len--;
	transfer_add_words(out, text, len, strlen(name) + 2);
	sekisho_buf_printf(out, "\n %s\n", angle);
}

static void
date_add(struct sekisho_buf *out, time_t date)
{
	struct tm tm;

	if (localtime_r(&date, &tm) == NULL)
		memset(&tm, 0, sizeof(tm)), tm.tm_mday = 1;
	maildate_add(out, &tm);
}

/* One header line of the template, [line, end). */
static int
template_field(const struct template *template, const char *line,
	const char *end, struct sekisho_buf *out, struct sekisho_error *err)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	struct sekisho_buf value;
	char name[64];
	size_t len = colon == NULL ? 0 : (size_t)(colon - line);
	int result = -1;

	if (len == 0 || len >= sizeof(name))
		return template_error(template, line,
			"expected a header line such as \"Subject: text\"",
			err);
	memcpy(name, line, len);
	name[len] = '\0';
	if (!word_is_plain(name))
		return template_error(template, line, "bad header name", err);
	if (field_is_ours(name, len))
		return template_error(template, line,
			"this header field cannot be set by a template", err);
	sekisho_buf_init(&value, NOTICE_MAX);
	sekisho_buf_puts(&value, "");
	colon++;
	while (colon < end && *colon == ' ')
		colon++;
	if (template_expand(template, colon, end, &value, err) == 0) {
		/* Once more: the administrator's own text may have tabs. */
		field_add(out, name, charset_clean_line(template->pool,
			value.data, NOTICE_MAX));
		result = 0;
	}
	sekisho_buf_free(&value);
	return result;
}

/* The header lines; body_r is set to what follows the empty line. */
static int
template_head(const struct template *template, struct sekisho_buf *out,
	const char **body_r, struct sekisho_error *err)
{
	const char *line = template->text, *end;
	bool subject = false;

	for (; *line != '\n'; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (*end == '\0')
			return template_error(template, line,
				"no empty line between header and body", err);
		if (template_field(template, line, end, out, err) != 0)
			return -1;
		if (strncasecmp(line, "Subject:", 8) == 0)
			subject = true;
	}
	if (!subject)
		return template_error(template, line, "no Subject", err);
	*body_r = line + 1;
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
template_row(const struct template *template, const char *block,
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

static int
template_body(const struct template *template, const char *body,
	struct sekisho_buf *out, struct sekisho_error *err)
{
	const struct notice_request *request = template->request;
	const char *each = line_find(body, "{EACH}");
	const char *end = each == NULL ? NULL : line_find(each, "{END}");
	struct template row = *template;
	size_t i;

	if (end == NULL)
		return template_expand(template, body, body + strlen(body),
			out, err);
	if (template_expand(template, body, each, out, err) != 0)
		return -1;
	for (i = 0; i < request->row_count; i++) {
		row.row = &request->rows[i];
		if (template_row(&row, each + strlen("{EACH}\n"), end, out,
		    err) != 0)
			return -1;
	}
	end += strlen("{END}\n");
	return template_expand(template, end, end + strlen(end), out, err);
}

static bool
has_long_line(const char *text)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > LINE_MAX)
			return true;
	}
	return false;
}

static int
notice_write(const struct template *template, struct sekisho_buf *out,
	struct sekisho_buf *text, struct sekisho_error *err)
{
	const struct notice_request *request = template->request;
	const char *body = NULL;
	bool plain;

	address_add(out, template->pool, "From", request->from);
	address_add(out, template->pool, "To", request->to);
	if (template_head(template, out, &body, err) != 0)
		return -1;
	if (template_body(template, body, text, err) != 0)
		return -1;
	sekisho_buf_puts(text, "");
	if (text->failed)
		return sekisho_error_set(err, "%s:0: notice is too long",
			template->file);
	date_add(out, request->date);
	sekisho_buf_printf(out, "Message-ID: %s\n", charset_clean_line(
		template->pool, request->message_id, VALUE_MAX));
	plain = charset_is_ascii(text->data, text->len) &&
		!has_long_line(text->data);
	sekisho_buf_printf(out, "Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\n"
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: %s\n\n",
		plain ? "7bit" : "base64");
	if (plain)
		sekisho_buf_puts(out, text->data);
	else
		transfer_add_base64_text(out, text->data, text->len);
	return out->failed ? sekisho_error_set(err,
		"%s:0: notice is too long", template->file) : 0;
}

const char *
notice_compose(const struct notice_request *request, struct pool *pool,
	size_t *len_r, struct sekisho_error *err)
{
	struct template template = { .request = request, .pool = pool };
	struct sekisho_buf out, text;
	const char *notice = NULL;

	if (!word_is_plain(request->template) ||
	    !word_is_plain(request->language)) {
		sekisho_error_set(err, "%s.%s.txt:0: a notice template is "
			"named by letters, digits, - and _ only",
			request->template, request->language);
		return NULL;
	}
	template.file = pool_printf(pool, "%s/%s.%s.txt", request->directory,
		request->template, request->language);
	if (template_read(&template, err) != 0)
		return NULL;
	sekisho_buf_init(&out, 2 * NOTICE_MAX);
	sekisho_buf_init(&text, NOTICE_MAX);
	if (notice_write(&template, &out, &text, err) == 0) {
		*len_r = out.len;
		notice = pool_strndup(pool, out.data, out.len);
	}
	sekisho_buf_free(&out);
	sekisho_buf_free(&text);
	return notice;
}
