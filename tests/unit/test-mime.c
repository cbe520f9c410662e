/*
 * test-mime.c - where parts lie, what they are called, how they decode.
 */
#include <stdlib.h>

#include "mime.h"
#include "test.h"
#include "text.h"

static struct pool *pool;
static struct mime *mime;

static void
parse(const char *text)
{
	pool_free(pool);
	pool = pool_new();
	mime = mime_parse(text, strlen(text), pool);
}

/* "path type" of all parts, one after the other. */
static void
expect_tree(const char *expected)
{
	char tree[4096] = "";
	size_t i;

	for (i = 1; i < mime->count; i++)
		snprintf(tree + strlen(tree), sizeof(tree) - strlen(tree),
			"%s%s=%s", i > 1 ? " " : "", mime->parts[i].path,
			mime->parts[i].type);
	test_str(tree, expected);
}

static void
expect_bytes(size_t from, size_t to, const char *expected)
{
	char bytes[4096] = "(places cannot be)";

	if (from <= to && to <= mime->len && to - from < sizeof(bytes)) {
		memcpy(bytes, mime->message + from, to - from);
		bytes[to - from] = '\0';
	}
	test_str(bytes, expected);
}

static void
expect_part(size_t index, const char *header, const char *body)
{
	const struct mime_part *part = &mime->parts[index];

	test_assert(index < mime->count);
	if (index >= mime->count)
		return;
	expect_bytes(part->start, part->body_start, header);
	expect_bytes(part->body_start, part->end, body);
}

static void
test_simple(void)
{
	test_begin("mime: a simple mail is one leaf");
	parse("From: a@b\nSubject: x\n\nhello\n");
	expect_tree("1=text/plain");
	expect_part(0, "", "From: a@b\nSubject: x\n\nhello\n");
	expect_part(1, "From: a@b\nSubject: x\n\n", "hello\n");
	test_assert(mime->parts[1].leaf && !mime->parts[1].attachment);
	test_assert(!mime->parts[0].leaf);
	test_str(mime->from, "a@b");

	test_begin("mime: no header, no body, nothing at all");
	parse("just text\nwithout header\n");
	expect_part(1, "", "just text\nwithout header\n");
	parse("Subject: x\n");
	expect_part(1, "Subject: x\n", "");
	parse("");
	expect_part(1, "", "");
	parse("\nbody");
	expect_part(1, "\n", "body");
	parse("From x Mon Jan 1\nSubject: x\n\nbody");
	test_str(mime->subject, "x");
}

static const char nested[] =
	"Content-Type: multipart/mixed; boundary=\"b\"\n\npreamble\n"
	"--b\n\nfirst\n"
	"--b\nContent-Type: message/rfc822\n\n"
	"Subject: inner\nContent-Type: multipart/alternative; boundary=bb\n\n"
	"--bb\nContent-Type: text/plain\n\none\n"
	"--bb  \nContent-Type: text/html\n\ntwo\n\n--bb--\nepilogue of bb\n"
	"--b\nno header line\nmore\n"
	"--b\nContent-Type: image/png; name=x.png\n"
	"--b\n--b--\nepilogue\n--b\nnot a part\n";

static void
test_nested(void)
{
	test_begin("mime: places in a nested mail, preamble, epilogue");
	parse(nested);
	expect_tree("TEXT=multipart/mixed 1=text/plain 2=message/rfc822 "
		"2.TEXT=multipart/alternative 2.1=text/plain 2.2=text/html "
		"3=text/plain 4=image/png 5=text/plain");
	expect_part(2, "\n", "first");
	expect_part(5, "Content-Type: text/plain\n\n", "one");
	expect_part(6, "Content-Type: text/html\n\n", "two\n");
	expect_part(7, "", "no header line\nmore");
	expect_part(8, "Content-Type: image/png; name=x.png\n", "");
	expect_part(9, "", "");
	test_int((long long)mime->parts[1].children, 5);
	test_int((long long)mime->parts[5].parent, 4);
	test_int((long long)mime->parts[4].end,
		(long long)mime->parts[3].end);
	test_str(mime->parts[4].boundary, "bb");
	test_str(mime->parts[8].filename, "x.png");
	test_assert(mime->parts[8].attachment);

	test_begin("mime: no final boundary, boundary of an outer part");
	parse("Content-Type: multipart/mixed; boundary=o\n\n--o\n"
		"Content-Type: multipart/mixed; boundary=i\n\n--i\n\na\n"
		"--o\n\nb\n--i\nstill b");
	expect_tree("TEXT=multipart/mixed 1=multipart/mixed 1.1=text/plain "
		"2=text/plain");
	expect_part(3, "\n", "a");
	expect_part(4, "\n", "b\n--i\nstill b");

	test_begin("mime: lines that end in CRLF");
	parse("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
		"a\r\n\r\n--b--\r\n");
	expect_part(2, "\r\n", "a\r\n");

	test_begin("mime: a multipart without boundary is a leaf");
	parse("Content-Type: multipart/mixed\n\n--b\n\nx\n");
	expect_tree("1=multipart/mixed");
	test_assert(mime->parts[1].leaf);
}

static const struct {
	const char *header;
	const char *filename;
} names[] = {
	{ "Content-Disposition: attachment; filename=a.exe", "a.exe" },
	{ "Content-Type: application/x; name=\"b c.exe\"", "b c.exe" },
	{ "Content-Disposition: attachment;\n filename*0=lo;\n filename*1=ng",
		"long" },
	{ "Content-Disposition: attachment; "
		"filename*=UTF-8''%E8%AB%8B%E6%B1%82.exe", "請求.exe" },
	{ "Content-Disposition: attachment; "
		"filename*=ISO-2022-JP''%1B$B%40A5a%1B(B.exe", "請求.exe" },
	{ "Content-Disposition: attachment; "
		"filename=\"=?UTF-8?B?6KuL5rGC?=.exe\"", "請求.exe" },
	{ "Content-Type: a/b; name=\"=?ISO-2022-JP?B?GyRCQEE1YRsoQg==?=.exe\"",
		"請求.exe" },
	{ "Content-Disposition: attachment; filename=\"\x90\xbf\x8b\x81.exe\"",
		"請求.exe" },
	{ "Content-Disposition: attachment; filename=\"\xc0\xc1\xb5\xe1.exe\"",
		"請求.exe" },
	{ "Content-Disposition: attachment; filename=\"\033$B@A5a\033(B.exe\"",
		"請求.exe" },
	{ "Content-Disposition: attachment; filename=\"請求.exe\"",
		"請求.exe" },
	{ "Content-Disposition: attachment; filename=\"a\x01\xe2\x80\xae.exe\"",
		"a  .exe" },
	{ "Content-Disposition: attachment", "" },
};

static void
test_names(void)
{
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		test_begin("mime: file names in every spelling");
		snprintf(text, sizeof(text), "%s\n\nbody", names[i].header);
		parse(text);
		test_str(mime->parts[1].filename, names[i].filename);
		test_assert(mime->parts[1].attachment);
	}
}

static const struct {
	const char *encoding;
	const char *body;
	const char *decoded;
} bodies[] = {
	{ "7bit", "a=3D\n", "a=3D\n" },
	{ "BASE64 (really)", "aGVs\nbG8=\n", "hello" },
	{ "base64", "aG*Vs!bG8", "hello" },
	{ "base64", "aGVs\nbA==\nbw=\n", "hello" },
	{ "quoted-printable", "a=3Db=\nc=\n", "a=bc" },
	{ "x-uuencode", "begin 644 x\n%:&5L;&\\`\n`\nend\n", "hello" },
	{ "x-unknown", "a=3D", "a=3D" },
};

static void
test_decoding(void)
{
	struct sekisho_buf buf;
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		test_begin("mime: transfer encodings");
		snprintf(text, sizeof(text),
			"Content-Transfer-Encoding: %s\n\n%s",
			bodies[i].encoding, bodies[i].body);
		parse(text);
		sekisho_buf_init(&buf, 1024);
		mime_decode(mime, 1, &buf);
		test_str(buf.data, bodies[i].decoded);
		sekisho_buf_free(&buf);
	}
}

static void
test_sealed(void)
{
	test_begin("R15: what is signed or encrypted is sealed");
	parse("Content-Type: multipart/mixed; boundary=o\n\n--o\n\nx\n--o\n"
		"Content-Type: multipart/signed; boundary=i\n\n"
		"--i\nContent-Type: multipart/mixed; boundary=j\n\n--j\n\ny\n"
		"--i\nContent-Type: application/pgp-signature\n\nz\n--i--\n"
		"--o\nContent-Type: application/pkcs7-mime; "
		"smime-type=enveloped-data\n\nq\n--o--\n");
	test_assert(mime->count == 8);
	test_assert(!mime->parts[1].sealed && !mime->parts[2].sealed);
	test_assert(mime->parts[3].sealed && mime->parts[5].sealed);
	test_assert(mime->parts[6].sealed && mime->parts[7].sealed);
	test_str(mime->parts[7].smime_type, "enveloped-data");
}

static void
test_facts(void)
{
	test_begin("mime: facts of the message");
	parse("From: =?UTF-8?B?5aSq6YOO?= <taro@example.test>, b@c\n"
		"Subject: =?ISO-2022-JP?B?GyRCQEE1YRsoQg==?=\n =?UTF-8?Q?_x?=\n"
		"Message-ID: <1@x>\nDate: Mon, 1 Jan 2024 00:00:00 +0900\n"
		"Auto-Submitted: auto-replied (vacation)\nList-Id: <l>\n\n");
	test_str(mime->from, "taro@example.test");
	test_str(mime->subject, "請求 x");
	test_str(mime->message_id, "<1@x>");
	test_str(mime->date, "Mon, 1 Jan 2024 00:00:00 +0900");
	test_assert(mime->automatic && mime->list);
	parse("From: g: a@b, c@d;\nSubject: \033$B@A5a\033(B\n"
		"Auto-Submitted: no\nPrecedence: Bulk\n\n");
	test_str(mime->from, "a@b");
	test_str(mime->subject, "請求");
	test_assert(!mime->automatic && mime->list);
	parse("Subject: a\x01\x7f\n\n");
	test_assert(strpbrk(mime->subject, "\x01\x7f") == NULL);
}

static void
test_repeated(const char *start, const char *piece, size_t count,
	const char *doubt)
{
	size_t len = strlen(piece), n = strlen(start), i;
	char *text = malloc(n + count * len + 1);

	memcpy(text, start, n);
	for (i = 0; i < count; i++)
		memcpy(text + n + i * len, piece, len);
	text[n + count * len] = '\0';
	parse(text);
	test_str(mime->doubt, doubt);
	test_assert(mime->count == 1 || mime->count > count);
	free(text);
}

static void
test_limits(void)
{
	test_begin("mime: too deep and too many is a doubt, not a crash");
	test_repeated("", "Content-Type: message/rfc822\n\n", 90, "");
	test_repeated("", "Content-Type: message/rfc822\n\n", 100000,
		"parts are nested too deeply");
	test_repeated("", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
		100000, "parts are nested too deeply");
	test_repeated("Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\n\nx\n", 10000, "");
	test_repeated("Content-Type: multipart/mixed; boundary=b\n\n",
		"--b\n\nx\n", 30000, "too many parts");
	test_repeated("Content-Type: multipart/mixed; boundary=b\n\n",
		"--c\n--", 0, "");
}

int
main(void)
{
	test_simple();
	test_nested();
	test_names();
	test_decoding();
	test_sealed();
	test_facts();
	test_limits();
	pool_free(pool);
	return test_done();
}
