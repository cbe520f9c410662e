/*
 * subject.c - put tags in front of a Subject without breaking it (SPEC R14).
 *
 * A clerk makes the new field for each recipient class; Exim's routers then
 * remove all Subject fields and add this one. The old bytes are kept behind the
 * tags, so that no reader sees them otherwise than before.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "charset.h"
#include "subject.h"
#include "transfer.h"

#define LINE_GOOD 78u		/* RFC 5322 section 2.1.1 */
#define TAG_MAX 60u		/* longer tags are split into encoded words */
#define FIELD_MAX (1u << 20)

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The value of the first Subject field, or NULL; *len_r without its last LF. */
static const char *
subject_find(const char *headers, size_t *len_r)
{
	const char *line, *end, *p;

	for (line = headers; *line != '\0'; line = end) {
		end = line;
		do {
			end += strcspn(end, "\n");
			if (*end == '\n')
				end++;
		} while (is_blank(*end));
		if (strncasecmp(line, "Subject", 7) != 0)
			continue;
		for (p = line + 7; is_blank(*p); p++)
			;
		if (*p != ':')
			continue;
		p++;
		if (end > p && end[-1] == '\n')
			end--;
		*len_r = (size_t)(end - p);
		return p;
	}
	return NULL;
}

/* The old value without the blanks before it and without CRs. */
static const char *
subject_old(struct pool *pool, const char *headers)
{
	const char *value;
	char *old, *p;
	size_t len = 0, i;

	value = subject_find(headers, &len);
	if (value == NULL)
		return "";
	p = old = pool_alloc(pool, len + 1);
	for (i = 0; i < len; i++)
		if (value[i] != '\r')
			*p++ = value[i];
	*p = '\0';
	return old + strspn(old, " \t\n");
}

/* True when text holds tag; blanks do not count, a fold may have made them. */
static bool
text_holds(const char *text, const char *tag)
{
	const char *t, *g;

	for (; *text != '\0'; text++) {
		for (t = text, g = tag; *g != '\0'; t++, g++) {
			t += strspn(t, " \t\r\n");
			g += strspn(g, " \t\r\n");
			if (*g == '\0' || *t != *g)
				break;
		}
		if (*g == '\0')
			return true;
	}
	return false;
}

/* The tags that are missing, joined by blanks. */
static const char *
tags_missing(struct pool *pool, const char *old, const char *decoded,
	const char *const *tags, size_t tag_count)
{
	const char *prefix = "", *tag;
	size_t i;

	for (i = 0; i < tag_count; i++) {
		tag = charset_clean_line(pool, tags[i], 200);
		tag += strspn(tag, " ");
		if (*tag == '\0' || text_holds(decoded, tag) ||
		    text_holds(old, tag) || text_holds(prefix, tag))
			continue;
		prefix = pool_printf(pool, "%s%s%s", prefix,
			*prefix == '\0' ? "" : " ", tag);
	}
	return prefix;
}

/* True when text begins with an encoded word (RFC 2047 section 2). */
static bool
is_encoded_word(const char *text)
{
	size_t len;

	if (strncmp(text, "=?", 2) != 0)
		return false;
	text += 2;
	len = strcspn(text, "? \t\n");
	if (len == 0 || text[len] != '?')
		return false;
	text += len + 1;
	if (*text == '\0' || strchr("BbQq", *text) == NULL || text[1] != '?')
		return false;
	text += 2;
	len = strcspn(text, "? \t\n");
	return text[len] == '?' && text[len + 1] == '=';
}

/* Appends the old subject behind the tags, on a new line if it is too long. */
static void
subject_add_old(struct sekisho_buf *buf, const char *old)
{
	const char *line = strrchr(buf->data, '\n');
	size_t column = buf->len;

	if (*old == '\0')
		return;
	if (line != NULL)
		column -= (size_t)(line + 1 - buf->data);
	sekisho_buf_puts(buf,
		column + 1 + strcspn(old, "\n") > LINE_GOOD ? "\n " : " ");
	sekisho_buf_puts(buf, old);
}

static void
subject_make(struct sekisho_buf *buf, struct pool *pool, const char *prefix,
	const char *old)
{
	size_t len = strlen(prefix);

	sekisho_buf_puts(buf, "Subject: ");
	if (charset_is_ascii(prefix, len) && len <= TAG_MAX &&
	    strstr(prefix, "=?") == NULL) {
		sekisho_buf_puts(buf, prefix);
	} else {
		/* Blanks between encoded words vanish: put one inside. */
		if (is_encoded_word(old))
			prefix = pool_printf(pool, "%s ", prefix);
		transfer_add_words(buf, prefix, strlen(prefix),
			strlen("Subject: "));
	}
	subject_add_old(buf, old);
	sekisho_buf_puts(buf, "\n");
}

const char *
subject_tag(struct pool *pool, const char *headers, const char *decoded,
	const char *const *tags, size_t tag_count)
{
	const char *old = subject_old(pool, headers);
	const char *prefix, *field;
	struct sekisho_buf buf;

	prefix = tags_missing(pool, old, decoded, tags, tag_count);
	if (*prefix == '\0')
		return "";
	sekisho_buf_init(&buf, FIELD_MAX);
	subject_make(&buf, pool, prefix, old);
	if (buf.failed || transfer_has_long_line(buf.data)) {
		/* No line may be that long: the old words are made anew. */
		sekisho_buf_free(&buf);
		decoded = charset_clean_line(pool, decoded, FIELD_MAX / 8);
		prefix = pool_printf(pool, "%s %s", prefix, decoded);
		sekisho_buf_puts(&buf, "Subject: ");
		transfer_add_words(&buf, prefix, strlen(prefix),
			strlen("Subject: "));
		sekisho_buf_puts(&buf, "\n");
	}
	field = pool_strdup(pool, buf.failed ? "" : buf.data);
	sekisho_buf_free(&buf);
	return field;
}
