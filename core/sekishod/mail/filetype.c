/*
 * filetype.c - what a file is, by its bytes (libmagic).
 *
 * Used by inspect.c: policies ask for the true type of an attachment.
 */
#include <string.h>

#include <magic.h>

#include "filetype.h"
#include "text.h"

#define LOOK_AT (256u << 10)

static magic_t magic;

int
filetype_open(struct sekisho_error *err)
{
	if (magic != NULL)
		return 0;
	magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
		MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF);
	if (magic != NULL && magic_load(magic, NULL) == 0)
		return 0;
	sekisho_error_set(err, "libmagic: %s; install libmagic-mgc",
		magic != NULL ? magic_error(magic) : "no memory");
	if (magic != NULL)
		magic_close(magic);
	magic = NULL;
	return -1;
}

/*
 * Policies name types, so a type has one name whatever libmagic there is. 5.46
 * has a new name for RAR, and takes for a zip only what has the end of one,
 * which it looks for in files and never in memory.
 */
static const char *
one_name(const char *type, const void *data, size_t len)
{
	if (strcmp(type, "application/vnd.rar") == 0)
		return "application/x-rar";
	if (strcmp(type, "application/octet-stream") == 0 && len > 4 &&
	    memcmp(data, "PK\3\4", 4) == 0)
		return "application/zip";
	return type;
}

const char *
filetype_of(const void *data, size_t len)
{
	const char *type;

	if (magic == NULL || len == 0)
		return "";
	type = magic_buffer(magic, data, len < LOOK_AT ? len : LOOK_AT);
	return type != NULL ? one_name(type, data, len) : "";
}

const char *
filetype_copy(struct pool *pool, const void *data, size_t len)
{
	const char *type = filetype_of(data, len);

	return text_clean(pool, type, strlen(type));
}

bool
filetype_is_office(const char *type)
{
	static const char ooxml[] = "application/vnd.openxmlformats-";
	static const char macro[] = "application/vnd.ms-";
	static const char odf[] = "application/vnd.oasis.opendocument.";

	return strncmp(type, ooxml, sizeof(ooxml) - 1) == 0 ||
		strncmp(type, odf, sizeof(odf) - 1) == 0 ||
		(strncmp(type, macro, sizeof(macro) - 1) == 0 &&
		strstr(type, ".macroenabled") != NULL);
}
