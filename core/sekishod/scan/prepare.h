/*
 * prepare.h - all that inspectors need from files, before there are no files.
 */
#ifndef SEKISHO_PREPARE_H
#define SEKISHO_PREPARE_H

#include "sekisho.h"

/*
 * Loads the C library's tables of the character sets that mails use and keeps
 * them, the table of file types (filetype.h), and GMime. Calling it again does
 * nothing. Returns 0 or -1.
 */
int prepare_for_jail(struct sekisho_error *err);

#endif
