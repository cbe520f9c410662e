/*
 * zipfile.h - a zip archive in memory: opened, changed by its user with libzip,
 * and taken out again.
 */
#ifndef SEKISHO_ZIPFILE_H
#define SEKISHO_ZIPFILE_H

#include <stddef.h>

#include <zip.h>

#include "buf.h"
#include "sekisho.h"

struct zipfile {
	zip_t *zip;
	zip_source_t *source;
};

/*
 * data is copied. What only the local headers tell is not seen, and is not
 * there any more when the archive was written. Returns 0, or -1 with the reason
 * (no zip archive, damaged, no memory).
 */
int zipfile_open(struct zipfile *file_r, const void *data, size_t len,
	struct sekisho_error *err);

/*
 * Writes the changed archive and appends its bytes. Returns 0, or -1 with the
 * reason. Close the file in either case.
 */
int zipfile_write(struct zipfile *file, struct sekisho_buf *out,
	struct sekisho_error *err);

/* Frees all; changes that were not written are lost. */
void zipfile_close(struct zipfile *file);

#endif
