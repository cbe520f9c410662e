/*
 * log-line.c - no value can break a line or pose as another key.
 */
#include "log-line.h"

void
log_line_add(string_t *line, const char *key, const char *value)
{
	const char *p;
	bool plain = *value != '\0';

	for (p = value; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || *p == '"' || *p == '\\')
			plain = false;
	if (str_len(line) > 0)
		str_append_c(line, ' ');
	str_append(line, key);
	str_append_c(line, '=');
	str_append(line, plain ? value : "\"");
	for (p = value; !plain && *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			str_printfa(line, "\\x%02x", (unsigned char)*p);
		else if (*p == '"' || *p == '\\')
			str_printfa(line, "\\%c", *p);
		else
			str_append_c(line, *p);
	}
	if (!plain)
		str_append_c(line, '"');
}
