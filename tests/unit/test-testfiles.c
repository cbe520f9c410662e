/*
 * test-testfiles.c - ClamAV's own test files (package clamav-testfiles): each
 * packs the same harmless program in another way, and each is found in its
 * MIME part (SPEC R1).
 */
#include "test.h"
#include "scanner.h"

#define DIRECTORY "/usr/share/clamav-testfiles"
#define NAME "R1: every file of clamav-testfiles is found in its part"

/* A signature of the unpacked program: its MD5 sum and its size. */
static int
make_signature(void)
{
	char *data, *sum, *line;
	size_t len;

	if (!g_file_get_contents(DIRECTORY "/clam.exe", &data, &len, NULL))
		return -1;
	sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, (guchar *)data, len);
	line = g_strdup_printf("%s:%zu:Win.Test.Clam\n", sum, len);
	scanner_make();
	scanner_write("test.hdb", line);
	g_free(data);
	g_free(sum);
	g_free(line);
	return 0;
}

static bool
file_is_found(struct engine *engine, const char *name)
{
	struct pool *pool = pool_new();
	struct sekisho_error err = { "" };
	struct inspection found;
	struct sekisho_buf mail;
	bool result = false;
	char *data, *path;
	size_t len, i;

	path = g_build_filename(DIRECTORY, name, NULL);
	if (!g_file_get_contents(path, &data, &len, NULL))
		abort();
	mail_begin(&mail);
	mail_attach(&mail, name, data, len);
	mail_attach(&mail, "clean.txt", "clean", 5);
	mail_end(&mail);
	if (inspect_message(engine, mail.data, mail.len, false, pool, &found,
	    &err) < 0)
		test_fail(__FILE__, __LINE__, err.text);
	for (i = 0; i < found.finding_count; i++) {
		if (found.findings[i].part != 3)
			test_fail(__FILE__, __LINE__, name);
		result |= found.findings[i].kind == FINDING_VIRUS &&
			found.findings[i].cleanable;
	}
	sekisho_buf_free(&mail);
	g_free(data);
	g_free(path);
	pool_free(pool);
	return result;
}

int
main(void)
{
	GDir *directory = g_dir_open(DIRECTORY, 0, NULL);
	struct sekisho_error err = { "" };
	int count = 0, good = 0;
	struct engine *engine;
	const char *name;

	if (directory == NULL || make_signature() < 0) {
		printf("ok %s # SKIP %s is not there; install the package "
			"clamav-testfiles\n", NAME, DIRECTORY);
		return 0;
	}
	test_begin(NAME);
	engine = engine_open(scanner_directory, 60, &err);
	test_str(err.text, "");
	while (engine != NULL && (name = g_dir_read_name(directory)) != NULL) {
		count++;
		if (file_is_found(engine, name))
			good++;
		else
			test_fail(__FILE__, __LINE__, name);
	}
	test_assert(count >= 40);
	printf("# %d of %d files found in their part\n", good, count);
	g_dir_close(directory);
	engine_close(engine);
	scanner_remove();
	return test_done();
}
