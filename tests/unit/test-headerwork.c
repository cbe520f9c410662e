/*
 * test-headerwork.c - header lines that would take libclamav very long (SPEC
 * R1, R11): what is counted, and that such a mail is unscannable at once, while
 * a virus in it is found.
 */
#include "headerwork.h"
#include "scanner.h"
#include "test.h"

#define TO "From: a\nTo: b\nMIME-Version: 1.0\n"
#define MIXED TO "Content-Type: multipart/mixed; boundary=X\n\n--X\n"
#define B64 "--X\nContent-Type: a/b; name=c\n" \
	"Content-Transfer-Encoding: base64\n\n"
#define LIMIT "Heuristics.Limits.Exceeded.HeaderFields"
#define FILES_LIMIT "Heuristics.Limits.Exceeded.Files"
#define MANY 120000u		/* seconds, if libclamav read them */

static const struct {
	const char *mail;
	unsigned int expected;	/* bytes */
} counts[] = {
	{ "", 0 },
	{ "\n\n\n", 0 },
	/* the header of the mail: only quotes that stay open */
	{ "X-A: b\n c\n", 2 * 4 },
	{ "Content-A: b\nX-A: b\n", 12 * 4 },
	{ "Content-A: \"\nb\nc\"\nd\n", 4 * (12 + 13 + 15) },
	{ "\n\nContent-A: \"\n\nb\n", 4 * 12 },
	/* of a part: each line that is joined to those before */
	{ "--\nX: a\n b\n\tc\nY: d\n\n z\n", 4 + 6 + 8 + 4 },
	{ "--\r\nX: a\r\n b\r\n\r\n z\r\n", 4 + 6 },
	{ "--\nX: a; \nb=c\nb=d\n", 6 + 9 + 3 },
	{ "--\nX: a;\nb\n", 5 + 1 },
	{ "\na\n\nContent: c\n d\n", 10 + 12 },
	{ "a\n\nContent: c\n d\n", 10 + 12 },
	{ "a\n\nfilename=\n d\n", 9 + 11 },
	{ "a\n\nx\nContent: c\n d\n\n e\n", 10 + 12 },
	{ "a\n\n b\n c\n", 0 },
};

static struct engine *engine;
static struct inspection found;
static struct pool *pool;

static void
test_count(void)
{
	struct sekisho_buf line;
	size_t i;

	test_begin("R11: what of a header is copied how often");
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (headerwork_count(counts[i].mail, strlen(counts[i].mail)) ==
		    counts[i].expected)
			continue;
		test_fail(__FILE__, __LINE__, counts[i].mail);
		printf("#   %llu, not %u\n", (unsigned long long)
			headerwork_count(counts[i].mail,
			strlen(counts[i].mail)), counts[i].expected);
	}
	test_begin("R11: a line that never ends is as many short ones");
	sekisho_buf_init(&line, 1 << 20);
	sekisho_buf_puts(&line, "--\nX:");
	while (line.len < 3 + 2500)
		sekisho_buf_puts(&line, " ");
	test_int((long long)headerwork_count(line.data, line.len),
		1000 + 2000 + 2500);
	sekisho_buf_free(&line);
}

/* Adds a field in so many lines. */
static void
add_lines(struct sekisho_buf *mail, const char *first, const char *line,
	unsigned int count)
{
	sekisho_buf_puts(mail, first);
	while (count-- > 0)
		sekisho_buf_puts(mail, line);
}

static bool
has(enum finding_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < found.finding_count; i++)
		if (found.findings[i].kind == kind &&
		    strcmp(found.findings[i].name, name) == 0)
			return true;
	return false;
}

static void
inspect(struct sekisho_buf *mail)
{
	struct sekisho_error err = { "" };

	pool_free(pool);
	pool = pool_new();
	test_int(inspect_message(engine, mail->data, mail->len, true, pool,
		&found, &err), 0);
	test_str(err.text, "");
	sekisho_buf_free(mail);
}

/* A mail with such a header in a part, and the virus in another. */
static void
make_mail(struct sekisho_buf *mail, const char *first, const char *line)
{
	sekisho_buf_init(mail, 64u << 20);
	add_lines(mail, first, line, MANY);
	sekisho_buf_puts(mail, "\n\nhello\n" B64);
	sekisho_base64_add(mail, VIRUS, strlen(VIRUS));
	sekisho_buf_puts(mail, "\n--X--\n");
}

static const struct {
	const char *title;
	const char *first;
	const char *line;
} costly[] = {
	{ "R1, R11: a part with 120,000 parameters", MIXED
		"Content-Disposition: attachment", ";\n a=b" },
	{ "R1, R11: ... in any field, without blanks", MIXED "X-A: a;",
		"\na=b;" },
	{ "R1, R11: ... behind an empty line", MIXED "A: b\n\nContent-A: b;",
		"\n a" },
	{ "R1, R11: a quote in the header that never ends", MIXED
		"\n--X--\n", "" },
	{ "R1, R11: a part of a mail that is a part", MIXED
		"Content-Type: message/rfc822\n\n" TO "Content-Type: "
		"multipart/mixed; boundary=Y\n\n--Y\nX-A: b;", "\n a" },
};

static void
test_costly(void)
{
	struct sekisho_buf mail;
	size_t i;

	for (i = 0; i < sizeof(costly) / sizeof(costly[0]); i++) {
		test_begin(costly[i].title);
		if (costly[i].line[0] != '\0') {
			make_mail(&mail, costly[i].first, costly[i].line);
		} else {
			sekisho_buf_init(&mail, 64u << 20);
			add_lines(&mail, TO "Content-Type: text/plain; "
				"name=\"a", "\nab", MANY);
			sekisho_buf_puts(&mail, "\n\n" VIRUS "\n");
		}
		inspect(&mail);
		test_assert(has(FINDING_UNSCANNABLE, LIMIT));
		test_assert(has(FINDING_VIRUS, "Win.Test.Word"));
	}
	test_begin("R1, R11: a virus in the field itself");
	sekisho_buf_init(&mail, 64u << 20);
	add_lines(&mail, MIXED "X-A: b", "\n a", MANY);
	sekisho_buf_puts(&mail, "\n " VIRUS "\n\nhello\n--X--\n");
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, LIMIT));
	test_assert(has(FINDING_VIRUS, "Win.Test.Word"));
}

static void
add_tar_member(struct sekisho_buf *tar, const char *name, const char *data,
	size_t len)
{
	unsigned char head[512] = "";
	unsigned int sum = 0;
	size_t i;

	strcpy((char *)head, name);
	strcpy((char *)head + 100, "0000644");
	sprintf((char *)head + 124, "%011lo", (unsigned long)len);
	strcpy((char *)head + 136, "00000000000");
	memset(head + 148, ' ', 8);
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (i = 0; i < sizeof(head); i++)
		sum += head[i];
	sprintf((char *)head + 148, "%06o", sum);
	sekisho_buf_add(tar, head, sizeof(head));
	sekisho_buf_add(tar, data, len);
	while (tar->len % 512 != 0)
		sekisho_buf_add(tar, "", 1);
}

/* The mail lies in an attachment, and in an archive in one. */
static void
test_inside(void)
{
	static const char zeros[1024];
	struct sekisho_buf inner, tar, text, mail;

	sekisho_buf_init(&inner, 64u << 20);
	add_lines(&inner, "Received: a\n" MIXED "X-A: b", "\n a", MANY);
	sekisho_buf_puts(&inner, "\n\nhello\n" B64);
	sekisho_base64_add(&inner, VIRUS, strlen(VIRUS));
	sekisho_buf_puts(&inner, "\n--X--\n");
	test_begin("R1, R11: such a mail as an attachment");
	mail_begin(&mail);
	mail_attach(&mail, "a.eml", inner.data, inner.len);
	mail_end(&mail);
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, LIMIT));
	test_assert(has(FINDING_VIRUS, "Win.Test.Word"));

	test_begin("R1, R11: a text that may be taken for such a mail");
	sekisho_buf_init(&text, 64u << 20);
	add_lines(&text, "hello: you\ncontent-TYPE: multipart/mixed; "
		"boundary=X\n\n--X\nX-A: b",
		"\n a", MANY);
	mail_begin(&mail);
	mail_attach(&mail, "a.txt", text.data, text.len);
	mail_end(&mail);
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, LIMIT));
	sekisho_buf_free(&text);

	test_begin("R1, R11: such a mail in an archive, and a virus behind it");
	sekisho_buf_init(&tar, 64u << 20);
	add_tar_member(&tar, "a.eml", inner.data, inner.len);
	add_tar_member(&tar, "b.exe", VIRUS, strlen(VIRUS));
	sekisho_buf_add(&tar, zeros, sizeof(zeros));
	mail_begin(&mail);
	mail_attach(&mail, "a.tar", tar.data, tar.len);
	mail_end(&mail);
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, LIMIT));
	test_assert(has(FINDING_VIRUS, "Win.Test.Word"));
	sekisho_buf_free(&inner);
	sekisho_buf_free(&tar);
}

/* A part with a field of so many lines " a". */
static void
make_field(struct sekisho_buf *mail, unsigned int lines)
{
	sekisho_buf_init(mail, 64u << 20);
	add_lines(mail, MIXED "X-A: b", "\n a", lines);
	sekisho_buf_puts(mail, "\n\nhello\n--X--\n");
}

static void
test_edge(void)
{
	unsigned int low = 0, high = MANY, middle;
	struct sekisho_buf mail;

	while (high - low > 1) {
		middle = (low + high) / 2;
		make_field(&mail, middle);
		if (headerwork_count(mail.data, mail.len) > HEADERWORK_MAX)
			high = middle;
		else
			low = middle;
		sekisho_buf_free(&mail);
	}
	test_begin("R11: a field of 65,000 lines is read");
	test_int(low, 65532);
	make_field(&mail, low);
	inspect(&mail);
	test_int((long long)found.finding_count, 0);
	test_begin("R11: one line more, and it is unscannable");
	make_field(&mail, high);
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, LIMIT));

	test_begin("R11: a text of lines with blanks in front is no field");
	sekisho_buf_init(&mail, 64u << 20);
	add_lines(&mail, MIXED "Content-Type: text/plain\n\na:", "\n a", MANY);
	sekisho_buf_puts(&mail, "\n--X--\n");
	inspect(&mail);
	test_int((long long)found.finding_count, 0);
}

static const struct {
	const char *data;
	unsigned int expected;
} files[] = {
	{ "", 0 },
	{ "--X\n--X\n", 0 },
	{ "boundary=X\n--X\n--X \n--XY\n--X--\n", 3 },
	{ "BOUNDARY = \"a b\"; c\n--a b\r\n--a\n", 1 },
	{ "boundary*0=X\nboundary*1=Y\n--X\n--Y\n--XY\n", 2 },
	{ "boundary=\n X ; y\n--X\n", 1 },
	{ "boundary=X", 0 },
	{ "boundary=", 0 },
	{ "=", 0 },
	{ "<a b=data:c,d e= \"data:f>", 2 },
	{ "<a b='DATA:c;base64,d'>", 1 },
	{ "data:\ndata: b\n\"data\": c\n:a:", 0 },
};

static void
test_files(void)
{
	struct sekisho_buf html, mail;
	unsigned int i, n;

	test_begin("R11: what libclamav would make files of");
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (headerwork_files(files[i].data, strlen(files[i].data)) !=
		    files[i].expected)
			test_fail(__FILE__, __LINE__, files[i].data);
	for (n = HEADERWORK_FILES; n <= HEADERWORK_FILES + 1; n++) {
		test_begin(n > HEADERWORK_FILES ? "R11: one more is too many" :
			"R11: 20,000 parts are left to libclamav");
		sekisho_buf_init(&mail, 64u << 20);
		sekisho_buf_puts(&mail, TO "Content-Type: multipart/mixed; "
			"boundary=X\n");
		for (i = 0; i + 1 < n; i++)
			sekisho_buf_puts(&mail, "\n--X\n");
		sekisho_buf_puts(&mail, B64);
		sekisho_base64_add(&mail, VIRUS, strlen(VIRUS));
		inspect(&mail);
		test_assert(has(FINDING_UNSCANNABLE, FILES_LIMIT) ==
			(n > HEADERWORK_FILES));
		test_assert(has(FINDING_VIRUS, "Win.Test.Word"));
	}
	test_begin("R1, R11: 30,000 pictures in HTML, and a virus");
	sekisho_buf_init(&html, 64u << 20);
	add_lines(&html, "<html>" VIRUS, "<img src=data:a;base64,YWFh>",
		30000);
	mail_begin(&mail);
	sekisho_buf_puts(&mail, "--b\nContent-Type: text/html\n"
		"Content-Transfer-Encoding: base64\n\n");
	sekisho_base64_add(&mail, html.data, html.len);
	mail_end(&mail);
	inspect(&mail);
	test_assert(has(FINDING_UNSCANNABLE, FILES_LIMIT));
	test_assert(has(FINDING_VIRUS, "Win.Test.Word"));
	sekisho_buf_free(&html);
}

int
main(void)
{
	struct sekisho_error err = { "" };

	test_count();
	scanner_make();
	engine = engine_open(scanner_directory, 3600, &err);
	scanner_remove();
	if (engine == NULL) {
		printf("not ok engine: %s\n", err.text);
		return 1;
	}
	test_costly();
	test_inside();
	test_edge();
	test_files();
	pool_free(pool);
	engine_close(engine);
	return test_done();
}
