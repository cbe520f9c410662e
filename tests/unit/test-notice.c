/*
 * test-notice.c - notices from templates (SPEC N1 to N4).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "notice.h"
#include "test.h"
#include "transfer.h"

#define TEMPLATES "core/sekishod/templates"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct template_value values[] = {
	{ "VIRUSNAME", "Eicar-Test-Signature" },
	{ "FILES", "eicar.com, b.exe" },
	{ "ACTIONS", "Clean; Delete; Notify;" },
	{ "SENDER", "mallory@example.org" },
	{ "RECIPIENTS", "alice@example.test" },
	{ "SUBJECT", "an invoice" },
	{ "DATE", "Tue, 24 Nov 2026 08:00:00 +0000" },
	{ "MESSAGE_SIZE", "1234" },
	{ "ATTACHMENTS", "eicar.com" },
	{ "ATTACHMENT_SIZES", "68" },
	{ "ATTACHMENT_COUNT", "1" },
	{ "MESSAGE_ID", "<1@example.org>" },
};

static struct notice_request
request_new(const char *template, const char *language)
{
	struct notice_request request = {
		.directory = TEMPLATES, .template = template,
		.language = language, .from = "NoReply@mail-abuse.org",
		.to = "alice@example.test", .message_id = "<n1@example.test>",
		.date = 1795507200, .values = values,
		.value_count = COUNT(values),
	};

	return request;
}

#define HEAD(subject, cte) \
	"From: NoReply@mail-abuse.org\nTo: alice@example.test\n" \
	"Subject: " subject "\n" \
	"Date: Tue, 24 Nov 2026 08:00:00 +0000\n" \
	"Message-ID: <n1@example.test>\n" \
	"Auto-Submitted: auto-generated\nMIME-Version: 1.0\n" \
	"Content-Type: text/plain; charset=UTF-8\n" \
	"Content-Transfer-Encoding: " cte "\n\n"

static void
test_shipped(struct pool *pool)
{
	struct notice_request request = request_new("virus", "en");
	struct sekisho_error err = { "" };
	size_t len = 0;

	test_begin("N1: the virus notice, word for word");
	test_str(notice_compose(&request, pool, &len, &err),
		HEAD("Virus Eicar-Test-Signature detected", "7bit")
		"Eicar-Test-Signature was detected in message sent by "
		"mallory@example.org at Tue, 24 Nov 2026 08:00:00 +0000 and "
		"these actions were taken: Clean; Delete; Notify;.\n\n"
		"Virus: Eicar-Test-Signature\n"
		"File(s): eicar.com, b.exe\n"
		"Action(s): Clean; Delete; Notify;\n"
		"Sender: mallory@example.org\n"
		"Recipient(s): alice@example.test\n"
		"Subject: an invoice\n");
	test_begin("N2: the violation notice, word for word");
	request.template = "violation";
	test_str(notice_compose(&request, pool, &len, &err),
		HEAD("Security settings violation", "7bit")
		"A message violated the security settings. "
		"The message has been deleted.\n\nMessage details:\n"
		"Sender: mallory@example.org\nRecipient: alice@example.test\n"
		"Subject: an invoice\n"
		"Date: Tue, 24 Nov 2026 08:00:00 +0000\n"
		"Message size: 1234\nAttachment: eicar.com\n"
		"Attachment size: 68\n# of attachments: 1\n"
		"Message ID: <1@example.org>\n");
}

static void
test_japanese(struct pool *pool)
{
	struct notice_request request = request_new("virus", "ja");
	struct sekisho_error err = { "" };
	const char *text;
	size_t len = 0;

	test_begin("N3: the Japanese notices are Base 64 in UTF-8");
	text = notice_compose(&request, pool, &len, &err);
	test_assert(text != NULL && strlen(text) == len);
	test_assert(text != NULL && strstr(text, "\nSubject: =?UTF-8?B?"));
	test_assert(text != NULL && strstr(text, "Encoding: base64\n\n"));
	request.template = "violation";
	request.from = "\"関所\" <NoReply@mail-abuse.org>";
	text = notice_compose(&request, pool, &len, &err);
	test_assert(text != NULL && strncmp(text, "From: =?UTF-8?B?6Zai5omA?="
		"\n <NoReply@mail-abuse.org>\n", 51) == 0);
}

/* Writes a template t.en.txt, composes it and returns the notice or NULL. */
static const char *
compose(struct pool *pool, const char *template, const char *value,
	struct sekisho_error *err)
{
	struct template_value own[] = { { "SUBJECT", value } };
	struct notice_request request = request_new("t", "en");
	char directory[] = "/tmp/test-notice-XXXXXX", path[64];
	const char *text;
	size_t len;
	FILE *file;

	if (mkdtemp(directory) == NULL)
		return NULL;
	snprintf(path, sizeof(path), "%s/t.en.txt", directory);
	file = fopen(path, "w");
	if (file == NULL)
		return NULL;
	fputs(template, file);
	fclose(file);
	request.directory = directory;
	request.values = own;
	request.value_count = 1;
	text = notice_compose(&request, pool, &len, err);
	unlink(path);
	rmdir(directory);
	return text;
}

static void
test_injection(struct pool *pool)
{
	struct sekisho_error err = { "" };
	const char *text;
	char longest[4000];

	test_begin("N3: a value adds no line and no placeholder");
	text = compose(pool, "Subject: v {SUBJECT}\n\nv {SUBJECT}.\n",
		"a\r\nBcc: x@y\n\n{SUBJECT}\xe2\x80\xa8z\x7f\xc2\x85", &err);
	test_assert(text != NULL &&
		strstr(text, "\nSubject: v a Bcc: x@y {SUBJECT} z\n"));
	test_assert(text != NULL &&
		strstr(text, "\n\nv a  Bcc: x@y  {SUBJECT} z  .\n"));
	test_begin("N3: an encoded word in a value is shown, not decoded");
	text = compose(pool, "Subject: {SUBJECT}\n\nx\n", "=?UTF-8?B?QQ==?=",
		&err);
	test_assert(text != NULL && strstr(text,
		"\nSubject: =?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=\n"));
	test_begin("N3: invalid UTF-8 is replaced");
	text = compose(pool, "Subject: {SUBJECT}\n\nx\n", "a\xff", &err);
	test_assert(text != NULL && strstr(text, "=?UTF-8?B?Ye+/vQ==?="));
	test_begin("N3: a value is cut at 1,000 characters");
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	text = compose(pool, "Subject: x\n\n{SUBJECT}\n", longest, &err);
	test_assert(text != NULL && strstr(text, "base64\n\nYWFh"));
	test_assert(text != NULL && strlen(text) < 1900);
}

static void
test_errors(struct pool *pool)
{
	static const struct {
		const char *template;
		const char *error;	/* after the name of the file */
	} cases[] = {
		{ "Subject: x\n\na\nb {NOBODY}\n",
		  ":4: unknown placeholder {NOBODY}" },
		{ "Subject: {NOBODY}\n\n", ":1: unknown placeholder" },
		{ "X-A: x\n\nbody\n", ":2: no Subject" },
		{ "Subject: x\n", ":2: no empty line" },
		{ "Subject: x", ":1: no empty line" },
		{ "", ":1: no empty line" },
		{ "Subject: x\nBcc: y\n\n", ":2: this header field" },
		{ "Subject: x\n more\n\n", ":2: expected a header line" },
		{ "Subject: \xff\n\n", ":1: notice template is not UTF-8" },
	};
	struct notice_request request = request_new("virus", "xx");
	struct sekisho_error err;
	size_t i, len;

	test_begin("N3: a wrong template is refused with file:line");
	for (i = 0; i < COUNT(cases); i++) {
		err.text[0] = '\0';
		test_assert(compose(pool, cases[i].template, "v", &err) ==
			NULL);
		if (strstr(err.text, cases[i].error) == NULL)
			test_str(err.text, cases[i].error);
	}
	test_begin("N3: a missing template is refused");
	test_assert(notice_compose(&request, pool, &len, &err) == NULL);
	test_str(err.text, TEMPLATES "/virus.xx.txt:0: cannot read notice "
		"template: No such file or directory");
	request.template = "../virus";
	test_assert(notice_compose(&request, pool, &len, &err) == NULL);
	test_begin("N3: braces that are no placeholder stay");
	test_assert(strstr(compose(pool, "Subject: {a} {}\nX-A: b\n\n{SUBJECT",
		"v", &err), "Subject: {a} {}\nX-A: b\n"));
}

#define ROW(subject, reason, virus, deliver, more) { \
	{ "SUBJECT", subject }, { "FROM", "" }, { "SENDER", "<>" }, \
	{ "DATE", "1" }, { "EXPIRES", "2" }, { "REASON", reason }, \
	{ "VIRUS", virus }, { "DELIVER", deliver }, { "APPROVE", "" }, \
	{ "DELETE", "D" }, { "MORE", more } }

/* A text in Base64 behind the last Content-Type of that kind, decoded. */
static const char *
decoded(struct pool *pool, const char *mail, const char *type)
{
	const char *part = strstr(mail, type), *begin, *end;
	struct sekisho_buf out;
	const char *text;

	begin = part == NULL ? NULL : strstr(part, "base64\n\n");
	if (begin == NULL)
		return "";
	begin += strlen("base64\n\n");
	end = strstr(begin, "\n--");
	sekisho_buf_init(&out, 1u << 20);
	if (transfer_decode(TRANSFER_BASE64, begin, end == NULL ?
	    strlen(begin) : (size_t)(end - begin), &out) < 0)
		sekisho_buf_puts(&out, "not Base64");
	sekisho_buf_puts(&out, "");
	text = pool_strdup(pool, out.data);
	sekisho_buf_free(&out);
	return text;
}

static void
test_html(struct pool *pool)
{
	static const struct template_value own[] = { { "ADDRESS", "a@b.test" },
		{ "COUNT", "1" }, { "URL", "http://x/?a=1&b=2" } };
	static const struct template_value first[] = ROW(
		"<b onclick=\"x\">{URL}</b>\n--\n", "spam & \xe2\x80\xae more",
		"", "http://x/?d\" y", "");
	static const struct template_row rows[] = { { first, COUNT(first) } };
	struct notice_request request = request_new("digest", "ja");
	struct sekisho_error err = { "" };
	const char *mail, *html;
	size_t len = 0;

	request.values = own;
	request.value_count = COUNT(own);
	request.rows = rows;
	request.row_count = 1;
	test_begin("Digest: a text and the same in HTML, where values are "
		"text and no markup");
	mail = notice_compose(&request, pool, &len, &err);
	test_str(err.text, "");
	if (mail == NULL)
		return;
	test_assert(strstr(mail, "multipart/alternative") != NULL);
	test_assert(strstr(decoded(pool, mail, "text/plain"),
		"\xe9\x85\x8d\xe4\xbf\xa1: http://x/?d\" y") != NULL);
	html = decoded(pool, mail, "text/html");
	test_assert(strstr(html, "&lt;b onclick=&quot;x&quot;&gt;{URL}"
		"&lt;/b&gt; -- </p>") != NULL);
	test_assert(strstr(html, "<b ") == NULL);
	test_assert(strstr(html, "spam &amp;   more") != NULL);
	test_assert(strstr(html, "<a href=\"http://x/?d&quot; y\" ") != NULL);
	test_assert(strstr(html, "<a href=\"http://x/?a=1&amp;b=2\"") !=
		NULL);
	test_begin("Digest: what has nothing to say is not there in HTML");
	test_assert(strstr(html, "more mails") == NULL);
	test_assert(strstr(html, "\xe6\x89\xbf\xe8\xaa\x8d</a>") == NULL);
}

static void
test_rows(struct pool *pool)
{
	static const char expected[] =
		"----------------------------------------\n"
		"Subject: {URL} {END} X: y\n"
		"Sender: <>\nHeld: 1, until 2\nWhy: spam\n\n"
		"Deliver: U\nDelete: D\n\n"
		"----------------------------------------\n"
		"Sender: <>\nHeld: 1, until 2\n"
		"Why: Eicar. You can only delete it; an administrator can "
		"release it.\n"
		"3 more mails are not listed here.\n\nDelete: D\n\n"
		"----------------------------------------\n"
		"All held mail";
	static const struct template_value first[] = ROW("{URL}\n{END}\nX: y",
		"spam", "", "U", ""), second[] = ROW("", "", "Eicar", "", "3");
	static const struct template_row rows[] = { { first, COUNT(first) },
		{ second, COUNT(second) } };
	struct notice_request request = request_new("digest", "en");
	static const struct template_value own[] = { { "ADDRESS", "a@b.test" },
		{ "COUNT", "2" }, { "URL", "http://x/" } };
	struct sekisho_error err = { "" };
	const char *text, *each;
	size_t len = 0;

	request.values = own;
	request.value_count = COUNT(own);
	request.rows = rows;
	request.row_count = COUNT(rows);
	test_begin("Digest: the lines of {EACH} for each row, without those "
		"that have nothing to say");
	text = notice_compose(&request, pool, &len, &err);
	test_str(err.text, "");
	each = text == NULL ? NULL : strstr(text, "--------");
	test_assert(each != NULL);
	test_str(each == NULL ? "" : pool_strndup(pool, each, strlen(expected)),
		expected);
	test_begin("Digest: nothing between them without rows");
	request.row_count = 0;
	text = notice_compose(&request, pool, &len, &err);
	test_assert(text != NULL && strstr(text, "Deliver:") == NULL &&
		strstr(text, "All held mail") != NULL);
	test_begin("Digest: the Japanese one has the same values");
	request.language = "ja";
	request.row_count = COUNT(rows);
	test_assert(notice_compose(&request, pool, &len, &err) != NULL);
	test_str(err.text, "");
}

int
main(void)
{
	struct pool *pool = pool_new();

	setenv("TZ", "UTC", 1);
	test_shipped(pool);
	test_japanese(pool);
	test_injection(pool);
	test_errors(pool);
	test_rows(pool);
	test_html(pool);
	pool_free(pool);
	return test_done();
}
