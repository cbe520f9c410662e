/*
 * test-evasion.c - mails that break the rules so that a scanner reads them in
 * another way than the mail program of the user (SPEC R1, R11).
 *
 * In each the virus is found, or the mail is unscannable: never is it clean.
 * In the texts "@B" stands for a file with the virus in Base 64, "@Q" in
 * quoted-printable, "@U" uuencoded, "@H" for the first half of @B, "@T" for the
 * rest, "@0" for NUL, "@L" for a very long word.
 */
#include "scanner.h"
#include "test.h"

#define FILE_TEXT "MZ a program that is " VIRUS " and has an end\r\n"
#define HALF 40u

#define TO "From: a\nTo: b\nSubject: c\nMIME-Version: 1.0\n"
#define MIXED TO "Content-Type: multipart/mixed; boundary="
#define TEXT "Content-Type: text/plain\n\nhello\n"
#define B64 "Content-Type: application/octet-stream; name=a.bin\n" \
	"Content-Transfer-Encoding: base64\n\n@B\n"

static const struct {
	const char *name;
	const char *mail;
	const char *expected;	/* NULL: a virus */
} cases[] = {
	/* boundaries */
	{ "boundary twice, the first counts", MIXED "X; boundary=Y\n\n--X\n"
		B64 "--X--\n--Y\n" TEXT "--Y--\n", NULL },
	{ "boundary twice, the last counts", MIXED "X; boundary=Y\n\n--X\n"
		TEXT "--X--\n--Y\n" B64 "--Y--\n", NULL },
	{ "boundary in a comment", MIXED "\"X\" (; boundary=\"Y\")\n\n--X\n"
		TEXT "--X--\n--Y\n" B64 "--Y--\n", NULL },
	{ "boundary behind a comment", TO "Content-Type: multipart/mixed "
		"(; boundary=X); boundary=Y\n\n--X\n" TEXT "--X--\n--Y\n" B64
		"--Y--\n", NULL },
	{ "comment inside a boundary", MIXED "X(Y)\n\n--X(Y)\n" B64
		"--X(Y)--\n", NULL },
	{ "backslash in a boundary", MIXED "\"X\\Y\"\n\n--X\\Y\n" B64
		"--X\\Y--\n", NULL },
	{ "quoted quote in a boundary", MIXED "\"X\\\"Y\"\n\n--X\"Y\n" B64
		"--X\"Y--\n", NULL },
	{ "quote that never ends", MIXED "\"X\n\n--X\n" B64 "--X--\n", NULL },
	{ "boundary in pieces", TO "Content-Type: multipart/mixed; "
		"boundary*0=X; boundary*1=Y\n\n--XY\n" B64 "--XY--\n", NULL },
	{ "boundary in pieces and whole", MIXED "Z; boundary*0=X; "
		"boundary*1=Y\n\n--XY\n" B64 "--XY--\n--Z\n" TEXT "--Z--\n",
		NULL },
	{ "boundary in percent signs", TO "Content-Type: multipart/mixed; "
		"boundary*=us-ascii''%58\n\n--X\n" B64 "--X--\n", NULL },
	{ "boundary of 8 bit", MIXED "\"\xc0\xc1\"\n\n--\xc0\xc1\n" B64
		"--\xc0\xc1--\n", NULL },
	{ "no boundary", TO "Content-Type: multipart/mixed\n\n--X\n" B64
		"--X--\n", NULL },
	{ "empty boundary", MIXED "\"\"\n\n--\n" B64 "----\n", NULL },
	{ "boundary of the disposition", TO "Content-Disposition: attachment; "
		"boundary=X\nContent-Type: multipart/mixed; boundary=Y\n\n"
		"--X\n" B64 "--X--\n--Y\n" TEXT "--Y--\n", NULL },
	{ "blanks around the boundary", TO "Content-Type: multipart/mixed; "
		"boundary = \" X \"\n\n-- X \n" B64 "-- X --\n", NULL },
	{ "boundary with blanks behind it", MIXED "X\n\n--X \t \n" B64
		"--X--\n", NULL },
	{ "line longer than its boundary", MIXED "X\n\n--XY\n" B64 "--XY--\n",
		NULL },
	{ "boundary that another begins with", MIXED "X\n\n--X\nContent-Type: "
		"multipart/mixed; boundary=XY\n\n--XY\n" B64 "--XY--\n--X--\n",
		NULL },
	{ "the same boundary inside", MIXED "X\n\n--X\nContent-Type: "
		"multipart/mixed; boundary=X\n\n--X\n" B64 "--X--\n--X\n" TEXT
		"--X--\n", NULL },
	{ "no last boundary", MIXED "X\n\n--X\n" TEXT "--X\n" B64, NULL },
	{ "before the first boundary", MIXED "X\n\n" B64 "--X\n" TEXT
		"--X--\n", NULL },
	{ "behind the last boundary", MIXED "X\n\n--X\n" TEXT "--X--\n" B64,
		NULL },
	{ "another part behind the last one", MIXED "X\n\n--X\n" TEXT
		"--X--\n--X\n" B64 "--X--\n", NULL },
	{ "a boundary cuts Base 64 for one reader", MIXED "\"_.\"; boundary=Y"
		"\n\n--Y\nContent-Transfer-Encoding: base64\n\n@H\n--_.\n@T"
		"\n--Y--\n", NULL },
	{ "the same the other way round", MIXED "Y; boundary=\"_.\"\n\n"
		"--Y\nContent-Transfer-Encoding: base64\n\n@H\n--_.\n@T\n"
		"--Y--\n", NULL },
	{ "parts in a type that has none", TO "Content-Type: text/plain; "
		"boundary=X\n\n--X\n" B64 "--X--\n", NULL },
	{ "no second half of the type", TO "Content-Type: multipart; "
		"boundary=X\n\n--X\n" B64 "--X--\n", NULL },
	{ "unknown multipart", TO "Content-Type: multipart/x-y; boundary=X"
		"\n\n--X\n" B64 "--X--\n", NULL },
	{ "parts without MIME-Version", "Content-Type: multipart/mixed; "
		"boundary=X\n\n--X\n" B64 "--X--\n", NULL },
	{ "quoted-printable in such parts", MIXED "X; boundary=Y\n\n--X\n"
		TEXT "--X--\n--Y\nContent-Type: a/b; name=c\nContent-Transfer-"
		"Encoding: quoted-printable\n\n@Q\n--Y--\n", NULL },

	/* header lines */
	{ "two types, the first counts", MIXED "X\nContent-Type: text/plain\n"
		"\n--X\n" B64 "--X--\n", NULL },
	{ "two types, the last counts", TO "Content-Type: text/plain\n"
		"Content-Type: multipart/mixed; boundary=X\n\n--X\n" B64
		"--X--\n", NULL },
	{ "two types, a message", TO "Content-Type: text/plain\n"
		"Content-Type: message/rfc822\n\nContent-Transfer-Encoding: "
		"quoted-printable\n\n@Q\n", NULL },
	{ "two encodings, the first counts", TO "Content-Transfer-Encoding: "
		"base64\nContent-Transfer-Encoding: 7bit\n\n@B\n", NULL },
	{ "two encodings, the last counts", TO "Content-Transfer-Encoding: "
		"7bit\nContent-Transfer-Encoding: base64\n\n@B\n", NULL },
	{ "two encodings, quoted-printable", TO "Content-Transfer-Encoding: "
		"base64\nContent-Transfer-Encoding: quoted-printable\n\n@Q\n",
		NULL },
	{ "two encodings in one field", TO "Content-Transfer-Encoding: 7bit "
		"quoted-printable\n\n@Q\n", NULL },
	{ "comment before the encoding", TO "Content-Transfer-Encoding: (7bit) "
		"quoted-printable\n\n@Q\n", NULL },
	{ "encoding in quotes", TO "Content-Transfer-Encoding: "
		"\"quoted-printable\"\n\n@Q\n", NULL },
	{ "encoding on the next line", TO "Content-Transfer-Encoding:\n "
		"quoted-printable\n\n@Q\n", NULL },
	{ "comment in the name of the field", MIXED "X\n\n--X\nContent-Type: "
		"a/b\nContent-Transfer-Encoding(x): quoted-printable\n\n@Q\n"
		"--X--\n", NULL },
	{ "blank before the colon", MIXED "X\n\n--X\nContent-Type : a/b\n"
		"Content-Transfer-Encoding : quoted-printable\n\n@Q\n--X--\n",
		NULL },
	{ "a line that is no field", MIXED "X\n\n--X\nnonsense\n"
		"Content-Transfer-Encoding: quoted-printable\n\n@Q\n--X--\n",
		NULL },
	{ "blanks instead of an empty line", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: quoted-printable\n \t\n@Q\n--X--"
		"\n", NULL },
	{ "NUL in a header line", MIXED "X\n\n--X\nContent-Transfer-@0Encoding"
		": quoted-printable\n\n@Q\n--X--\n", NULL },
	{ "NUL in a boundary", TO "Content-Type: multipart/mixed; bound@0ary="
		"X\n\n--X\nContent-Transfer-Encoding: quoted-printable\n\n@Q\n"
		"--X--\n", NULL },
	{ "NUL in Base 64", MIXED "X\n\n--X\nContent-Transfer-Encoding: base64"
		"\n\n@H@0@T\n--X--\n", NULL },
	{ "lines end in CR", "From: a\rMIME-Version: 1.0\rContent-Type: "
		"multipart/mixed; boundary=X\r\r--X\rContent-Transfer-Encoding"
		": quoted-printable\r\r@Q\r--X--\r", NULL },
	{ "some lines end in CR", MIXED "X\n\n--X\nContent-Type: a/b\r"
		"Content-Transfer-Encoding: quoted-printable\n\n@Q\n--X--\n",
		NULL },
	{ "a very long header line", MIXED "X; a=@L; boundary=Y\n\n--X\n" TEXT
		"--X\nContent-Type: a/b; a=@L; name=a.exe\n\nx\n--X--\n",
		"unscannable" },
	{ "a very long line before the encoding", MIXED "X\n\n--X\nX-A: @L\n"
		"Content-Transfer-Encoding: quoted-printable\n\n@Q\n--X--\n",
		NULL },
	{ "upper and lower case", TO "CONTENT-TYPE: MULTIPART/MIXED; BOUNDARY="
		"X\n\n--X\ncontent-transfer-encoding: Quoted-Printable\n\n@Q\n"
		"--X--\n", NULL },

	/* encodings */
	{ "Base 64 that is declared as 7bit", MIXED "X\n\n--X\nContent-Type: "
		"a/b; name=c\nContent-Transfer-Encoding: 7bit\n\n@B\n--X--\n",
		NULL },
	{ "Base 64 in a text", TO "\nhello\n\n@B\n\nbye\n", NULL },
	{ "unknown encoding", MIXED "X\n\n--X\nContent-Type: a/b; name=c\n"
		"Content-Transfer-Encoding: x-y\n\n@B\n--X--\n", NULL },
	{ "the word itself in Base 64 declared", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: base64\n\n" VIRUS "\n--X--\n",
		NULL },
	{ "other letters in Base 64", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: base64\n\n!?@H\n:-)\n%%@T*\n"
		"--X--\n", NULL },
	{ "empty lines in Base 64", MIXED "X\n\n--X\nContent-Transfer-Encoding"
		": base64\n\n@H\n\n\n@T\n--X--\n", NULL },
	{ "the end of Base 64 in its middle", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: base64\n\nAAA=\n@B\n--X--\n",
		NULL },
	{ "... that means nothing", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: base64\n\n@H=@T\n--X--\n", NULL },
	{ "Base 64 without its end", MIXED "X\n\n--X\n"
		"Content-Transfer-Encoding: base64\n\n@H@T", NULL },
	{ "uuencode in a text", TO "\nhello\n\nbegin 644 a.exe\n@Uend\n", NULL
		},
	{ "uuencode by its name", MIXED "X\n\n--X\nContent-Type: a/b; name=c\n"
		"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a.exe\n"
		"@Uend\n--X--\n", NULL },
	{ "two files in uuencode", TO "\nbegin 644 a.txt\n#86)C\n`\nend\n"
		"begin 644 a.exe\n@Uend\n", NULL },
	{ "a multipart in Base 64", MIXED "X\nContent-Transfer-Encoding: "
		"base64\n\n--X\n" B64 "--X--\n", NULL },

	/* mails in mails */
	{ "a mail", MIXED "X\n\n--X\nContent-Type: message/rfc822\n\n" MIXED
		"Y\n\n--Y\n" B64 "--Y--\n--X--\n", NULL },
	{ "a piece of a mail", TO "Content-Type: message/partial; number=1; "
		"total=2; id=x\n\nSubject: x\n\n@H\n", "unscannable" },
	{ "a piece of a mail in a mail", MIXED "X\n\n--X\nContent-Type: "
		"message/partial; number=2; total=2; id=x\n\n@T\n--X--\n",
		"unscannable" },
	{ "a body elsewhere", TO "Content-Type: message/external-body; "
		"access-type=local-file; name=x\n\nContent-Type: a/b\n"
		"Content-Transfer-Encoding: base64\n\n@B\n", NULL },
	{ "a report", TO "Content-Type: multipart/report; boundary=X\n\n--X\n"
		TEXT "--X\nContent-Type: text/rfc822-headers\n\n" TO "\n@B\n"
		"--X--\n", NULL },
	{ "digest", TO "Content-Type: multipart/digest; boundary=X\n\n--X\n\n"
		MIXED "Y\n\n--Y\n" B64 "--Y--\n--X--\n", NULL },
};

/* Mails in which some program shows a file of this name (SPEC R7). */
static const struct {
	const char *mail;
	const char *name;
} names[] = {
	{ "Content-Type: a/b; name=a.txt\nContent-Disposition: attachment; "
		"filename=b.exe\n\nx\n", "b.exe" },
	{ "Content-Type: a/b; name=a.exe\nContent-Disposition: attachment; "
		"filename=b.txt\n\nx\n", "a.exe" },
	{ "Content-Type: a/b; name=a.txt; name=b.exe\n\nx\n", "b.exe" },
	{ "Content-Type: a/b; name=a.exe; name=b.txt\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment; filename=a.txt; filename*=utf-8''"
		"b.exe\n\nx\n", "b.exe" },
	{ "Content-Disposition: attachment; filename=a.exe; filename*=utf-8''"
		"b.txt\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment; filename*1=e; filename*0=a.ex\n\n"
		"x\n", "a.exe" },
	{ "Content-Disposition: attachment; filename*0*=utf-8''a%2E; "
		"filename*1=exe\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment; filename = \"a\\.exe\"\n\nx\n",
		"a.exe" },
	{ "Content-Disposition: attachment;\n filename=\n a.exe\n\nx\n",
		"a.exe" },
	{ "Content-Disposition: attachment; filename=a b.exe\n\nx\n",
		"a b.exe" },
	{ "Content-Disposition: attachment; filename=\"=?utf-8?q?a=2Eexe?=\""
		"\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment; filename==?utf-7?q?a.+AGUAeABl-?="
		"\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment; filename=\"=?utf-16be?b?"
		"AGEALgBlAHgAZQ==?=\"\n\nx\n", "a.exe" },
	{ "Content-Disposition: attachment\nContent-Disposition: attachment; "
		"filename=a.exe\n\nx\n", "a.exe" },
	{ "Content-Type: message/rfc822\n\nContent-Type: a/b; name=a.exe\n\n"
		"x\n", "a.exe" },
	{ "Content-Type: message/rfc822; name=m.eml\nContent-Transfer-Encoding"
		": base64\n\nQ29udGVudC1UeXBlOiBhL2I7IG5hbWU9YS5leGUKCngK\n",
		"a.exe" },
	{ "Content-Type: application/octet-stream; name=m.txt\n"
		"Content-Transfer-Encoding: base64\n\n"
		"Q29udGVudC1UeXBlOiBhL2I7IG5hbWU9YS5leGUKCngK\n", "a.exe" },
	{ "Content-Type: text/plain\n\nhi\n\nbegin 644 a.exe\n#86)C\n`\nend"
		"\n", "a.exe" },
	{ MIXED "X; boundary=Y\n\n--X\n" TEXT "--Y\nContent-Type: a/b; name="
		"a.exe\n\nx\n--Y--\n", "a.exe" },
};

static struct engine *engine;

static void
add_base64(struct sekisho_buf *mail, const char *data, size_t len)
{
	sekisho_base64_add(mail, data, len);
}

static void
add_qp(struct sekisho_buf *mail)
{
	const char *p;
	size_t i = 0;

	for (p = FILE_TEXT; *p != '\0'; p++)
		sekisho_buf_printf(mail, "=%02X%s", (unsigned char)*p,
			++i % 20 == 0 ? "=\n" : "");
}

static void
add_uuencode(struct sekisho_buf *mail)
{
	size_t len = strlen(FILE_TEXT), n, i, k;
	unsigned char b[3];
	char out[5] = "";

	for (i = 0; i < len; i += n) {
		n = len - i < 45 ? len - i : 45;
		sekisho_buf_printf(mail, "%c", (char)(n + 32));
		for (k = 0; k < n; k += 3) {
			memset(b, 0, 3);
			memcpy(b, FILE_TEXT + i + k, n - k < 3 ? n - k : 3);
			out[0] = (char)((b[0] >> 2) + 32);
			out[1] = (char)(((b[0] << 4 & 63) | b[1] >> 4) + 32);
			out[2] = (char)(((b[1] << 2 & 63) | b[2] >> 6) + 32);
			out[3] = (char)((b[2] & 63) + 32);
			sekisho_buf_add(mail, out, 4);
		}
		sekisho_buf_puts(mail, "\n");
	}
	sekisho_buf_puts(mail, "`\n");
}

/* The halves are whole groups of letters, as @B is. */
static void
expand(struct sekisho_buf *mail, const char *text)
{
	static char word[20000];
	size_t half = HALF / 3 * 3, len = strlen(FILE_TEXT);

	memset(word, 'w', sizeof(word));
	sekisho_buf_init(mail, 1 << 20);
	for (; *text != '\0'; text++) {
		if (*text != '@') {
			sekisho_buf_add(mail, text, 1);
			continue;
		}
		switch (*++text) {
		case 'B': add_base64(mail, FILE_TEXT, len); break;
		case 'H': add_base64(mail, FILE_TEXT, half); break;
		case 'T': add_base64(mail, FILE_TEXT + half, len - half); break;
		case 'Q': add_qp(mail); break;
		case 'U': add_uuencode(mail); break;
		case '0': sekisho_buf_add(mail, "", 1); break;
		case 'L': sekisho_buf_add(mail, word, sizeof(word)); break;
		default: abort();
		}
	}
}

static bool
finds(const struct inspection *found, const char *kind)
{
	size_t i;

	for (i = 0; i < found->finding_count; i++)
		if (strcmp(finding_kind_name(found->findings[i].kind), kind)
		    == 0)
			return true;
	return false;
}

static void
test_cases(void)
{
	static char titles[sizeof(cases) / sizeof(cases[0])][100];
	struct sekisho_error err = { "" };
	struct inspection found;
	struct sekisho_buf mail;
	struct pool *pool;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(titles[i], sizeof(titles[i]), "R1, R11: evasion: %s",
			cases[i].name);
		test_begin(titles[i]);
		pool = pool_new();
		expand(&mail, cases[i].mail);
		test_int(inspect_message(engine, mail.data, mail.len, false,
			pool, &found, &err), 0);
		test_assert(finds(&found, cases[i].expected != NULL ?
			cases[i].expected : "virus"));
		sekisho_buf_free(&mail);
		pool_free(pool);
	}
}

static bool
has_name(const struct inspection *found, const char *name)
{
	size_t i;

	for (i = 0; i < found->part_count; i++)
		if (strcmp(found->parts[i].filename, name) == 0)
			return true;
	for (i = 0; i < found->member_count; i++)
		if (strcmp(found->members[i].name, name) == 0)
			return true;
	return false;
}

static void
test_names(void)
{
	struct sekisho_error err = { "" };
	struct inspection found;
	struct sekisho_buf mail;
	struct pool *pool;
	size_t i;

	test_begin("R7: every name that a file may be shown with");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pool = pool_new();
		expand(&mail, names[i].mail);
		test_int(inspect_message(engine, mail.data, mail.len, false,
			pool, &found, &err), 0);
		if (!has_name(&found, names[i].name))
			test_fail(__FILE__, __LINE__, names[i].mail);
		sekisho_buf_free(&mail);
		pool_free(pool);
	}
}

int
main(void)
{
	struct sekisho_error err = { "" };

	scanner_make();
	engine = engine_open(scanner_directory, 3600, &err);
	if (engine == NULL) {
		printf("not ok engine: %s\n", err.text);
		scanner_remove();
		return 1;
	}
	test_cases();
	test_names();
	engine_close(engine);
	scanner_remove();
	return test_done();
}
