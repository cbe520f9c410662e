/*
 * html.c - text of strangers in a page of ours.
 */
#include "html.h"

static const char *
entity(gunichar c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
html_text(GString *out, const char *text)
{
	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated(text, -1);
		const char *next = text + 1;

		if (c != (gunichar)-1 && c != (gunichar)-2)
			next = g_utf8_next_char(text);
		else
			c = 0;
		if (entity(c) != NULL)
			g_string_append(out, entity(c));
		else if (g_unichar_isprint(c))
			g_string_append_len(out, text, next - text);
		else
			for (; text < next; text++)
				g_string_append_printf(out, "\\x%02x",
					(unsigned char)*text);
		text = next;
	}
}
