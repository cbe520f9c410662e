/*
 * test-transfer.c - transfer encodings written, read, and changed in place
 * (SPEC R14, R15).
 */
#include <stdlib.h>

#include "test.h"
#include "transfer.h"

static void
test_names(void)
{
	test_begin("R15: what a Content-Transfer-Encoding means");
	test_int(transfer_of(NULL), TRANSFER_IDENTITY);
	test_int(transfer_of(""), TRANSFER_IDENTITY);
	test_int(transfer_of("8BIT"), TRANSFER_IDENTITY);
	test_int(transfer_of("binary"), TRANSFER_IDENTITY);
	test_int(transfer_of("Quoted-Printable"), TRANSFER_QP);
	test_int(transfer_of("base64"), TRANSFER_BASE64);
	test_int(transfer_of("x-uuencode"), TRANSFER_UNKNOWN);
	test_int(transfer_of("base64 "), TRANSFER_UNKNOWN);
}

#define A70 "0123456789012345678901234567890123456789012345678901234567890" \
	"123456789"

static const struct {
	const char *data;
	const char *expected;
} printable[] = {
	{ "", "" },
	{ "abc", "abc" },
	{ "abc\n", "abc\n" },
	{ "a\r\nb\n", "a\nb\n" },
	{ "a=b", "a=3Db" },
	{ "\xc3\xa4\n", "=C3=A4\n" },
	/* 6: blanks at the end of a line, tabs, controls, a lone CR */
	{ "a b \n", "a b=20\n" },
	{ "a \r\n", "a=20\n" },
	{ "a ", "a=20" },
	{ "a\t\n", "a=09\n" },
	{ "a\rb\x01", "a=0Db=01" },
	/* 11: a line of "." alone would end an SMTP DATA */
	{ ".\n..\na.\n", "=2E\n=2E.\na.\n" },
	/* 14: no line beyond 76 bytes */
	{ A70 "12", A70 "12" },
	{ A70 "123", A70 "123" },
	{ A70 "1234", A70 "123=\n4" },
	{ A70 "12\xc3\xa4", A70 "12=C3=\n=A4" },
	{ A70 "123\n", A70 "123\n" },
	{ A70 "123.", A70 "123=\n=2E" },
};

static void
test_qp(void)
{
	struct sekisho_buf out;
	size_t i;

	for (i = 0; i < sizeof(printable) / sizeof(printable[0]); i++) {
		test_begin("R15: quoted-printable as it is written");
		sekisho_buf_init(&out, 1000);
		sekisho_buf_puts(&out, "");
		transfer_add_qp(&out, printable[i].data,
			strlen(printable[i].data));
		test_str(out.data, printable[i].expected);
		sekisho_buf_free(&out);
	}
}

static void
test_base64(void)
{
	struct sekisho_buf out;

	test_begin("R15: Base 64 in lines of 76");
	sekisho_buf_init(&out, 1000);
	transfer_add_base64(&out, A70, 57);
	transfer_add_base64(&out, A70, 58);
	test_str(out.data,
		"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
		"NTY3ODkwMTIzNDU2\n"
		"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
		"NTY3ODkwMTIzNDU2\nNw==\n");
	sekisho_buf_free(&out);
	test_begin("R15: text in Base 64 has CRLF line ends");
	transfer_add_base64_text(&out, "a\nb\r\n\n", 6);
	test_str(out.data, "YQ0KYg0KDQo=\n");
	sekisho_buf_free(&out);
	transfer_add_crlf(&out, "\na\n\r\n\rb", 7);
	test_str(out.data, "\r\na\r\n\r\n\rb");
	sekisho_buf_free(&out);
}

static const struct {
	const char *text;
	size_t column;
	const char *expected;
} words[] = {
	{ "", 0, "" },
	{ "a", 0, "=?UTF-8?B?YQ==?=" },
	{ "関所", 9, "=?UTF-8?B?6Zai5omA?=" },
	/* whole characters, 76 bytes a line */
	{ "関所関所関所関所関所関所関所関所", 0,
	  "=?UTF-8?B?6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA"
	  "6Zai5omA?=" },
	{ "関所関所関所関所関所関所関所関所関", 0,
	  "=?UTF-8?B?6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA6Zai5omA"
	  "6Zai5omA?=\n =?UTF-8?B?6Zai?=" },
	{ "aä𝄞", 70, "=?UTF-8?B?YcOk?=\n =?UTF-8?B?8J2Eng==?=" },
};

static void
test_words(void)
{
	struct sekisho_buf out;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		test_begin("R14: encoded words of whole characters");
		sekisho_buf_init(&out, 1000);
		sekisho_buf_puts(&out, "");
		transfer_add_words(&out, words[i].text, strlen(words[i].text),
			words[i].column);
		test_str(out.data, words[i].expected);
		sekisho_buf_free(&out);
	}
}

static const struct {
	enum transfer transfer;
	const char *raw;
	const char *expected;	/* NULL: not what it says it is */
} encoded[] = {
	{ TRANSFER_IDENTITY, "a=3D\n", "a=3D\n" },
	{ TRANSFER_UNKNOWN, "a", NULL },
	{ TRANSFER_QP, "a=3Db=3d\n", "a=b=\n" },
	{ TRANSFER_QP, "a=\nb=  \nc=\r\nd", "abcd" },
	{ TRANSFER_QP, "a=", "a" },
	{ TRANSFER_QP, "a= ", "a" },
	/* 6: lenient, as mail programs are */
	{ TRANSFER_QP, "=4", "=4" },
	{ TRANSFER_QP, "=XY=4X==41", "=XY=4X=A" },
	{ TRANSFER_QP, "a= b", "a= b" },
	{ TRANSFER_QP, "=\rb", "=\rb" },
	/* 10: */
	{ TRANSFER_BASE64, "", "" },
	{ TRANSFER_BASE64, " \r\n", "" },
	{ TRANSFER_BASE64, "YWJj", "abc" },
	{ TRANSFER_BASE64, "Y W\r\nJj\n", "abc" },
	{ TRANSFER_BASE64, "YWI=", "ab" },
	{ TRANSFER_BASE64, "YQ==", "a" },
	{ TRANSFER_BASE64, "YQ", "a" },
	{ TRANSFER_BASE64, "YWI", "ab" },
	{ TRANSFER_BASE64, "YQ=", "a" },
	{ TRANSFER_BASE64, "YQ==YWI=YWJj", "aababc" },
	/* 20: */
	{ TRANSFER_BASE64, "Y", NULL },
	{ TRANSFER_BASE64, "YWJjY", NULL },
	{ TRANSFER_BASE64, "Y===", NULL },
	{ TRANSFER_BASE64, "=", NULL },
	{ TRANSFER_BASE64, "YQ=Q", NULL },
	{ TRANSFER_BASE64, "YW-j", NULL },
	{ TRANSFER_BASE64, "YWJj\x80", NULL },
};

static void
test_decode(void)
{
	static char names[sizeof(encoded) / sizeof(encoded[0])][32];
	struct sekisho_buf out;
	int result;
	size_t i;

	for (i = 0; i < sizeof(encoded) / sizeof(encoded[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R15: decoded case %zu",
			i);
		test_begin(names[i]);
		sekisho_buf_init(&out, 1000);
		sekisho_buf_puts(&out, "");
		result = transfer_decode(encoded[i].transfer, encoded[i].raw,
			strlen(encoded[i].raw), &out);
		test_int(result, encoded[i].expected != NULL ? 0 : -1);
		if (encoded[i].expected != NULL)
			test_str(out.data, encoded[i].expected);
		sekisho_buf_free(&out);
	}
}

/* What a body decodes to, the first count bytes or all. */
static char *
decode(enum transfer transfer, const char *raw, size_t len)
{
	struct sekisho_buf out;

	sekisho_buf_init(&out, 10000);
	sekisho_buf_puts(&out, "");
	if (transfer_decode(transfer, raw, len, &out) < 0)
		test_fail(__FILE__, __LINE__, "the body is broken");
	return out.data;
}

/*
 * Inserts text at every place of a body and looks whether all other decoded
 * bytes are where they were.
 */
static void
check_splices(enum transfer transfer, const char *raw, const char *text)
{
	struct transfer_insert insert = { text, strlen(text), strlen(text) };
	size_t len = strlen(raw), offset;
	struct transfer_splice splice;
	char *plain = decode(transfer, raw, len), *got, *place;
	struct sekisho_buf out;

	for (offset = 0; offset <= strlen(plain); offset++) {
		test_int(transfer_splice_at(transfer, raw, len, offset,
			&insert, &splice), 0);
		test_assert(splice.start <= splice.end && splice.end <= len);
		sekisho_buf_init(&out, 10000);
		sekisho_buf_add(&out, raw, splice.start);
		sekisho_buf_add(&out, splice.text.data, splice.text.len);
		sekisho_buf_add(&out, raw + splice.end, len - splice.end);
		got = decode(transfer, out.data, out.len);
		test_assert(strncmp(got, plain, offset) == 0 &&
			strncmp(got + offset, text, insert.len) == 0);
		place = got + offset + insert.len;
		place += strspn(place, " ") - strspn(plain + offset, " ");
		test_str(place, plain + offset);
		free(got);
		sekisho_buf_free(&out);
		sekisho_buf_free(&splice.text);
	}
	test_int(transfer_splice_at(transfer, raw, len, offset, &insert,
		&splice), -1);
	sekisho_buf_free(&splice.text);
	free(plain);
}

static void
test_splice(void)
{
	static const char *const texts[] = { "S\n", "SS", "SSS\n\n", "ä\n",
		"S." };
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		test_begin("R15: text at any place, all other bytes stay");
		check_splices(TRANSFER_IDENTITY, "abc\ndef\n", texts[i]);
		check_splices(TRANSFER_IDENTITY, "", texts[i]);
		check_splices(TRANSFER_QP, "", texts[i]);
		check_splices(TRANSFER_QP, "abc=\ndef=3D \nx=C3=A4\n.",
			texts[i]);
		check_splices(TRANSFER_QP, "a=\r\n  b=20\r\n=", texts[i]);
		check_splices(TRANSFER_BASE64, "", texts[i]);
		check_splices(TRANSFER_BASE64, "YWJj", texts[i]);
		check_splices(TRANSFER_BASE64, "YWJjZGVmZw==\n", texts[i]);
		check_splices(TRANSFER_BASE64, "YWJj\nZG\r\nVm Zw==\n",
			texts[i]);
		check_splices(TRANSFER_BASE64, "YWJjZGVmZw", texts[i]);
	}
	test_begin("R15: other lines of Base 64 keep their letters");
	check_splices(TRANSFER_BASE64, "YWJj\nZGVm\nZ2hp\n", "SSS");
}

static void
test_odd(void)
{
	struct transfer_insert insert = { "S\n", 2, 1 };
	struct transfer_splice splice;

	test_begin("R15: blanks that fill up stand where they are told to");
	test_int(transfer_splice_at(TRANSFER_BASE64, "YWJj", 4, 3, &insert,
		&splice), 0);
	test_str(splice.text.data, "\nUyAK\n");
	test_int((long long)splice.start, 4);
	sekisho_buf_free(&splice.text);

	test_begin("R15: a body that is too odd is left alone");
	test_int(transfer_splice_at(TRANSFER_BASE64, "YQ==YWJj", 8, 2,
		&insert, &splice), -1);
	sekisho_buf_free(&splice.text);
	test_int(transfer_splice_at(TRANSFER_BASE64, "Y-", 2, 1, &insert,
		&splice), -1);
	sekisho_buf_free(&splice.text);
	test_int(transfer_splice_at(TRANSFER_UNKNOWN, "a", 1, 0, &insert,
		&splice), -1);
	sekisho_buf_free(&splice.text);
}

int
main(void)
{
	test_names();
	test_qp();
	test_base64();
	test_words();
	test_decode();
	test_splice();
	test_odd();
	return test_done();
}
