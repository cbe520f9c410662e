/*
 * filetype.h - what a file is, by its bytes (libmagic).
 */
#ifndef SEKISHO_FILETYPE_H
#define SEKISHO_FILETYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"
#include "sekisho.h"

/* Loads the table; once, before the jail is entered. Returns 0 or -1. */
int filetype_open(struct sekisho_error *err);

/*
 * The MIME type of the bytes, "application/zip"; "" when it is not known. Only
 * the first 256 KiB are looked at. Valid until the next call.
 */
const char *filetype_of(const void *data, size_t len);

/* The same, in the pool. */
const char *filetype_copy(struct pool *pool, const void *data, size_t len);

/* True for Office Open XML and OpenDocument: archives, but no archives. */
bool filetype_is_office(const char *type);

#endif
