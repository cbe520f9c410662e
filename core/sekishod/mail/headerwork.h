/*
 * headerwork.h - how long libclamav would take to read the header lines of a
 * mail, and how many files it would make.
 *
 * It joins the lines of a field by copying all it has of the field for each
 * line, and looks at no clock meanwhile: 1 MB of "; a=b" in short lines in the
 * header of a part took it 21 s, and time grows with the square.
 */
#ifndef SEKISHO_HEADERWORK_H
#define SEKISHO_HEADERWORK_H

#include <stddef.h>
#include <stdint.h>

/*
 * About a second. A field that no mail program has trouble with is far below:
 * the longest of 12,700 collected mails, 210 kB in 3,301 lines, would take a
 * twelfth if it were in a part.
 */
#define HEADERWORK_MAX (4ull << 30)

/*
 * Bytes that would be copied for the header of the mail and of all its parts;
 * time is linear. What may not be a header for everybody counts.
 */
uint64_t headerwork_count(const char *mail, size_t len);

/*
 * More than so many files nobody takes out of a mail (mime.h). libclamav looks
 * into 10,000, but goes on making them: 40 MB of empty parts or of data: URIs
 * took it more than a minute.
 */
#define HEADERWORK_FILES 20000u

/* Parts of mails, and data: URIs in HTML: a file for each. */
size_t headerwork_files(const char *data, size_t len);

#endif
