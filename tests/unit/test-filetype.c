/*
 * test-filetype.c - what a file is by its bytes (SPEC R7, R11).
 */
#include "filetype.h"
#include "test.h"

static const struct {
	const char *data;
	size_t len;
	const char *type;
} files[] = {
#define CASE(text) text, sizeof(text) - 1
	{ CASE(""), "" },
	{ CASE("hello, world\n"), "text/plain" },
	{ CASE("<!DOCTYPE html><html><body>x</body></html>"), "text/html" },
	{ CASE("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), "application/pdf" },
	{ CASE("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0"),
	  "image/png" },
	{ CASE("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	  "application/zip" },
	{ CASE("PK\3\4\12\0\0\0\0\0\0\0!\\\x20\x30\x3a\x36\6\0\0\0\6\0\0\0"
	  "\5\0\0\0a.txthello\nPK\1\2"), "application/zip" },
	{ CASE("PK\3\4 is no zip"), "application/zip" },
	{ CASE("Rar!\x1a\x07\x00"), "application/x-rar" },
	{ CASE("#!/bin/sh\nexit\n"), "text/x-shellscript" },
	{ CASE("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0"),
	  "application/x-executable" },
#undef CASE
};

int
main(void)
{
	struct sekisho_error err = { "" };
	size_t i;

	test_begin("R7: nothing is known before the table is loaded");
	test_str(filetype_of("hello", 5), "");
	test_int(filetype_open(&err), 0);
	test_int(filetype_open(&err), 0);
	test_str(err.text, "");
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		test_begin("R7, R11: what a file is by its bytes");
		test_str(filetype_of(files[i].data, files[i].len),
			files[i].type);
	}
	test_begin("R7: office documents are archives, but no archives");
	test_assert(filetype_is_office("application/vnd.openxmlformats-"
		"officedocument.wordprocessingml.document"));
	test_assert(filetype_is_office(
		"application/vnd.oasis.opendocument.text"));
	test_assert(filetype_is_office(
		"application/vnd.ms-excel.sheet.macroenabled.12"));
	test_assert(!filetype_is_office("application/vnd.ms-excel"));
	test_assert(!filetype_is_office("application/zip"));
	test_assert(!filetype_is_office(""));
	return test_done();
}
