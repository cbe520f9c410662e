/*
 * zipclean.c - take infected members out of a zip archive, in memory.
 *
 * libzip copies the members that stay without unpacking them.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "zipfile.h"

#define NOTE_TIME 315705600		/* 1980-01-03: always the same file */

struct cleaner {
	const struct clean_request *request;
	zip_t *zip;
	uint64_t unpacked;	/* bytes so far */
	zip_int64_t kept;	/* files that stay, not directories */
	zip_int64_t changed;	/* deleted, or cleaned */
};

static int
zip_impossible(struct sekisho_error *err, const char *why)
{
	return clean_impossible(err, "zip archive", why);
}

/* Office documents, jars and the like are useless without one member. */
static bool
zip_is_document(zip_t *zip)
{
	static const char *const marks[] = { "[Content_Types].xml",
		"mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (zip_name_locate(zip, marks[i], ZIP_FL_ENC_RAW) >= 0)
			return true;
	return false;
}

/* Unpacks one member (malloc). 0, or 1 when it cannot be. */
static int
member_read(struct cleaner *cleaner, zip_uint64_t index, char **data_r,
	size_t *len_r)
{
	zip_file_t *file = NULL;
	size_t size = 0, len = 0;
	char *data = NULL, *more;
	zip_int64_t n;
	int result = 1;

	file = zip_fopen_index(cleaner->zip, index, 0);
	if (file == NULL)
		return 1;
	for (;;) {
		if (len == size) {
			size = size == 0 ? 65536 : 2 * size;
			more = realloc(data, size);
			if (more == NULL)
				goto out;
			data = more;
		}
		n = zip_fread(file, data + len, size - len);
		if (n < 0)
			goto out;
		if (n == 0)
			break;
		len += (size_t)n;
		cleaner->unpacked += (uint64_t)n;
		if (cleaner->unpacked > CLEAN_UNPACKED_MAX)
			goto out;
	}
	*data_r = data;
	*len_r = len;
	data = NULL;
	result = 0;
out:
	free(data);
	zip_fclose(file);
	return result;
}

/* An infected member becomes a clean one of the same name, or goes. 0 or 1. */
static int
member_change(struct cleaner *cleaner, const zip_stat_t *st, const char *data,
	size_t len, struct sekisho_error *err)
{
	const struct clean_request *request = cleaner->request;
	struct sekisho_buf inner;
	zip_source_t *source;

	if (request->clean == NULL ||
	    !request->clean(request->context, data, len, &inner)) {
		if (zip_delete(cleaner->zip, st->index) != 0)
			return zip_impossible(err, zip_strerror(cleaner->zip));
		return 0;
	}
	cleaner->kept++;
	source = zip_source_buffer(cleaner->zip, inner.data, inner.len, 1);
	if (source == NULL) {
		sekisho_buf_free(&inner);
		return zip_impossible(err, zip_strerror(cleaner->zip));
	}
	if (zip_file_replace(cleaner->zip, st->index, source, 0) != 0) {
		zip_source_free(source);
		return zip_impossible(err, zip_strerror(cleaner->zip));
	}
	if (st->valid & ZIP_STAT_MTIME)
		zip_file_set_mtime(cleaner->zip, st->index, st->mtime, 0);
	return 0;
}

/* Asks about one member and cleans or deletes it if infected. 0, 1 or -1. */
static int
member_clean(struct cleaner *cleaner, zip_uint64_t index,
	struct sekisho_error *err)
{
	const struct clean_request *request = cleaner->request;
	char *data = NULL;
	size_t len = 0;
	zip_stat_t st;
	int infected;

	zip_stat_init(&st);
	if (zip_stat_index(cleaner->zip, index, ZIP_FL_ENC_RAW, &st) != 0 ||
	    !(st.valid & ZIP_STAT_NAME))
		return zip_impossible(err, "a member has no name");
	if ((!(st.valid & ZIP_STAT_ENCRYPTION_METHOD) ||
	     st.encryption_method == ZIP_EM_NONE) &&
	    member_read(cleaner, index, &data, &len) != 0)
		return zip_impossible(err, "a member cannot be unpacked");
	infected = request->infected(request->context, st.name, data, len,
		err);
	if (infected > 0) {
		cleaner->changed++;
		infected = member_change(cleaner, &st, data, len, err);
	} else if (infected == 0) {
		len = strlen(st.name);
		cleaner->kept += len > 0 && st.name[len - 1] != '/';
	}
	free(data);
	return infected;
}

/* Adds the note under a name that is free. */
static int
note_add(struct cleaner *cleaner, struct sekisho_error *err)
{
	const char *note = cleaner->request->note;
	char name[64] = CLEAN_NOTE;
	zip_source_t *source;
	zip_int64_t index;
	unsigned int i;

	for (i = 2; zip_name_locate(cleaner->zip, name, ZIP_FL_ENC_RAW) >= 0 &&
	     i < 100; i++)
		snprintf(name, sizeof(name), "SEKISHO-REMOVED-%u.txt", i);
	source = zip_source_buffer(cleaner->zip, note, strlen(note), 0);
	if (source == NULL)
		return sekisho_error_set(err, "zip archive: out of memory");
	index = zip_file_add(cleaner->zip, name, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		zip_source_free(source);
		return zip_impossible(err, zip_strerror(cleaner->zip));
	}
	zip_file_set_mtime(cleaner->zip, (zip_uint64_t)index, NOTE_TIME, 0);
	return 0;
}

/* Asks about all members; 0 when some are deleted and some are left. */
static int
members_clean(struct cleaner *cleaner, struct sekisho_error *err)
{
	zip_int64_t count = zip_get_num_entries(cleaner->zip, 0), i;
	int result;

	if (count > CLEAN_MEMBERS_MAX)
		return zip_impossible(err, "too many members");
	if (zip_is_document(cleaner->zip))
		return zip_impossible(err, "it is a document or a program");
	for (i = 0; i < count; i++) {
		result = member_clean(cleaner, (zip_uint64_t)i, err);
		if (result != 0)
			return result;
	}
	if (cleaner->changed == 0)
		return zip_impossible(err, "no infected member found");
	if (cleaner->kept == 0)
		return zip_impossible(err, "no clean member is left");
	return 0;
}

int
zipclean(const struct clean_request *request, struct cleaned *cleaned,
	struct sekisho_error *err)
{
	struct cleaner cleaner = { .request = request };
	struct sekisho_error reason;
	struct zipfile file;
	int result;

	if (request->len < 4 || memcmp(request->data, "PK\3\4", 4) != 0)
		return CLEAN_OTHER;
	if (zipfile_open(&file, request->data, request->len, &reason) < 0)
		return zip_impossible(err, reason.text);
	cleaner.zip = file.zip;
	result = members_clean(&cleaner, err);
	if (result == 0)
		result = note_add(&cleaner, err);
	if (result == 0 && zipfile_write(&file, &cleaned->data, &reason) < 0)
		result = zip_impossible(err, reason.text);
	cleaned->noted = true;
	zipfile_close(&file);
	return result;
}
