/*
 * signatures.h - Sekisho's own signatures, for libclamav.
 */
#ifndef SEKISHO_SIGNATURES_H
#define SEKISHO_SIGNATURES_H

#include <stdint.h>

#include "buf.h"

/* The text that the canary signature finds: put together when asked for. */
void signatures_canary(struct sekisho_buf *out);

/* Appends all signatures in the format of a .ldb file. */
void signatures_write(struct sekisho_buf *out);

#endif
