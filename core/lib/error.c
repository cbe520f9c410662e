/*
 * error.c - the one sentence that says what went wrong.
 *
 * Set at the lowest place that knows the object and the reason, logged once
 * by whoever gives up.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sekisho.h"

int
sekisho_error_set(struct sekisho_error *err, const char *fmt, ...)
{
	va_list args;
	char *p;

	if (err == NULL)
		return -1;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	for (p = err->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return -1;
}
