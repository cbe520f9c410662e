/*
 * ole2.h - OLE2 compound files ([MS-CFB]), the container of Office 97 to 2003
 * and of encrypted Office documents, by way of libgsf, in memory.
 */
#ifndef SEKISHO_OLE2_H
#define SEKISHO_OLE2_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

#define OLE2_STREAM_MAX (256u << 20)

/* Loads what libgsf needs; call it once, before the jail. */
void ole2_init(void);

/* True when the bytes begin as a compound file does. */
bool ole2_is(const void *data, size_t len);

/*
 * Appends the stream of that name in the root storage. Returns 1, 0 when there
 * is none or the file is damaged, -1 when out is too small.
 */
int ole2_read(const void *data, size_t len, const char *name,
	struct sekisho_buf *out);

/* What ole2_copy() shall do differently. */
struct ole2_change {
	/* Not to be copied: streams and storages of the root; ends in NULL. */
	const char *const *without;
	/* A stream of the root with other bytes; NULL: none. */
	const char *replace;
	const struct sekisho_buf *by;
};

/*
 * Appends a new compound file with all that the old one had, but for the
 * change; class ids are kept. Returns 1, 0 when the file is damaged, -1 when
 * memory ran out.
 */
int ole2_copy(const void *data, size_t len, const struct ole2_change *change,
	struct sekisho_buf *out);

#endif
