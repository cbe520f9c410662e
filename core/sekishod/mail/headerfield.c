/*
 * headerfield.c - RFC 5322, 2.2: a name, a colon, a value; lines that begin
 * with a blank go on with the one before.
 */
#include <string.h>
#include <strings.h>

#include "headerfield.h"
#include "mimefield.h"

#define TEXT_BYTES 65536u

bool
header_field_next(const char **at, const char *end,
	struct header_field *field_r)
{
	const char *colon;

	if (*at >= end)
		return false;
	field_r->whole = *at;
	field_r->len = mimefield_end(*at, (size_t)(end - *at));
	*at += field_r->len;
	colon = memchr(field_r->whole, ':', field_r->len);
	field_r->value = colon == NULL ? *at : colon + 1;
	field_r->name_len = colon == NULL ? 0 :
		(size_t)(colon - field_r->whole);
	while (field_r->name_len > 0 &&
	    (colon[-1] == ' ' || colon[-1] == '\t')) {
		colon--;
		field_r->name_len--;
	}
	return true;
}

bool
header_field_is(const struct header_field *field, const char *name)
{
	return field->name_len == strlen(name) &&
		strncasecmp(field->whole, name, field->name_len) == 0;
}

const char *
header_field_text(const struct header_field *field, struct pool *pool)
{
	size_t len = field->len - (size_t)(field->value - field->whole), i;
	char *text, *out;

	if (len > TEXT_BYTES)
		len = TEXT_BYTES;
	text = out = pool_alloc(pool, len + 1);
	for (i = 0; i < len; i++)
		if (field->value[i] != '\n' && field->value[i] != '\0')
			*out++ = field->value[i];
	return text + strspn(text, " \t");
}
