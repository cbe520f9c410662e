/*
 * html.c - text of strangers in a page of ours.
 */
#include "html.h"
#include "visible.h"

static const char *
entity(char c)
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
	GString *letters = g_string_new(NULL);
	const char *p;

	visible_add(letters, text);
	for (p = letters->str; *p != '\0'; p++)
		if (entity(*p) != NULL)
			g_string_append(out, entity(*p));
		else
			g_string_append_c(out, *p);
	g_string_free(letters, TRUE);
}
