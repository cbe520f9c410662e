/*
 * test-rewrite.c - body changes that leave all other bytes alone (SPEC R1, R3,
 * R15). The scanner is a fake: a virus is the word VIRUS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "base64.h"
#include "engine.h"
#include "inspection.h"
#include "mime.h"
#include "rewrite.h"
#include "test.h"
#include "virusname.h"

#define DATA "tests/data/"
#define STAMP "The attachment named a.zip could not be scanned"
#define SIZE 65536u

static bool scanner_broken;
static char fake;	/* its address stands for an engine */
#define ENGINE ((struct engine *)(void *)&fake)

int
engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err)
{
	struct scan_match *match;

	memset(result_r, 0, sizeof(*result_r));
	if (scanner_broken)
		return sekisho_error_set(err, "scanner broken");
	if (len == 0 || memmem(data, len, "VIRUS", 5) == NULL)
		return 0;
	match = pool_append(pool, &result_r->matches, &result_r->match_count,
		sizeof(*match));
	match->name = "Win.Test.VIRUS";
	match->member = "";
	return 0;
}

enum finding_kind
virusname_kind(const char *name)
{
	return FINDING_VIRUS;
}

static char message[SIZE], out_text[SIZE];
static struct sekisho_error err;

static void
message_load(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t len = 0;

	test_assert(file != NULL);
	if (file != NULL) {
		len = fread(message, 1, SIZE - 1, file);
		fclose(file);
	}
	message[len] = '\0';
}

/* Rewrites message by the edits; the entity is in out_text. */
static enum rewrite_result
rewrite(struct engine *engine, struct edit *edits, size_t count)
{
	struct edit_list list = { edits, count };
	enum rewrite_result result;
	struct sekisho_buf out;

	sekisho_buf_init(&out, SIZE - 1);
	err.text[0] = '\0';
	result = rewrite_message(engine, message, strlen(message), &list, &out,
		&err);
	memset(out_text, 0, SIZE);
	if (out.len > 0)
		memcpy(out_text, out.data, out.len);
	sekisho_buf_free(&out);
	return result;
}

/* Replaces the first old by new in text. */
static void
expect_change(char *text, const char *old, const char *new)
{
	char *at = strstr(text, old);

	test_assert(at != NULL);
	if (at == NULL)
		return;
	memmove(at + strlen(new), at + strlen(old),
		strlen(at + strlen(old)) + 1);
	memcpy(at, new, strlen(new));
}

/* What is expected: the MIME entity of message, to be changed by the test. */
static char *
expect_entity(void)
{
	static char expected[SIZE];
	struct edit none[1];

	test_int(rewrite(NULL, none, 0), REWRITE_DONE);
	strcpy(expected, out_text);
	return expected;
}

#define REMOVED(text) "Content-Type: text/plain; charset=UTF-8\n" \
	"Content-Transfer-Encoding: 7bit\n" \
	"Content-Disposition: inline\n\n" text

static void
test_entity(void)
{
	test_begin("R15: the entity is MIME header, empty line, body");
	message_load(DATA "stamp-alternative.eml");
	test_assert(strncmp(expect_entity(), "MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"out er\"\n"
		"Content-Language: ja\n\npreamble  \n--out er\n", 103) == 0);
	test_assert(strstr(out_text, strstr(message, "\n\npreamble")) != NULL);
	strcpy(message, "From: a\n\nbody");
	test_str(expect_entity(), "\nbody");
	strcpy(message, "From: a\n");
	test_str(expect_entity(), "\n");
}

static void
test_stamp(void)
{
	struct edit stamps[] = {
		{ EDIT_STAMP, 0, STAMP, NULL },
		{ EDIT_STAMP, 0, "2 < 3", NULL },
	};
	char *expected;

	test_begin("R15: every alternative is stamped, other bytes stay");
	message_load(DATA "stamp-alternative.eml");
	expected = expect_entity();
	expect_change(expected, "b=E4r", STAMP "\n2 < 3\n\nb=E4r");
	/* <html><body class="x"> is 22 bytes: the group of its last byte. */
	expect_change(expected, "PGh0bWw+PGJvZHkgY2xhc3M9IngiPjxwPkhlbGxv",
		"PGh0bWw+PGJvZHkgY2xhc3M9Ingi\n"
		"PjxwPlRoZSBhdHRhY2htZW50IG5hbWVkIGEuemlwIGNvdWxkIG5vdCBiZSBz"
		"Y2FubmVkPC9wPg0K\nPHA+MiAmbHQ7IDM8L3A+ICANCjxw\nPkhlbGxv");
	test_int(rewrite(NULL, stamps, 2), REWRITE_DONE);
	test_str(out_text, expected);
	test_begin("R3: a simple mail is stamped at its top");
	strcpy(message, "Subject: x\n\nold\n");
	test_int(rewrite(NULL, stamps, 1), REWRITE_DONE);
	test_str(out_text, "\n" STAMP "\n\nold\n");
	test_begin("R15: text in ASCII becomes UTF-8 for a Japanese stamp");
	stamps[0].text = "あ";
	strcpy(message, "Subject: x\n\nold old old old old old\n");
	test_int(rewrite(NULL, stamps, 1), REWRITE_DONE);
	test_str(out_text, "Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: quoted-printable\n"
		"MIME-Version: 1.0\n\n=E3=81=82\n\n"
		"old old old old old old\n");
	strcpy(message, "MIME-Version: 1.0\nContent-Type: text/plain (c);\n"
		" CHARSET=\"us-ascii\" ; format=flowed\nSubject: x\n"
		"Content-Transfer-Encoding: 7bit\n\nold old old old old\n");
	test_int(rewrite(NULL, stamps, 1), REWRITE_DONE);
	test_str(out_text, "MIME-Version: 1.0\nContent-Type: text/plain (c);\n"
		" CHARSET=UTF-8 ; format=flowed\n"
		"Content-Transfer-Encoding: quoted-printable\n\n"
		"=E3=81=82\n\nold old old old old\n");
}

/* The old message as a part; nothing of it may differ. */
static void
check_wrapped(const char *old)
{
	char *old_at;

	test_assert(strstr(out_text, "MIME-Version: 1.0\nContent-Type: "
		"multipart/mixed; boundary=\"=_sekisho_") == out_text);
	test_assert(
		strstr(out_text, "\n\n" STAMP "\n\n--=_sekisho_") != NULL);
	old_at = strstr(out_text, old);
	test_assert(old_at != NULL);
	if (old_at != NULL)
		test_assert(strncmp(old_at + strlen(old), "\n--=_sekisho_",
			13) == 0);
}

static void
test_wrap(void)
{
	struct edit stamp = { EDIT_STAMP, 0, STAMP, NULL };
	static char first[SIZE];

	test_begin("R15: a signed mail becomes one part, byte for byte");
	message_load(DATA "stamp-signed.eml");
	test_int(rewrite(NULL, &stamp, 1), REWRITE_DONE);
	check_wrapped(strstr(message, "Content-Type: multipart/signed"));
	strcpy(first, out_text);
	test_int(rewrite(NULL, &stamp, 1), REWRITE_DONE);
	test_str(out_text, first);
	test_begin("R15: a mail that is an attachment gets a text before it");
	strcpy(message, "Subject: x\nContent-Type: application/pdf\n\n%PDF\n");
	test_int(rewrite(NULL, &stamp, 1), REWRITE_DONE);
	check_wrapped("Content-Type: application/pdf\n\n%PDF\n");
	test_begin("R15: S/MIME is not touched");
	strcpy(message, "Content-Type: application/pkcs7-mime; "
		"smime-type=signed-data; name=smime.p7m\n\nMIIB\n");
	test_int(rewrite(NULL, &stamp, 1), REWRITE_DONE);
	check_wrapped("name=smime.p7m\n\nMIIB\n");
	test_begin("R15: text that cannot be read as its charset is wrapped");
	strcpy(message, "Content-Type: text/plain; charset=x-martian\n\n"
		"\xfe\n");
	stamp.text = "あ";
	test_int(rewrite(NULL, &stamp, 1), REWRITE_DONE);
	test_assert(strstr(out_text, "\n\n44GCDQo=\n\n--=_sekisho_") != NULL);
}

static void
test_remove(void)
{
	struct edit edits[] = {
		{ EDIT_REMOVE, 7, "eicar.com was removed\n", NULL },
		{ EDIT_STAMP, 0, STAMP, NULL },
		{ EDIT_REMOVE, 8, "notes.txt 削除\n", NULL },
	};
	char *expected;

	message_load(DATA "stamp-alternative.eml");
	test_begin("R1: a removed part, all other bytes stay");
	expected = expect_entity();
	expect_change(expected, "Content-Type: application/octet-stream; "
		"name=\"eicar.com\"\nContent-Transfer-Encoding: 7bit\n\n"
		"X5O!NOT-REALLY\n", REMOVED("eicar.com was removed"));
	test_int(rewrite(NULL, edits, 1), REWRITE_DONE);
	test_str(out_text, expected);
	test_begin("R1 R15: two removed parts and a stamp in one pass");
	test_int(rewrite(NULL, edits, 3), REWRITE_DONE);
	test_assert(strstr(out_text, STAMP "\n\nb=E4r") != NULL);
	test_assert(strstr(out_text, "\n\nbm90ZXMudHh0IOWJiumZpA0K\n"
		"--out er--\nepilogue\n") != NULL);
	test_begin("R1: a text that was removed carries the stamp");
	edits[0].part = 3;
	test_int(rewrite(NULL, edits, 2), REWRITE_DONE);
	test_assert(strstr(out_text, "\n--in\n" REMOVED(STAMP "\n\n"
		"eicar.com was removed\n--in\n")) != NULL);
	test_begin("R1: the whole message, or a sealed part, cannot go");
	edits[0].part = 1;
	test_int(rewrite(NULL, edits, 1), REWRITE_IMPOSSIBLE);
	edits[0].part = 0;
	test_int(rewrite(NULL, edits, 1), REWRITE_IMPOSSIBLE);
	edits[0].part = 99;
	test_int(rewrite(NULL, edits, 1), REWRITE_IMPOSSIBLE);
	message_load(DATA "stamp-signed.eml");
	edits[0].part = 2;
	test_int(rewrite(NULL, edits, 1), REWRITE_IMPOSSIBLE);
	test_assert(err.text[0] != '\0');
}

static void
test_inner(void)
{
	struct edit edit = { EDIT_REMOVE, 4, "gone\n", NULL };

	test_begin("R1: the root of a forwarded mail keeps its From");
	strcpy(message, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
		"text\n--b\nContent-Type: message/rfc822\n\nFrom: inner\n"
		"Content-Type: text/html\nSubject: s\n\nVIRUS\n--b--\n");
	test_int(rewrite(NULL, &edit, 1), REWRITE_DONE);
	test_assert(strstr(out_text, "\n--b\nContent-Type: message/rfc822\n\n"
		"From: inner\nSubject: s\nMIME-Version: 1.0\n" REMOVED("gone")
		"\n--b--\n") != NULL);
}

/* A mail with an archive of a good and a bad member. */
static void
message_zip(bool only_bad)
{
	zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
	struct sekisho_buf mail;
	char bytes[4096];
	zip_int64_t n;
	zip_t *zip;

	zip_source_keep(source);
	zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
	zip_file_add(zip, "bad.exe", zip_source_buffer(zip, "xVIRUSx", 7, 0),
		0);
	if (!only_bad)
		zip_file_add(zip, "good.txt", zip_source_buffer(zip, "good",
			4, 0), 0);
	zip_close(zip);
	zip_source_open(source);
	n = zip_source_read(source, bytes, sizeof(bytes));
	zip_source_close(source);
	zip_source_free(source);
	sekisho_buf_init(&mail, SIZE - 1);
	sekisho_buf_puts(&mail, "From: a\nContent-Type: multipart/mixed; "
		"boundary=b\n\n--b\n\ntext\n--b\nContent-Type: "
		"application/octet-stream; name=a.zip\n"
		"Content-Transfer-Encoding: base64\n\n");
	sekisho_base64_add(&mail, bytes, (size_t)n);
	sekisho_buf_puts(&mail, "\n--b--\n");
	strcpy(message, mail.data);
	sekisho_buf_free(&mail);
}

static void
test_clean(void)
{
	struct edit edits[] = {
		{ EDIT_CLEAN, 3, "bad.exe was removed\n", NULL },
		{ EDIT_STAMP, 0, STAMP, NULL },
	};
	struct sekisho_buf data;
	struct pool *pool = pool_new();

	test_begin("R1 R3: a zip is cleaned and the mail is stamped");
	message_zip(false);
	test_int(rewrite(ENGINE, edits, 2), REWRITE_DONE);
	test_assert(strstr(out_text, "--b\n\n" STAMP "\n\ntext\n--b\n"
		"Content-Type: application/octet-stream; name=a.zip\n"
		"Content-Transfer-Encoding: base64\n\nUEsDB") != NULL);
	sekisho_buf_init(&data, SIZE);
	mime_decode(mime_parse(out_text, strlen(out_text), pool), 3, &data);
	test_assert(memmem(data.data, data.len, "VIRUS", 5) == NULL);
	test_assert(memmem(data.data, data.len, "good.txt", 8) != NULL);
	test_assert(memmem(data.data, data.len, "SEKISHO-REMOVED.txt", 19));
	sekisho_buf_free(&data);
	pool_free(pool);
	test_begin("R1: nothing clean in the zip: the part goes");
	message_zip(true);
	test_int(rewrite(ENGINE, edits, 1), REWRITE_DONE);
	test_assert(strstr(out_text, "\n--b\n" REMOVED("bad.exe was removed")
		"\n--b--\n") != NULL);
	test_begin("R1: what still has a virus is not delivered");
	message_load(DATA "stamp-alternative.eml");
	expect_change(message, "preamble", "VIRUS");
	edits[0].part = 7;
	test_int(rewrite(ENGINE, edits, 1), REWRITE_IMPOSSIBLE);
	expect_change(message, "VIRUS", "preamble");
	test_int(rewrite(ENGINE, edits, 1), REWRITE_DONE);
	test_begin("O4: a broken scanner is a failure");
	scanner_broken = true;
	test_int(rewrite(ENGINE, edits, 1), REWRITE_FAILED);
	test_str(err.text, "scanner broken");
	scanner_broken = false;
}

int
main(void)
{
	mime_init();
	test_entity();
	test_stamp();
	test_wrap();
	test_remove();
	test_inner();
	test_clean();
	return test_done();
}
