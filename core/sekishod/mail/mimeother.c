/*
 * mimeother.c - what other mail programs may make of header lines.
 *
 * Programs differ about fields that are there twice, comments, quotes and
 * parameters with the same name. So nothing is parsed here: what looks like an
 * encoding or a name counts.
 */
#include <string.h>
#include <strings.h>

#include <gmime/gmime.h>

#include "mimecode.h"
#include "mimefield.h"
#include "mimeother.h"
#include "text.h"

#define FIELD_MAX 16384u	/* as in mimefacts.c */
#define NAMES_MAX 64u
#define NAME_LONG 255u		/* no file system has longer ones */

static void
add_name(struct mimeother *o, struct pool *pool, const char *name, size_t len)
{
	char *decoded;

	if (len == 0 || o->name_count >= NAMES_MAX)
		return;
	decoded = g_mime_utils_header_decode_text(NULL, text_guess(pool, name,
		len));
	*(const char **)pool_append(pool, &o->names, &o->name_count,
		sizeof(*o->names)) = text_clean(pool, decoded,
		strlen(decoded));
	/* A name that is cut in front of its ending says nothing. */
	len = strlen(decoded);
	if (len > NAME_LONG)
		*(const char **)pool_append(pool, &o->names, &o->name_count,
			sizeof(*o->names)) = text_clean(pool, decoded + len -
			NAME_LONG, NAME_LONG);
	g_free(decoded);
}

/* The field in one line, without NUL. */
static char *
unfold(struct pool *pool, const char *field, size_t len, size_t *len_r)
{
	char *line = pool_alloc(pool, len + 1);
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (field[i] != '\n' && field[i] != '\r' && field[i] != '\0')
			line[n++] = field[i];
	*len_r = n;
	return line;
}

/* The value behind "name=", quoted or not. */
static void
read_value(struct mimeother *o, struct pool *pool, const char *value)
{
	size_t len;
	char *copy;

	value += strspn(value, " \t");
	if (*value != '"') {
		add_name(o, pool, value, strcspn(value, ";"));
		add_name(o, pool, value, strcspn(value, "; \t("));
		return;
	}
	copy = pool_alloc(pool, strlen(value) + 1);
	for (value++, len = 0; *value != '\0' && *value != '"'; value++) {
		if (*value == '\\' && value[1] != '\0')
			value++;
		copy[len++] = *value;
	}
	add_name(o, pool, copy, len);
}

/* The value behind "name*=": RFC 2231, as far as a name needs it. */
static void
read_extended(struct mimeother *o, struct pool *pool, const char *value)
{
	const char *end = value + strcspn(value, "; \t"), *p;
	char *copy = pool_alloc(pool, strlen(value) + 1);
	size_t len = 0;

	for (p = value; p < end; p++) {
		if (*p == '\'')
			len = 0;
		else if (*p == '%' && g_ascii_isxdigit(p[1]) &&
		    g_ascii_isxdigit(p[2])) {
			copy[len++] = (char)(g_ascii_xdigit_value(p[1]) << 4 |
				g_ascii_xdigit_value(p[2]));
			p += 2;
		} else if (*p != '"')
			copy[len++] = *p;
	}
	add_name(o, pool, copy, len);
}

/* Every "name=" and "filename=" of a field. */
static void
read_names(struct mimeother *o, struct pool *pool, const char *line)
{
	const char *at = line, *p;

	while ((at = strcasestr(at, "name")) != NULL) {
		at += 4;
		p = at + strspn(at, " \t");
		if (*p == '=')
			read_value(o, pool, p + 1);
		else if (p[0] == '*' && p[1] == '=')
			read_extended(o, pool, p + 2);
	}
}

/* The names that GMime sees: RFC 2231, in both fields. */
static void
read_parameters(struct mimeother *o, struct pool *pool, const char *value)
{
	static const char *const names[] = { "name", "filename" };
	GMimeContentDisposition *disposition;
	GMimeContentType *type;
	const char *name;
	size_t i;

	type = g_mime_content_type_parse(NULL, value);
	disposition = g_mime_content_disposition_parse(NULL, value);
	for (i = 0; i < 2; i++) {
		name = type == NULL ? NULL :
			g_mime_content_type_get_parameter(type, names[i]);
		if (name != NULL)
			add_name(o, pool, name, strlen(name));
		name = disposition == NULL ? NULL :
			g_mime_content_disposition_get_parameter(disposition,
			names[i]);
		if (name != NULL)
			add_name(o, pool, name, strlen(name));
	}
	if (type != NULL)
		g_object_unref(type);
	if (disposition != NULL)
		g_object_unref(disposition);
}

static bool
starts_with(const char *line, const char *start)
{
	return strncasecmp(line, start, strlen(start)) == 0;
}

static void
read_field(struct mimeother *o, struct pool *pool, const char *field,
	size_t len)
{
	const char *line, *value;

	if (len > FIELD_MAX) {
		o->too_long = true;
		return;
	}
	line = unfold(pool, field, len, &len);
	value = memchr(line, ':', len);
	if (starts_with(line, "Content-Transfer-Encoding"))
		o->ways |= mimecode_mask(line + 25, len - 25);
	if (value == NULL || (!starts_with(line, "Content-Type") &&
	    !starts_with(line, "Content-Disposition")))
		return;
	if (starts_with(line, "Content-Disposition") &&
	    strcasestr(value, "inline") == NULL)
		o->attachment = true;
	if (starts_with(line, "Content-Type") &&
	    strcasestr(value, "message/partial") != NULL &&
	    strcasestr(value, "number") != NULL)
		o->piece = true;
	if (strcasestr(value, "name") == NULL)
		return;
	read_names(o, pool, value + 1);
	if (strchr(value, '*') != NULL)
		read_parameters(o, pool, value + 1);
}

void
mimeother_read(struct mimeother *other_r, struct pool *pool,
	const char *header, size_t len)
{
	size_t pos, n;

	memset(other_r, 0, sizeof(*other_r));
	for (pos = 0; pos < len; pos += n) {
		n = mimefield_end(header + pos, len - pos);
		if (n > 8 && strncasecmp(header + pos, "Content-", 8) == 0)
			read_field(other_r, pool, header + pos, n);
	}
}
