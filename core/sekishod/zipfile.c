/*
 * zipfile.c - a zip archive in memory.
 */
#include "zipfile.h"

int
zipfile_open(struct zipfile *file_r, const void *data, size_t len,
	struct sekisho_error *err)
{
	struct zipfile file = { NULL, NULL };
	zip_error_t error;

	zip_error_init(&error);
	file.source = zip_source_buffer_create(data, len, 0, &error);
	if (file.source != NULL) {
		/* One reference is the archive's, one is ours. */
		zip_source_keep(file.source);
		file.zip = zip_open_from_source(file.source, 0,
			&error);
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
