/*
 * encrypted.h - encrypted mail, which libclamav does not know: PGP, S/MIME.
 */
#ifndef SEKISHO_ENCRYPTED_H
#define SEKISHO_ENCRYPTED_H

#include <stddef.h>

#include "mime.h"

/*
 * The name of the kind of encryption of leaf number index, whose decoded bytes
 * are data, or NULL when it is none of those known here.
 */
const char *encrypted_name(const struct mime *mime, size_t index,
	const char *data, size_t len);

#endif
