/*
 * visible.c - nothing may reach a terminal or a page as anything but a letter.
 */
#include "visible.h"

void
visible_add(GString *out, const char *text)
{
	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated(text, -1);
		const char *next = text + 1;

		if (c != (gunichar)-1 && c != (gunichar)-2)
			next = g_utf8_next_char(text);
		else
			c = 0;
		if (g_unichar_isprint(c))
			g_string_append_len(out, text, next - text);
		else
			for (; text < next; text++)
				g_string_append_printf(out, "\\x%02x",
					(unsigned char)*text);
		text = next;
	}
}
