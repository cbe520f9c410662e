/*
 * filename.h - names of files as the system sees them that runs the file.
 */
#ifndef SEKISHO_FILENAME_H
#define SEKISHO_FILENAME_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define FILENAME_ROOM (TEXT_MAX + 1u)

/*
 * The name (valid UTF-8) with what a mail program or Windows leaves out or
 * takes for something plainer: letters of full width, other dots, marks that
 * nobody sees, blanks in the ending, dots and blanks at the end. Of a name
 * longer than TEXT_MAX bytes the end is taken. Returns false when that makes no
 * difference.
 */
bool filename_plain(char plain_r[FILENAME_ROOM], const char *name);

#endif
