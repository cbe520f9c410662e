/*
 * officekey.h - Office files whose password nobody is asked for: every program
 * tries "VelvetSweatshop" by itself ([MS-OFFCRYPTO] 2.1.4, [MS-XLS] 2.2.10).
 *
 * They are "protected" on paper only, so they are opened and scanned, and get
 * no stamp (SPEC R3). Malware likes them.
 */
#ifndef SEKISHO_OFFICEKEY_H
#define SEKISHO_OFFICEKEY_H

#include <stddef.h>

#include "buf.h"

/* Has OpenSSL read its configuration; call it once, before the jail. */
void officekey_init(void);

/*
 * Appends the document as a reader would have it. Forms: OOXML with agile or
 * standard encryption, Excel 97 with RC4 or RC4 of the CryptoAPI. Returns 1,
 * or 0 when the password is another one, the form is none of these, the file
 * is damaged, or out is too small.
 */
int officekey_open(const void *data, size_t len, struct sekisho_buf *out);

#endif
