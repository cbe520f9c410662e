/*
 * scanner.h - for tests that scan: a directory of signatures made at run time,
 * and mails put together from parts.
 */
#ifndef TEST_SCANNER_H
#define TEST_SCANNER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib.h>

#include "base64.h"
#include "buf.h"
#include "engine.h"
#include "inspect.h"

/* A harmless word that our signature calls Win.Test.Word. */
#define VIRUS "sekisho-test-" "not-a-virus-7c1"

/* EICAR's test file in pieces, so that no scanner eats this source. */
#define EICAR "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" "STANDARD-ANTIVIRUS-" \
	"TEST-FILE!$H+H*"

static char scanner_directory[] = "/tmp/sekisho-test-XXXXXX";

static inline void
scanner_write(const char *name, const char *text)
{
	char *path = g_build_filename(scanner_directory, name, NULL);

	if (!g_file_set_contents(path, text, -1, NULL))
		abort();
	g_free(path);
}

static inline void
scanner_remove(void)
{
	static const char *const names[] = { "test.ndb", "test.hdb", NULL };
	char *path;
	int i;

	for (i = 0; names[i] != NULL; i++) {
		path = g_build_filename(scanner_directory, names[i], NULL);
		unlink(path);
		g_free(path);
	}
	rmdir(scanner_directory);
}

/* test.ndb with Win.Test.Word and Eicar-Test-Signature. */
static inline void
scanner_make(void)
{
	static const char *const virus[][2] = {
		{ "Win.Test.Word", VIRUS },
		{ "Eicar-Test-Signature", EICAR },
	};
	GString *text = g_string_new(NULL);
	const char *p;
	size_t i;

	if (mkdtemp(scanner_directory) == NULL)
		abort();
	for (i = 0; i < 2; i++) {
		g_string_append_printf(text, "%s:0:*:", virus[i][0]);
		for (p = virus[i][1]; *p != '\0'; p++)
			g_string_append_printf(text, "%02x", *p);
		g_string_append_c(text, '\n');
	}
	scanner_write("test.ndb", text->str);
	g_string_free(text, TRUE);
}

/* A mail with boundary "b"; parts are added, then the end. */
static inline void
mail_begin(struct sekisho_buf *mail)
{
	sekisho_buf_init(mail, 256u << 20);
	sekisho_buf_puts(mail, "From: a@example.test\nSubject: test\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nhello\n");
}

static inline void
mail_attach(struct sekisho_buf *mail, const char *name, const void *data,
	size_t len)
{
	sekisho_buf_printf(mail, "--b\nContent-Type: application/octet-stream"
		"\nContent-Disposition: attachment; filename=\"%s\"\n"
		"Content-Transfer-Encoding: base64\n\n", name);
	sekisho_base64_add(mail, data, len);
	sekisho_buf_puts(mail, "\n");
}

static inline void
mail_end(struct sekisho_buf *mail)
{
	sekisho_buf_puts(mail, "--b--\n");
}

#endif
