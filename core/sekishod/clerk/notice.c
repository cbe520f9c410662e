/*
 * notice.c - mails that tell a person what was done (SPEC N1 to N4).
 *
 * A clerk composes them from the templates of the administrator and sends them
 * along with the plan; Exim's module injects them. A template (template.h) is
 * header lines (Subject must be one), an empty line and a body; one in HTML is
 * a body alone.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "buf.h"
#include "charset.h"
#include "maildate.h"
#include "notice.h"
#include "token.h"
#include "transfer.h"

#define NOTICE_MAX (1u << 20)		/* bytes of a text */
#define LINE_GOOD 76u

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
	char *text = charset_clean_line(pool, address, TEMPLATE_VALUE_MAX);
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

/* Appends a text with its fields Content-*. */
static void
part_add(struct sekisho_buf *out, const char *subtype,
	const struct sekisho_buf *text)
{
	bool plain = charset_is_ascii(text->data, text->len) &&
		!transfer_has_long_line(text->data);

	sekisho_buf_printf(out, "Content-Type: text/%s; charset=UTF-8\n"
		"Content-Transfer-Encoding: %s\n\n", subtype,
		plain ? "7bit" : "base64");
	if (plain)
		sekisho_buf_puts(out, text->data);
	else
		transfer_add_base64_text(out, text->data, text->len);
}

static int
part_write(const struct template *template, const char *body,
	struct sekisho_buf *out, struct sekisho_error *err)
{
	struct sekisho_buf text;
	int result;

	sekisho_buf_init(&text, NOTICE_MAX);
	result = template_body(template, body, &text, err);
	sekisho_buf_puts(&text, "");
	if (result == 0 && text.failed)
		result = sekisho_error_set(err, "%s:0: notice is too long",
			template->file);
	if (result == 0)
		part_add(out, template->html ? "html" : "plain", &text);
	sekisho_buf_free(&text);
	return result;
}

/* The boundary is random, so nobody's value can be one. */
static int
alternatives_write(const struct template *template, const char *body,
	const struct template *html, struct sekisho_buf *out,
	struct sekisho_error *err)
{
	char boundary[TOKEN_SIZE];

	token_new(boundary);
	sekisho_buf_printf(out, "Content-Type: multipart/alternative;\n "
		"boundary=\"%s\"\n\n--%s\n", boundary, boundary);
	if (part_write(template, body, out, err) != 0)
		return -1;
	sekisho_buf_printf(out, "\n--%s\n", boundary);
	if (part_write(html, html->text, out, err) != 0)
		return -1;
	sekisho_buf_printf(out, "\n--%s--\n", boundary);
	return 0;
}

/* html may be NULL. */
static int
notice_write(const struct notice_request *request,
	const struct template *template, const struct template *html,
	struct sekisho_buf *out, struct sekisho_error *err)
{
	const char *body = NULL;

	address_add(out, template->pool, "From", request->from);
	address_add(out, template->pool, "To", request->to);
	if (template_head(template, out, &body, err) != 0)
		return -1;
	date_add(out, request->date);
	sekisho_buf_printf(out, "Message-ID: %s\nAuto-Submitted: "
		"auto-generated\nMIME-Version: 1.0\n",
		charset_clean_line(template->pool, request->message_id,
		TEMPLATE_VALUE_MAX));
	if ((html == NULL ? part_write(template, body, out, err) :
	    alternatives_write(template, body, html, out, err)) != 0)
		return -1;
	return out->failed ? sekisho_error_set(err,
		"%s:0: notice is too long", template->file) : 0;
}

static void
template_init(struct template *template, const struct notice_request *request,
	const char *ending, struct pool *pool)
{
	*template = (struct template){
		.file = pool_printf(pool, "%s/%s.%s.%s", request->directory,
			request->template, request->language, ending),
		.html = strcmp(ending, "html") == 0,
		.values = request->values,
		.value_count = request->value_count,
		.rows = request->rows,
		.row_count = request->row_count,
		.pool = pool,
	};
}

const char *
notice_compose(const struct notice_request *request, struct pool *pool,
	size_t *len_r, struct sekisho_error *err)
{
	struct template template, html;
	struct sekisho_buf out;
	const char *notice = NULL;
	bool has_html;

	if (!word_is_plain(request->template) ||
	    !word_is_plain(request->language)) {
		sekisho_error_set(err, "%s.%s.txt:0: a notice template is "
			"named by letters, digits, - and _ only",
			request->template, request->language);
		return NULL;
	}
	template_init(&template, request, "txt", pool);
	template_init(&html, request, "html", pool);
	has_html = access(html.file, F_OK) == 0;
	if (template_read(&template, err) != 0 ||
	    (has_html && template_read(&html, err) != 0))
		return NULL;
	sekisho_buf_init(&out, 4 * NOTICE_MAX);
	if (notice_write(request, &template, has_html ? &html : NULL, &out,
	    err) == 0) {
		*len_r = out.len;
		notice = pool_strndup(pool, out.data, out.len);
	}
	sekisho_buf_free(&out);
	return notice;
}
