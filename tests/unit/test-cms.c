/*
 * test-cms.c - the mail inside signed data, in every form that mail programs
 * open (SPEC R1).
 */
#include <stdlib.h>

#include "cms.h"
#include "test.h"

#define SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define HEAD "\x30\x80" SIGNED "\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80"
#define REST "\0\0" "\xa0\x03\x04\x01X" "\x31\x00"

static const struct {
	const char *data;
	size_t len;
	const char *expected;	/* NULL: no signed content */
} cases[] = {
#define CASE(text) text, sizeof(text) - 1
	{ CASE(HEAD DATA "\xa0\x05\x04\x03" "abc" REST), "abc" },
	{ CASE(HEAD DATA "\xa0\x80\x04\x03" "abc" "\0\0" REST), "abc" },
	/* 2: in pieces, lengths given or not */
	{ CASE(HEAD DATA "\xa0\x0a\x24\x08\x04\x02" "ab" "\x04\x02" "cd" REST),
	  "abcd" },
	{ CASE(HEAD DATA "\xa0\x80\x24\x80\x04\x02" "ab" "\x04\x01" "c"
	  "\0\0\0\0\0\0" REST), "abc" },
	/* 4: pieces of pieces: none may hide behind the end of another */
	{ CASE(HEAD DATA "\xa0\x80\x24\x80\x24\x80\x04\x02" "ab" "\0\0"
	  "\x04\x02" "cd" "\x24\x03\x04\x01" "e" "\0\0\0\0" REST), "abcde" },
	{ CASE(HEAD DATA "\xa0\x80\x24\x80\0\0\x24\x80\x04\x02" "ab" "\0\0"
	  "\0\0" REST), "ab" },
	/* 6: long lengths */
	{ CASE(HEAD DATA "\xa0\x81\x06\x04\x82\0\x03" "abc" REST), "abc" },
	{ CASE(HEAD DATA "\xa0\x84\0\0\0\x05\x04\x03" "abc" REST), "abc" },
	/* 8: a length beyond the end is what is there */
	{ CASE(HEAD DATA "\xa0\x80\x04\x7f" "abc"), "abc" },
	{ CASE(HEAD DATA "\xa0\x80\x04\x84\xff\xff\xff\xff" "abc"), "abc" },
	/* 10: no content, no signed data */
	{ CASE(HEAD DATA REST), NULL },
	{ CASE(HEAD DATA "\xa0\x02\x04\0" REST), NULL },
	{ CASE(HEAD DATA "\xa0\x85\0\0\0\0\x05\x04\x03" "abc"), NULL },
	{ CASE(HEAD DATA "\x31\x05\x04\x03" "abc" REST), NULL },
	{ CASE(HEAD DATA "\xa0"), NULL },
	{ CASE("\x30\x80" DATA "\xa0\x80" DATA "\xa0\x80\x04\x03" "abc"),
	  NULL },
	{ CASE("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" HEAD DATA
	  "\xa0\x05\x04\x03" "abc"), NULL },
	{ CASE(SIGNED), NULL },
	{ CASE(""), NULL },
#undef CASE
};

static bool
content(const char *data, size_t len, struct sekisho_buf *out)
{
	char *copy = malloc(len + (len == 0));
	bool found;

	memcpy(copy, data, len);
	found = cms_signed_content(copy, len, out);
	free(copy);
	return found;
}

int
main(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][32];
	struct sekisho_buf out;
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R1: CMS case %zu", i);
		test_begin(names[i]);
		sekisho_buf_init(&out, 1000);
		sekisho_buf_puts(&out, "-");
		test_int(content(cases[i].data, cases[i].len, &out),
			cases[i].expected != NULL);
		test_str(out.data + 1, cases[i].expected != NULL ?
			cases[i].expected : "");
		sekisho_buf_free(&out);
		for (len = 0; len < cases[i].len; len++) {
			content(cases[i].data, len, &out);
			sekisho_buf_free(&out);
		}
	}
	return test_done();
}
