/*
 * test-officekey.c - Office files that open without asking are scanned and not
 * called password-protected (SPEC R3, R1). Our own files: tests/data/office.
 */
#include "officekey.h"
#include "scanner.h"
#include "test.h"

#define DATA "tests/data/office/"

static const struct {
	const char *name;
	bool opens;
} files[] = {
	{ "agile.docx", true }, { "standard.docx", true },
	{ "default.xls", true }, { "secret.docx", false },
	{ "other.xls", false },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static char *
load(size_t i, size_t *len_r)
{
	char *path = g_strconcat(DATA, files[i].name, NULL), *data = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &data, &len, NULL))
		test_fail(__FILE__, __LINE__, path);
	g_free(path);
	*len_r = len;
	return data;
}

/* Whatever is inside is found as in any attachment. */
static void
test_found(struct engine *engine, size_t i)
{
	struct pool *pool = pool_new();
	struct inspection found;
	struct sekisho_buf mail;
	struct sekisho_error err = { "" };
	size_t len;
	char *data = load(i, &len);

	mail_begin(&mail);
	mail_attach(&mail, files[i].name, data, len);
	mail_end(&mail);
	test_int(inspect_message(engine, mail.data, mail.len, false, pool,
		&found, &err), 0);
	test_str(err.text, "");
	if (inspection_has(&found, FINDING_VIRUS) != files[i].opens ||
	    inspection_has(&found, FINDING_ENCRYPTED) == files[i].opens)
		test_fail(__FILE__, __LINE__, files[i].name);
	sekisho_buf_free(&mail);
	g_free(data);
	pool_free(pool);
}

/* A damaged file is read within its bounds, and never half. */
static void
test_damaged(size_t i)
{
	struct sekisho_buf out;
	size_t len, at;
	char *data = load(i, &len), *copy;

	for (at = 0; at < len; at += 97) {
		sekisho_buf_init(&out, 1u << 20);
		copy = g_memdup2(data, at);
		officekey_open(copy, at, &out);
		g_free(copy);
		sekisho_buf_free(&out);
		copy = g_memdup2(data, len);
		copy[at] ^= 0x55;
		sekisho_buf_init(&out, 1u << 20);
		officekey_open(copy, len, &out);
		g_free(copy);
		sekisho_buf_free(&out);
	}
	g_free(data);
}

int
main(void)
{
	struct sekisho_error err = { "" };
	struct engine *engine;
	size_t i;

	test_begin("R3: what opens without asking is scanned, not stamped");
	scanner_make();
	engine = engine_open(scanner_directory, 30, &err);
	test_str(err.text, "");
	for (i = 0; engine != NULL && i < FILES; i++)
		test_found(engine, i);
	engine_close(engine);
	scanner_remove();
	test_begin("R3: damaged encrypted documents");
	test_damaged(0);
	test_damaged(2);
	return test_done();
}
