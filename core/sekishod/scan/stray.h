/*
 * stray.h - files in a mail that are not where they ought to be.
 *
 * Mail programs do not agree where a part begins and ends once a mail breaks
 * the rules: two boundaries, a boundary in a comment, header lines that are
 * none. Instead of guessing at each of them, every place is looked at that
 * could be a file for anybody: header lines of a part that is none for us, and
 * lines of Base 64 or uuencode that nobody declared.
 */
#ifndef SEKISHO_STRAY_H
#define SEKISHO_STRAY_H

#include "mime.h"
#include "probe.h"

/*
 * Looks at all of the mail but at its leaves as mime_decode() gives them, which
 * the caller does. Returns 0 or -1, see inspect_message().
 */
int stray_scan(struct probe *probe, const struct mime *mime,
	struct sekisho_error *err);

#endif
