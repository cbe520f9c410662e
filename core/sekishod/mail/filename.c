/*
 * filename.c - names of files as the system sees them that runs the file.
 *
 * Only for comparing with patterns: what people see keeps its spelling.
 */
#include <stdint.h>
#include <string.h>

#include "charset.h"
#include "filename.h"

/* The ASCII character that a character is taken for, 0 for none, or itself. */
static uint32_t
plain_code(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e)
		return code - 0xfee0;
	if (code == 0x3002 || code == 0xff61 || code == 0x2024 ||
	    code == 0xfe52)
		return '.';
	if (code == 0xa0 || code == 0x3000 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	    code == 0x205f)
		return ' ';
	if (code == 0xad || (code >= 0x200b && code <= 0x200f) ||
	    (code >= 0x202a && code <= 0x202e) || code == 0x180e ||
	    (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	    (code >= 0xfe00 && code <= 0xfe0f))
		return 0;
	return code;
}

static bool
is_left_out(char c)
{
	return c == '.' || c == ' ';
}

/* Blanks behind the last dot stand where a mark was taken away. */
static void
close_ending(char *plain)
{
	char *dot = strrchr(plain, '.'), *to, *from;

	if (dot == NULL || strpbrk(dot, "/\\") != NULL)
		return;
	for (to = from = dot; *from != '\0'; from++)
		if (*from != ' ')
			*to++ = *from;
	*to = '\0';
}

bool
filename_plain(char plain_r[FILENAME_ROOM], const char *name)
{
	size_t len = strlen(name), n, used = 0;
	const char *start;
	uint32_t code;

	if (len > TEXT_MAX)
		name += len - TEXT_MAX;
	start = name;
	for (len = strlen(name); len > 0; name += n, len -= n) {
		n = charset_utf8_next(name, len, &code);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (plain_code(code) == code) {
			memcpy(plain_r + used, name, n);
			used += n;
		} else if (plain_code(code) != 0) {
			plain_r[used++] = (char)plain_code(code);
		}
	}
	while (used > 0 && is_left_out(plain_r[used - 1]))
		used--;
	plain_r[used] = '\0';
	close_ending(plain_r);
	return strcmp(plain_r, start) != 0;
}
