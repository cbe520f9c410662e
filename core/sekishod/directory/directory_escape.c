/*
 * directory_escape.c - what is not plainly harmless is written as \xx.
 */
#include <string.h>

#include "directory_escape.h"

#define HARMLESS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789@.-_"

static void
escape(struct sekisho_buf *buf, const char *attribute, const char *value)
{
	const char *p;
	size_t plain;

	sekisho_buf_printf(buf, "%s=", attribute);
	for (p = value; *p != '\0'; p++) {
		plain = strspn(p, HARMLESS);
		sekisho_buf_add(buf, p, plain);
		p += plain;
		if (*p == '\0')
			break;
		sekisho_buf_printf(buf, "\\%02x", (unsigned char)*p);
	}
}

void
directory_escape_filter(struct sekisho_buf *filter, const char *attribute,
	const char *value)
{
	sekisho_buf_puts(filter, "(");
	escape(filter, attribute, value);
	sekisho_buf_puts(filter, ")");
}

void
directory_escape_rdn(struct sekisho_buf *dn, const char *attribute,
	const char *value)
{
	escape(dn, attribute, value);
}
