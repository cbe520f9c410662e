/*
 * zipfile.c - a zip archive in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "zipfile.h"

/*
 * A source of its own bytes: libzip 1.7 frees those that it was only lent when
 * it writes behind an unchanged part of them.
 */
static zip_source_t *
source_new(const void *data, size_t len, zip_error_t *error)
{
	zip_source_t *source;
	void *copy;

	if (len == 0)
		return zip_source_buffer_create(NULL, 0, 0, error);
	copy = malloc(len);
	if (copy == NULL) {
		zip_error_set(error, ZIP_ER_MEMORY, 0);
		return NULL;
	}
	memcpy(copy, data, len);
	source = zip_source_buffer_create(copy, len, 1, error);
	if (source == NULL)
		free(copy);
	return source;
}

int
zipfile_open(struct zipfile *file_r, const void *data, size_t len,
	struct sekisho_error *err)
{
	struct zipfile file = { NULL, NULL };
	zip_error_t error;

	zip_error_init(&error);
	file.source = source_new(data, len, &error);
	if (file.source != NULL) {
		/* One reference is the archive's, one is ours. */
		zip_source_keep(file.source);
		file.zip = zip_open_from_source(file.source, 0, &error);
		if (file.zip == NULL)
			zip_source_free(file.source);
	}
	*file_r = file;
	if (file.zip == NULL) {
		sekisho_error_set(err, "%s", zip_error_strerror(&error));
		zipfile_close(file_r);
	}
	zip_error_fini(&error);
	return file.zip == NULL ? -1 : 0;
}

int
zipfile_write(struct zipfile *file, struct sekisho_buf *out,
	struct sekisho_error *err)
{
	char chunk[16384];
	zip_int64_t n = -1;

	if (zip_close(file->zip) != 0)
		return sekisho_error_set(err, "%s", zip_strerror(file->zip));
	file->zip = NULL;
	if (zip_source_open(file->source) == 0) {
		while ((n = zip_source_read(file->source, chunk,
		    sizeof(chunk))) > 0)
			sekisho_buf_add(out, chunk, (size_t)n);
		zip_source_close(file->source);
	}
	return n < 0 || out->failed ? sekisho_error_set(err, "out of memory") :
		0;
}

void
zipfile_close(struct zipfile *file)
{
	if (file->zip != NULL)
		zip_discard(file->zip);
	if (file->source != NULL)
		zip_source_free(file->source);
	file->zip = NULL;
	file->source = NULL;
}
