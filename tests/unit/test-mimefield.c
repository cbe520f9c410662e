/*
 * test-mimefield.c - header fields of a part as bytes (SPEC R15).
 */
#include "mimefield.h"
#include "test.h"

static void
test_places(void)
{
	test_begin("R15: where a field ends");
	test_int((long long)mimefield_end("A: b\nC: d\n", 10), 5);
	test_int((long long)mimefield_end("A: b\n c\n\td\nE: f\n", 16), 11);
	test_int((long long)mimefield_end("A: b\n \n\n", 8), 7);
	test_int((long long)mimefield_end("A: b", 4), 4);
	test_int((long long)mimefield_end("A: b\n", 5), 5);
	test_int((long long)mimefield_end("A: b\n c", 7), 7);
	test_int((long long)mimefield_end("", 0), 0);

	test_begin("R15: which field it is");
	test_assert(mimefield_is("Subject: x", 10, "subject"));
	test_assert(mimefield_is("Subject \t: x", 12, "Subject"));
	test_assert(!mimefield_is("Subjects: x", 11, "Subject"));
	test_assert(!mimefield_is("Subject", 7, "Subject"));
	test_assert(!mimefield_is("Subject ", 8, "Subject"));
	test_assert(!mimefield_is("Subject:", 7, "Subject"));
	test_assert(mimefield_is("Subject:", 8, "Subject"));
	test_assert(mimefield_is_mime("content-type: a/b", 17));
	test_assert(mimefield_is_mime("MIME-Version : 1.0", 18));
	test_assert(!mimefield_is_mime("X-Content-Type: a", 17));
	test_assert(!mimefield_is_mime("Content-", 8));
}

#define OWN "Content-Type: text/html; charset=UTF-8\n"

static const struct {
	const char *field;
	const char *expected;
} types[] = {
	{ "Content-Type: text/plain\n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	{ "Content-Type: text/plain; charset=us-ascii\n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	{ "content-type:text/plain;CHARSET=\"iso-2022-jp\";format=flowed\n",
	  "content-type:text/plain;CHARSET=UTF-8;format=flowed\n" },
	{ "Content-Type: text/plain;\r\n\tcharset=\"a;b\\\"c\" ; x=\"y z\"\r\n",
	  "Content-Type: text/plain;\r\n\tcharset=UTF-8 ; x=\"y z\"\n" },
	{ "Content-Type: text/plain; format=flowed;\n delsp=yes\n",
	  "Content-Type: text/plain; format=flowed;\n delsp=yes; "
	  "charset=UTF-8\n" },
	/* 5: comments, blanks, a semicolon at the end */
	{ "Content-Type: (a;b) text/plain (c=d) ; charset = x (y)\n",
	  "Content-Type: (a;b) text/plain (c=d) ; charset = UTF-8 (y)\n" },
	{ "Content-Type: text/plain; (charset=x) charset=y\n",
	  "Content-Type: text/plain; (charset=x) charset=UTF-8\n" },
	{ "Content-Type: text/plain ; \n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	{ "Content-Type: text/plain; name=\"charset=x\"\n",
	  "Content-Type: text/plain; name=\"charset=x\"; charset=UTF-8\n" },
	/* 9: twice; without a value */
	{ "Content-Type: text/plain; charset=x; charset=y\n",
	  "Content-Type: text/plain; charset=UTF-8; charset=UTF-8\n" },
	{ "Content-Type: text/plain; charset=; a=b\n",
	  "Content-Type: text/plain; charset=UTF-8; a=b\n" },
	{ "Content-Type: text/plain; charset=\n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	{ "Content-Type: text/plain; charset=\n\t\n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	{ "Content-Type: text/plain; charset= (a)\n",
	  "Content-Type: text/plain; charset=UTF-8 (a)\n" },
	{ "Content-Type: text/plain; charset=\n\tx\n",
	  "Content-Type: text/plain; charset=\n\tUTF-8\n" },
	{ "Content-Type: text/plain; charset\n",
	  "Content-Type: text/plain; charset; charset=UTF-8\n" },
	{ "Content-Type: text/plain; charset=\"x\n",
	  "Content-Type: text/plain; charset=UTF-8\n" },
	/* 17: too odd: made anew */
	{ "Content-Type: text\n", OWN },
	{ "Content-Type:\n", OWN },
	{ "", OWN },
	{ "Content-Type", OWN },
	{ "Content-Type: text/plain charset=x\n", OWN },
	{ "Content-Type: text/plain; charset*=utf-8''x\n", OWN },
	{ "Content-Type: text/plain; charset*0=utf; charset*1=-8\n", OWN },
	{ "Content-Type: (text/plain\n", OWN },
};

static void
test_types(void)
{
	static char names[sizeof(types) / sizeof(types[0])][32];
	struct sekisho_buf out;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R15: charset case %zu",
			i);
		test_begin(names[i]);
		sekisho_buf_init(&out, 1000);
		sekisho_buf_puts(&out, "X-A: b\n");
		mimefield_add_utf8(&out, types[i].field,
			strlen(types[i].field), "text/html");
		test_assert(strncmp(out.data, "X-A: b\n", 7) == 0);
		test_str(out.data + 7, types[i].expected);
		sekisho_buf_free(&out);
	}
	test_begin("R15: a NUL in a field is a blank");
	mimefield_add_utf8(&out, "Content-Type: a/b;\0charset=x\0;\0c=d\n", 35,
		"text/html");
	test_assert(out.len == 39 && memcmp(out.data,
		"Content-Type: a/b;\0charset=UTF-8\0;\0c=d\n", 40) == 0);
	sekisho_buf_free(&out);
}

static const struct {
	const char *text;
	int expected;		/* where it is, -1: nowhere */
} dashes[] = {
	{ "", -1 }, { "\n", -1 }, { "\n-", -1 }, { "--", -1 }, { "\n--", 0 },
	{ "a\n--b", 1 }, { "\n\n\n--", 2 }, { "\n-\n-\n-a--\n--", 9 },
	{ "a\n-\n", -1 }, { "--a\n--\n--", 3 },
};

static void
test_dashes(void)
{
	const char *found;
	size_t i;

	test_begin("mimefield: the line that begins with dashes");
	for (i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
		found = mimefield_find_dashes(dashes[i].text,
			strlen(dashes[i].text));
		test_int(found == NULL ? -1 : (int)(found - dashes[i].text),
			dashes[i].expected);
	}
}

int
main(void)
{
	test_dashes();
	test_places();
	test_types();
	return test_done();
}
