/*
 * test-clean.c - clean_file(): archives lose infected members, documents their
 * macros, and what is not proved clean is not cleaned (SPEC R1).
 */
#include <locale.h>

#include <archive.h>
#include <archive_entry.h>
#include <gsf/gsf.h>

#include "clean.h"
#include "ole2.h"
#include "scanner.h"
#include "test.h"
#include "zipfile.h"

#define BIG (8u << 20)

static struct engine *engine;

struct file {
	const char *name;
	const char *text;
};

static const struct file mixed[] = {
	{ "a/good.txt", "good text" }, { "b/bad.exe", "MZ " VIRUS },
	{ "\xe8\xab\x8b.txt", "good, too" },
};
static const struct file bad[] = { { "bad.exe", "MZ " VIRUS } };

static la_ssize_t
on_write(struct archive *out, void *context, const void *data, size_t len)
{
	sekisho_buf_add(context, data, len);
	return (la_ssize_t)len;
}

static void
archive_make(struct sekisho_buf *out, int format, int filter,
	const struct file *files, size_t count)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry;
	size_t i;

	sekisho_buf_init(out, BIG);
	archive_write_set_format(a, format);
	archive_write_add_filter(a, filter);
	archive_write_set_bytes_in_last_block(a, 1);
	archive_write_open(a, out, NULL, on_write, NULL);
	for (i = 0; i < count; i++) {
		entry = archive_entry_new();
		archive_entry_set_pathname(entry, files[i].name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0640);
		archive_entry_set_size(entry, (la_int64_t)strlen(
			files[i].text));
		archive_write_header(a, entry);
		archive_write_data(a, files[i].text, strlen(files[i].text));
		archive_entry_free(entry);
	}
	archive_write_free(a);
}

/* "name=text;" of every member, read by libarchive. */
static char *
archive_show(const struct sekisho_buf *file)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	GString *shown = g_string_new(NULL);
	char text[256];
	la_ssize_t n;

	archive_read_support_format_all(a);
	archive_read_support_filter_all(a);
	if (archive_read_open_memory(a, file->data, file->len) != ARCHIVE_OK)
		g_string_append(shown, "unreadable");
	else
		while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
			n = archive_read_data(a, text, sizeof(text));
			g_string_append_printf(shown, "%s=%.*s;",
				archive_entry_pathname(entry),
				n < 0 ? 0 : (int)n, text);
		}
	archive_read_free(a);
	return g_string_free(shown, FALSE);
}

static int
clean(const struct sekisho_buf *file, struct cleaned *cleaned)
{
	struct sekisho_error err = { "" };
	struct pool *pool = pool_new();
	int result = clean_file(engine, file, "removed", pool, cleaned, &err);

	test_assert((result == 0) == (err.text[0] == '\0'));
	pool_free(pool);
	return result;
}

static void
test_archives(void)
{
	static const struct {
		const char *name;
		int format, filter;
	} kinds[] = {
		{ "tar", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE },
		{ "tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP },
		{ "tar.bz2", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2 },
		{ "tar.xz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ },
		{ "cpio", ARCHIVE_FORMAT_CPIO_SVR4_NOCRC,
			ARCHIVE_FILTER_NONE },
		{ "7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE },
		{ "zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE },
	};
	struct sekisho_buf file;
	struct cleaned cleaned;
	static char title[80];
	char *shown;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(title, sizeof(title),
			"R1: an infected member leaves %s", kinds[i].name);
		test_begin(title);
		archive_make(&file, kinds[i].format, kinds[i].filter, mixed,
			3);
		test_int(clean(&file, &cleaned), 0);
		shown = archive_show(&cleaned.data);
		test_str(shown, "a/good.txt=good text;"
			"\xe8\xab\x8b.txt=good, too;"
			"SEKISHO-REMOVED.txt=removed;");
		test_assert(cleaned.noted && cleaned.ending == NULL);
		g_free(shown);
		sekisho_buf_free(&cleaned.data);
		file.len = file.len * 2 / 3;
		test_assert(clean(&file, &cleaned) == 1);
		sekisho_buf_free(&file);
		archive_make(&file, kinds[i].format, kinds[i].filter, bad, 1);
		test_int(clean(&file, &cleaned), 1);
		sekisho_buf_free(&file);
	}
}

/* mixed in a container of two kinds; the member in front of it is good. */
static void
test_nested(void)
{
	static const int kinds[] = { ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_7ZIP,
		ARCHIVE_FORMAT_TAR_GNUTAR };
	struct sekisho_buf inner, file;
	struct archive_entry *entry;
	struct cleaned cleaned;
	struct archive *a;
	size_t i, k;
	char *shown;

	for (i = 0; i < 9; i++) {
		test_begin("R1: the virus leaves an archive in an archive");
		archive_make(&inner, kinds[i % 3], ARCHIVE_FILTER_NONE, mixed,
			3);
		sekisho_buf_init(&file, BIG);
		a = archive_write_new();
		archive_write_set_format(a, kinds[i / 3]);
		archive_write_open(a, &file, NULL, on_write, NULL);
		for (k = 0; k < 2; k++) {
			entry = archive_entry_new();
			archive_entry_set_pathname(entry, k == 0 ? "first" :
				"inner");
			archive_entry_set_filetype(entry, AE_IFREG);
			archive_entry_set_perm(entry, 0640);
			archive_entry_set_size(entry, k == 0 ? 2 :
				(la_int64_t)inner.len);
			archive_write_header(a, entry);
			archive_write_data(a, k == 0 ? "ok" : inner.data,
				k == 0 ? 2 : inner.len);
			archive_entry_free(entry);
		}
		archive_write_free(a);
		test_int(clean(&file, &cleaned), 0);
		shown = archive_show(&cleaned.data);
		test_assert(strncmp(shown, "first=ok;inner=", 15) == 0);
		test_assert(strstr(shown, "SEKISHO-REMOVED.txt=") != NULL);
		g_free(shown);
		sekisho_buf_free(&cleaned.data);
		sekisho_buf_free(&inner);
		sekisho_buf_free(&file);
	}
}

static const struct file docm[] = {
	{ "[Content_Types].xml", "<?xml version=\"1.0\"?><Types xmlns="
	  "\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	  "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
	  "<Override PartName=\"/word/document.xml\" ContentType="
	  "\"application/vnd.ms-word.document.macroEnabled.main+xml\"/>"
	  "<Override PartName=\"/word/vbaProject.bin\" ContentType="
	  "\"application/vnd.ms-office.vbaProject\"/></Types>" },
	{ "word/document.xml", "<w:document/>" },
	{ "word/_rels/document.xml.rels", "<Relationships><Relationship "
	  "Id=\"r1\" Target=\"vbaProject.bin\"/><Relationship Id=\"r2\" "
	  "Target=\"styles.xml\"/></Relationships>" },
	{ "word/vbaProject.bin", VIRUS },
};

static void
test_docm(void)
{
	struct file other[4];
	struct sekisho_buf file;
	struct cleaned cleaned;
	char *shown;

	test_begin("R1: macros leave a docm, which becomes a docx");
	archive_make(&file, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, docm, 4);
	test_int(clean(&file, &cleaned), 0);
	shown = archive_show(&cleaned.data);
	test_assert(strstr(shown, "vbaProject") == NULL);
	test_assert(strstr(shown, "macroEnabled") == NULL);
	test_assert(strstr(shown, "styles.xml") != NULL);
	test_assert(strstr(shown, "word/document.xml=<w:document/>;") != NULL);
	test_str(cleaned.ending, "docx");
	test_assert(!cleaned.noted);
	g_free(shown);
	sekisho_buf_free(&cleaned.data);
	sekisho_buf_free(&file);
	test_begin("R1: a virus beside the macros is not cleaned");
	memcpy(other, docm, sizeof(other));
	other[1].text = "<w:document>" VIRUS "</w:document>";
	archive_make(&file, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, other, 4);
	test_int(clean(&file, &cleaned), 1);
	sekisho_buf_free(&file);
}

static void
ole2_make(struct sekisho_buf *out, const char *storage)
{
	GsfOutput *memory = gsf_output_memory_new(), *child, *module;
	GsfOutfile *root = gsf_outfile_msole_new(memory);
	char text[4096];

	memset(text, 'w', sizeof(text));
	child = gsf_outfile_new_child(root, "WordDocument", FALSE);
	gsf_output_write(child, sizeof(text), (const guint8 *)text);
	gsf_output_close(child);
	child = gsf_outfile_new_child(root, storage, TRUE);
	module = gsf_outfile_new_child(GSF_OUTFILE(child), "Module1", FALSE);
	gsf_output_write(module, strlen(VIRUS), (const guint8 *)VIRUS);
	gsf_output_close(module);
	gsf_output_close(child);
	gsf_output_close(GSF_OUTPUT(root));
	sekisho_buf_init(out, BIG);
	sekisho_buf_add(out, gsf_output_memory_get_bytes(
		GSF_OUTPUT_MEMORY(memory)), (size_t)gsf_output_size(memory));
}

/* Excel keeps its macros elsewhere; of PowerPoint they are in the slides. */
static void
test_excel_powerpoint(void)
{
	struct sekisho_buf file;
	struct cleaned cleaned;

	test_begin("R1: macros leave a document of Excel 97");
	ole2_make(&file, "_VBA_PROJECT_CUR");
	test_int(clean(&file, &cleaned), 0);
	sekisho_buf_free(&cleaned.data);
	sekisho_buf_free(&file);
	test_begin("R1: macros of PowerPoint 97 are not taken out");
	ole2_make(&file, "PowerPoint Document");
	test_int(clean(&file, &cleaned), 1);
	sekisho_buf_free(&file);
}

static void
test_ole2(void)
{
	struct sekisho_buf file, stream;
	struct cleaned cleaned;

	test_begin("R1: macros leave a document of Word 97");
	ole2_make(&file, "Macros");
	test_int(clean(&file, &cleaned), 0);
	sekisho_buf_init(&stream, BIG);
	test_int(ole2_read(cleaned.data.data, cleaned.data.len,
		"WordDocument", &stream), 1);
	test_int((long long)stream.len, 4096);
	sekisho_buf_free(&stream);
	sekisho_buf_free(&cleaned.data);
	sekisho_buf_free(&file);
	test_begin("R1: a virus in another storage is not cleaned");
	ole2_make(&file, "ObjectPool");
	test_assert(clean(&file, &cleaned) != 0);
	sekisho_buf_free(&file);
}

int
main(void)
{
	struct sekisho_error err = { "" };

	setlocale(LC_ALL, "C.UTF-8");
	scanner_make();
	engine = engine_open(scanner_directory, 60, &err);
	if (engine == NULL) {
		printf("not ok clean: %s\n", err.text);
		return 1;
	}
	test_archives();
	test_nested();
	test_docm();
	test_ole2();
	test_excel_powerpoint();
	engine_close(engine);
	scanner_remove();
	return test_done();
}
