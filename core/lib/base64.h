/*
 * base64.h - Base 64 without line breaks (RFC 4648 section 4).
 */
#ifndef SEKISHO_BASE64_H
#define SEKISHO_BASE64_H

#include <stddef.h>

#include "buf.h"

/* Appends the encoding of len bytes, with "=" padding. */
void sekisho_base64_add(struct sekisho_buf *buf, const void *data, size_t len);

/*
 * Appends what text stands for. Refuses everything that sekisho_base64_add()
 * does not write, with a NUL among the bytes, too. Returns 0 or -1.
 */
int sekisho_base64_decode(struct sekisho_buf *buf, const char *text);

#endif
