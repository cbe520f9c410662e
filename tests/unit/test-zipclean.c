/*
 * test-zipclean.c - infected members out of zip archives (SPEC R1).
 */
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "buf.h"
#include "clean.h"
#include "test.h"

#define SJIS_NAME "\x83\x65\x83\x58\x83\x67.txt"	/* テスト.txt */

struct entry {
	const char *name;
	const char *text;
};

static const struct entry mixed[] = {
	{ "dir/", "" },
	{ "dir/virus.exe", "VIRUS" },
	{ SJIS_NAME, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "good.txt", "some good text, some good text, some good text" },
	{ "e.com", "VIRUS" },
};

static zip_source_t *
archive_source(const void *data, size_t len)
{
	zip_source_t *source = zip_source_buffer_create(data, len, 0, NULL);

	zip_source_keep(source);
	return source;
}

static void
archive_make(struct sekisho_buf *out, const struct entry *entries, size_t count)
{
	zip_source_t *source = archive_source(NULL, 0);
	zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
	char chunk[4096];
	zip_int64_t n;
	size_t i;

	for (i = 0; i < count; i++)
		zip_file_add(zip, entries[i].name, zip_source_buffer(zip,
			entries[i].text, strlen(entries[i].text), 0),
			strcmp(entries[i].name, "dir/") == 0 ?
			ZIP_FL_ENC_GUESS : ZIP_FL_ENC_CP437);
	zip_close(zip);
	zip_source_open(source);
	while ((n = zip_source_read(source, chunk, sizeof(chunk))) > 0)
		sekisho_buf_add(out, chunk, (size_t)n);
	zip_source_close(source);
	zip_source_free(source);
}

static int
infected(void *context, const char *name, const void *data, size_t len,
	struct sekisho_error *err)
{
	if (context != NULL)
		return sekisho_error_set(err, "scanner broken");
	return len >= 5 && memcmp(data, "VIRUS", 5) == 0;
}

static int
clean(const struct sekisho_buf *archive, struct sekisho_buf *out,
	void *context)
{
	struct clean_request request = { .data = archive->data,
		.len = archive->len, .note = "removed\n",
		.infected = infected, .context = context };
	struct sekisho_error err = { "" };
	struct cleaned cleaned = { .noted = false };
	int result;

	sekisho_buf_init(&cleaned.data, 1u << 20);
	result = zipclean(&request, &cleaned, &err);
	*out = cleaned.data;
	test_assert((result == 0) == (err.text[0] == '\0'));
	return result;
}

/* The bytes of a member; compressed, or unpacked. */
static size_t
member_bytes(const struct sekisho_buf *archive, const char *name,
	zip_flags_t flags, char *bytes, size_t size)
{
	zip_source_t *source = archive_source(archive->data, archive->len);
	zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
	zip_int64_t count = zip_get_num_entries(zip, 0), i, n = 0;
	zip_file_t *file;

	/* zip_name_locate() does not find raw names outside ASCII. */
	for (i = 0; i < count; i++) {
		if (strcmp(zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW),
		    name) != 0)
			continue;
		file = zip_fopen_index(zip, (zip_uint64_t)i, flags);
		n = zip_fread(file, bytes, size - 1);
		zip_fclose(file);
	}
	zip_discard(zip);
	zip_source_free(source);
	bytes[n < 0 ? 0 : n] = '\0';
	return (size_t)n;
}

static void
test_members(void)
{
	struct sekisho_buf archive, out;
	char old[256], new[256];
	size_t n;

	sekisho_buf_init(&archive, 1u << 20);
	archive_make(&archive, mixed, 5);
	test_begin("R1: infected members go, the others are not repacked");
	test_int(clean(&archive, &out, NULL), 0);
	n = member_bytes(&archive, SJIS_NAME, ZIP_FL_COMPRESSED, old, 256);
	test_assert(n > 0 && n < strlen(mixed[2].text));
	test_int((long long)member_bytes(&out, SJIS_NAME, ZIP_FL_COMPRESSED,
		new, 256), (long long)n);
	test_assert(memcmp(old, new, n) == 0);
	member_bytes(&out, "good.txt", 0, new, 256);
	test_str(new, mixed[3].text);
	member_bytes(&out, CLEAN_NOTE, 0, new, 256);
	test_str(new, "removed\n");
	test_int((long long)member_bytes(&out, "e.com", 0, new, 256), 0);
	test_assert(memmem(out.data, out.len, "VIRUS", 5) == NULL);
	sekisho_buf_free(&out);
	test_begin("O4: a scanner that fails is no clean archive");
	test_int(clean(&archive, &out, &archive), -1);
	sekisho_buf_free(&out);
	test_begin("R1: a damaged archive is not cleaned");
	archive.len -= 10;
	test_int(clean(&archive, &out, NULL), 1);
	sekisho_buf_free(&out);
	sekisho_buf_free(&archive);
}

static void
test_refused(void)
{
	static const struct entry only[] = {
		{ "dir/", "" }, { "virus.exe", "VIRUS" },
	};
	static const struct entry document[] = {
		{ "[Content_Types].xml", "x" }, { "vbaProject.bin", "VIRUS" },
	};
	static const struct entry noted[] = {
		{ CLEAN_NOTE, "older" }, { "virus.exe", "VIRUS" },
	};
	struct sekisho_buf archive, out;
	char text[64];

	sekisho_buf_init(&archive, 1u << 20);
	test_begin("R1: nothing clean left, nothing infected, a document");
	archive_make(&archive, only, 2);
	test_int(clean(&archive, &out, NULL), 1);
	sekisho_buf_free(&archive);
	archive_make(&archive, mixed + 2, 2);
	test_int(clean(&archive, &out, NULL), 1);
	sekisho_buf_free(&archive);
	archive_make(&archive, document, 2);
	test_int(clean(&archive, &out, NULL), 1);
	sekisho_buf_free(&archive);
	test_begin("R1: the note of an earlier cleaning stays");
	archive_make(&archive, noted, 2);
	test_int(clean(&archive, &out, NULL), 0);
	member_bytes(&out, CLEAN_NOTE, 0, text, 64);
	test_str(text, "older");
	member_bytes(&out, "SEKISHO-REMOVED-2.txt", 0, text, 64);
	test_str(text, "removed\n");
	sekisho_buf_free(&out);
	sekisho_buf_free(&archive);
}

/* libzip then writes behind the old bytes instead of copying them. */
static void
test_tail(void)
{
	char good[8192];
	const struct entry entries[] = {
		{ "good.txt", good }, { "virus.exe", "VIRUS" },
	};
	struct sekisho_buf archive, out;
	unsigned int i, value = 1;

	test_begin("R1: much that stays in front of little that goes");
	for (i = 0; i < sizeof(good) - 1; i++) {
		value = value * 1103515245 + 12345;
		good[i] = (char)('!' + (value >> 16) % 90);
	}
	good[i] = '\0';
	sekisho_buf_init(&archive, 1u << 20);
	archive_make(&archive, entries, 2);
	test_int(clean(&archive, &out, NULL), 0);
	test_assert(memmem(out.data, out.len, "VIRUS", 5) == NULL);
	sekisho_buf_free(&out);
	/* The old archive is still there, and ours to free. */
	test_assert(memmem(archive.data, archive.len, "VIRUS", 5) != NULL);
	sekisho_buf_free(&archive);
}

int
main(void)
{
	test_members();
	test_refused();
	test_tail();
	return test_done();
}
