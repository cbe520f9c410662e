/*
 * test-stamp.c - text into a text part, in its charset (SPEC R15).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "charset.h"
#include "stamp.h"
#include "stamphtml.h"
#include "test.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* The second byte of 表 is a backslash in Shift_JIS. */
#define STAMP "添付ファイル 表.zip は開けません"
#define OLD "日本語の本文です。\nソ連\n"

struct stamped {
	struct sekisho_buf body;	/* encoded */
	struct sekisho_buf text;	/* UTF-8 */
	struct stamp_change change;
	int result;
};

/* Stamps a part and decodes what came out. */
static void
stamped_make(struct stamped *stamped, const struct stamp_part *part,
	const char *lines)
{
	struct sekisho_buf raw;
	struct stamp_change *change = &stamped->change;
	bool utf8;

	sekisho_buf_init(&stamped->body, 1u << 20);
	sekisho_buf_init(&stamped->text, 1u << 20);
	sekisho_buf_init(&raw, 1u << 20);
	stamped->result = stamp_part(part, lines, change);
	if (stamped->result != 0)
		return;
	sekisho_buf_add(&stamped->body, part->body, change->splice.start);
	sekisho_buf_add(&stamped->body, change->splice.text.data,
		change->splice.text.len);
	sekisho_buf_add(&stamped->body, part->body + change->splice.end,
		part->len - change->splice.end);
	utf8 = change->recoded;
	test_int(transfer_decode(utf8 ? transfer_of(change->encoding) :
		part->transfer, stamped->body.data, stamped->body.len, &raw),
		0);
	test_int(charset_to_utf8(&stamped->text, utf8 ? "UTF-8" :
		part->charset, raw.data, raw.len), 0);
	sekisho_buf_free(&raw);
}

static void
stamped_free(struct stamped *stamped)
{
	sekisho_buf_free(&stamped->body);
	sekisho_buf_free(&stamped->text);
	sekisho_buf_free(&stamped->change.splice.text);
}

/* Blanks and empty lines that pad Base 64, and CRs, do not count. */
static void
squeeze(char *text)
{
	const char *start = text;
	char *to = text;

	for (; *text != '\0'; text++)
		if (*text != '\r' && *text != ' ' &&
		    (*text != '\n' || to == start || to[-1] != '\n'))
			*to++ = *text;
	*to = '\0';
}

static void
body_encode(struct sekisho_buf *body, const struct sekisho_buf *raw,
	enum transfer transfer)
{
	if (transfer == TRANSFER_QP)
		transfer_add_qp(body, raw->data, raw->len);
	else if (transfer == TRANSFER_BASE64)
		transfer_add_base64(body, raw->data, raw->len);
	else
		sekisho_buf_add(body, raw->data, raw->len);
}

/* One charset and transfer encoding; old text and stamp in Japanese. */
static void
check_japanese(const char *charset, enum transfer transfer, bool html)
{
	static const char lines[] = STAMP "\n";
	const char *old = html ? "<html><BODY class='>'>" OLD : OLD;
	struct sekisho_buf raw, body;
	struct stamp_part part = { .html = html, .charset = charset,
		.transfer = transfer };
	struct stamped stamped;
	char expected[256];

	sekisho_buf_init(&raw, 1u << 20);
	sekisho_buf_init(&body, 1u << 20);
	test_int(charset_from_utf8(&raw, charset, old, strlen(old)), 0);
	body_encode(&body, &raw, transfer);
	part.body = body.data;
	part.len = body.len;
	stamped_make(&stamped, &part, lines);
	test_int(stamped.result, 0);
	if (stamped.text.data != NULL)
		squeeze(stamped.text.data);
	snprintf(expected, sizeof(expected), html ?
		"<html><BODY class='>'><p>%s</p>\n" OLD : "%s\n\n" OLD, STAMP);
	squeeze(expected);
	test_str(stamped.text.data, expected);
	stamped_free(&stamped);
	sekisho_buf_free(&raw);
	sekisho_buf_free(&body);
}

static void
test_japanese(void)
{
	static const char *const charsets[] = { "ISO-2022-JP", "Shift_JIS",
		"EUC-JP", "UTF-8", "cp932", "windows-31j", "utf-16",
		"UTF-16LE", "utf-7" };
	static const enum transfer transfers[] = { TRANSFER_IDENTITY,
		TRANSFER_QP, TRANSFER_BASE64 };
	static char names[COUNT(charsets)][COUNT(transfers)][64];
	size_t i, j;

	for (i = 0; i < COUNT(charsets); i++)
		for (j = 0; j < COUNT(transfers); j++) {
			snprintf(names[i][j], sizeof(names[i][j]),
				"R15: %s, transfer encoding %zu", charsets[i],
				j);
			test_begin(names[i][j]);
			check_japanese(charsets[i], transfers[j], false);
			check_japanese(charsets[i], transfers[j], true);
		}
}

static const struct {
	struct stamp_part part;
	const char *lines;
	const char *body;	/* NULL: impossible */
	const char *encoding;	/* of a recoded part, or NULL */
} cases[] = {
	{ { false, "", TRANSFER_IDENTITY, false, "old\n", 0 }, "S\n",
	  "S\n\nold\n", NULL },
	{ { false, "us-ascii", TRANSFER_IDENTITY, false, "old old old old\n",
	    0 }, "ä\n",
	  "=C3=A4\n\nold old old old\n", "quoted-printable" },
	{ { false, "utf-8", TRANSFER_IDENTITY, true, "old\n", 0 }, "ä\n",
	  "ä\n\nold\n", NULL },
	{ { false, "utf-8", TRANSFER_IDENTITY, false, "old old old old\n", 0 },
	  "ä\n",
	  "=C3=A4\n\nold old old old\n", "quoted-printable" },
	{ { false, "iso-8859-1", TRANSFER_QP, false, "b=E4r", 0 }, "ä\n",
	  "=E4\n\nb=E4r", NULL },
	{ { false, "iso-8859-1", TRANSFER_QP, false, "b=E4r", 0 }, "あ\n",
	  "44GCDQoNCmLDpHI=\n", "base64" },
	/* 6: a byte order mark stays first */
	{ { false, "utf-8", TRANSFER_IDENTITY, false, "\xef\xbb\xbfold", 0 },
	  "S\n", "\xef\xbb\xbfS\n\nold", NULL },
	{ { false, "utf-8", TRANSFER_BASE64, false, "77u/b2xk\n", 0 }, "S\n",
	  "77u/\nUw0KDQoNCg0K\nb2xk\n", NULL },
	/* 8: an unknown charset takes ASCII only */
	{ { false, "x-martian", TRANSFER_IDENTITY, false, "\xfe\n", 0 }, "S\n",
	  "S\n\n\xfe\n", NULL },
	{ { false, "x-martian", TRANSFER_IDENTITY, false, "\xfe\n", 0 },
	  "ä\n", NULL, NULL },
	{ { true, "x-martian", TRANSFER_IDENTITY, false, "<p>\xfe", 0 },
	  "ä<\n", "<p>&#228;&lt;</p>\n<p>\xfe", NULL },
	{ { false, "../x//TRANSLIT", TRANSFER_IDENTITY, false, "old", 0 },
	  "ä\n", NULL, NULL },
	/* 12: text that is not what it says */
	{ { false, "us-ascii", TRANSFER_IDENTITY, false, "\xff\n", 0 }, "ä\n",
	  NULL, NULL },
	{ { false, "", TRANSFER_IDENTITY, false, "ö\n", 0 }, "S\n",
	  "S\n\nö\n", NULL },
	{ { false, "", TRANSFER_BASE64, false, "Ab!d\n", 0 }, "S\n", NULL,
	  NULL },
	{ { false, "", TRANSFER_UNKNOWN, false, "x", 0 }, "S\n", NULL, NULL },
	{ { false, "", TRANSFER_IDENTITY, false, "", 0 }, "S\n", "S\n\n",
	  NULL },
	{ { false, "", TRANSFER_IDENTITY, false,
	    "\x1b$B$\"\x1b(B old old old old\n", 0 }, "S\n",
	  "S\n\n\x1b$B$\"\x1b(B old old old old\n", NULL },
	{ { false, "", TRANSFER_IDENTITY, false, "\x1b$B$\"\x1b(B\n", 0 },
	  "あ\n", "44GCDQoNCuOBgg0K\n", "base64" },
	/* 19: HTML in a 7bit part, in the middle of encoded lines */
	{ { true, "utf-8", TRANSFER_IDENTITY, false, "<body>x", 0 }, "あ&\n",
	  "<body><p>&#12354;&amp;</p>\nx", NULL },
	{ { true, "iso-8859-1", TRANSFER_QP, false, "<body a=3D1>x=\ny", 0 },
	  "あ\n", "<body a=3D1>=\n<p>&#12354;</p>\nx=\ny", NULL },
	{ { true, "utf-8", TRANSFER_BASE64, false, "PGJvZHk+eHl6\n", 0 },
	  "S\n", "PGJvZHk+\nPHA+UzwvcD4gIA0K\neHl6\n", NULL },
	{ { true, "utf-8", TRANSFER_BASE64, false, "IDxib2R5PnF4eXo=\n", 0 },
	  "S\n", "IDxib2R5\nPjxwPlM8L3A+ICANCnF4\neXo=\n", NULL },
};

static void
test_cases(void)
{
	static char names[COUNT(cases)][32];
	struct stamp_part part;
	struct stamped stamped;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		snprintf(names[i], sizeof(names[i]), "R15: stamp case %zu", i);
		test_begin(names[i]);
		part = cases[i].part;
		part.len = strlen(part.body);
		memset(&stamped, 0, sizeof(stamped));
		stamped.result = stamp_part(&part, cases[i].lines,
			&stamped.change);
		test_int(stamped.result, cases[i].body == NULL ? -1 : 0);
		if (stamped.result == 0) {
			sekisho_buf_init(&stamped.body, 1u << 20);
			sekisho_buf_add(&stamped.body, part.body,
				stamped.change.splice.start);
			sekisho_buf_puts(&stamped.body,
				stamped.change.splice.text.data);
			sekisho_buf_puts(&stamped.body, part.body +
				stamped.change.splice.end);
			test_str(stamped.body.data, cases[i].body);
			test_int(stamped.change.recoded,
				cases[i].encoding != NULL);
			if (cases[i].encoding != NULL)
				test_str(stamped.change.encoding,
					cases[i].encoding);
		}
		stamped_free(&stamped);
	}
}

/* "|" marks the place. */
static const char *const places[] = {
	"|x", "|", "<html>|x", "<!doctype html>|<p>", "<body>|",
	"<!-- <body> --><body>|x", "<!--><body>|<!-- -->",
	"<!-- never closed <body>|", "<html><head></head>|x<body>",
	"<head><title><body></title></head><BODY\nbgcolor=\"a>b\">|x",
	"<script>'<body>'</script><body x='>' y=z>|", "|text <body>",
	"|<div><body>", "<?xml?><!DOCTYPE html><html a=\"<body>\">|<div>",
	"<body/>|", "<html><head><style>a>b{}</style></HEAD >|", "|<",
	"|<body", "\xef\xbb\xbf|x", "\xef\xbb\xbf<body>|",
	"<head><meta a><link b></head><body >|", "|<bodyx>",
	"<html>|\x1b$B<body>\x1b(B",
};

static void
test_places(void)
{
	char text[256];
	const char *mark;
	size_t i, at;

	test_begin("R15: the place of a stamp in HTML");
	for (i = 0; i < COUNT(places); i++) {
		mark = strchr(places[i], '|');
		at = (size_t)(mark - places[i]);
		memcpy(text, places[i], at);
		strcpy(text + at, mark + 1);
		if (stamp_html_offset(text, strlen(text)) != at)
			test_str(text + stamp_html_offset(text, strlen(text)),
				places[i]);
	}
}

static void
test_lines(void)
{
	static const char *const stamps[] = { "one\ntwo \x01\n\n", "",
		"three" };
	struct sekisho_buf out;
	char text[1000];
	const char *longest = text;

	test_begin("R15: each stamp on lines of its own");
	sekisho_buf_init(&out, 1u << 20);
	stamp_lines(&out, stamps, COUNT(stamps));
	test_str(out.data, "one\ntwo  \nthree\n");
	sekisho_buf_free(&out);
	test_begin("R15: a long stamp is folded between characters");
	memset(text, 'a', sizeof(text));
	memcpy(text + 299, "あ b", 6);
	stamp_lines(&out, &longest, 1);
	test_int((long long)strcspn(out.data, "\n"), 302);
	test_str(out.data + 302, "\nb\n");
	sekisho_buf_free(&out);
}

int
main(void)
{
	test_japanese();
	test_cases();
	test_places();
	test_lines();
	return test_done();
}
