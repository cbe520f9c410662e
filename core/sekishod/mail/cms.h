/*
 * cms.h - the mail inside a signed S/MIME message (RFC 5652 section 5).
 */
#ifndef SEKISHO_CMS_H
#define SEKISHO_CMS_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Appends the signed content to out. False when the bytes are no signed data
 * or hold no content (a mere signature). Nothing is verified.
 */
bool cms_signed_content(const void *data, size_t len, struct sekisho_buf *out);

#endif
