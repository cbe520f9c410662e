/*
 * visible.h - bytes of strangers as letters.
 */
#ifndef SEKISHO_VISIBLE_H
#define SEKISHO_VISIBLE_H

#include <glib.h>

/*
 * Appends text, which may be any bytes: what is no letter of UTF-8 - control
 * characters, what turns the direction of writing, other bytes - is \xNN.
 */
void visible_add(GString *out, const char *text);

#endif
