/*
 * test-prepare.c - in the jail there are no files: all character sets and
 * types must be loaded before.
 */
#include "prepare.c"

#include "charset.h"
#include "test.h"

int
main(void)
{
	struct sekisho_error err = { "" };
	struct sekisho_buf out;
	size_t i;

	test_begin("prepare: everything can be loaded, once");
	test_int(prepare_for_jail(&err), 0);
	test_int(prepare_for_jail(&err), 0);
	test_str(err.text, "");
	test_begin("prepare: the C library has every set of the list");
	for (i = 0; i <= CHARSETS; i++)
		if (kept[i] == (iconv_t)-1)
			test_str(i < CHARSETS ? charsets[i] : "TRANSLIT",
				"a known character set");
	test_begin("prepare: sets that mails name are in the list");
	sekisho_buf_init(&out, 100);
	test_int(charset_to_utf8(&out, "iso-2022-jp", "\x1b$B4X\x1b(B", 8),
		0);
	test_str(out.data, "関");
	sekisho_buf_free(&out);
	test_begin("prepare: file types are known");
	test_str(filetype_of("%PDF-1.4\n", 9), "application/pdf");
	return test_done();
}
