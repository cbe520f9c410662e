/*
 * test-mimefacts.c - what header lines say, also when they are not what the
 * RFCs want (SPEC R7, R11, N1, N4).
 */
#include <stdlib.h>

#include "mimefacts.h"
#include "test.h"

static struct pool *pool;

static const struct {
	const char *header;
	const char *value;	/* of the first Subject; NULL: none */
} fields[] = {
	{ "Subject: a b\n", "a b" },
	{ "From: x\nSUBJECT:a\nSubject: b\n", "a" },
	{ "Subject \t: a\n", "a" },
	{ "Subject: a\n b\n\tc\nTo: d\n", "a b\tc" },
	{ "Subject: a\r\n b\r\nTo: d\r\n", "a b" },
	{ "Subject:\n a\n", " a" },
	{ "Subject:\nTo: a\n", "" },
	{ "Subject:", "" },
	{ "Subject: a", "a" },
	{ "Subject: a \t \n", "a" },
	/* 10: */
	{ "", NULL },
	{ "Subject\n", NULL },
	{ "Subjects: a\n", NULL },
	{ "X: a\n Subject: b\n", NULL },
	{ "Subject a: b\n", NULL },
	{ "Subject: \x8a\xd6\x8f\x8a\n", "関所" },
	{ "Subject: \xe4\n", "\xe4" },
};

static void
test_fields(void)
{
	static char names[sizeof(fields) / sizeof(fields[0])][32];
	const char *got;
	char *large;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R11: field case %zu", i);
		test_begin(names[i]);
		got = mimefacts_field(pool, fields[i].header,
			strlen(fields[i].header), "Subject");
		if (fields[i].value == NULL)
			test_assert(got == NULL);
		else
			test_str(got, fields[i].value);
	}
	test_begin("R11: no more than 16 KiB of a field are looked at");
	large = malloc(100000);
	memset(large, 'a', 100000);
	memcpy(large, "Subject: ", 9);
	got = mimefacts_field(pool, large, 100000, "Subject");
	test_int((long long)strlen(got), 16384);
	free(large);
}

static const struct {
	const char *header;
	struct mime_part part;
} parts[] = {
	{ "", { .type = "text/plain" } },
	{ "Content-Type: Text/HTML; Charset=\"UTF-8\"\n",
	  { .type = "text/html", .charset = "UTF-8" } },
	{ "Content-Type: multipart/mixed; boundary=\"a b \"\n",
	  { .type = "multipart/mixed", .boundary = "a b" } },
	{ "Content-Type: text/plain; boundary=x\n",
	  { .type = "text/plain" } },
	{ "Content-Type: application/pkcs7-mime; smime-type=signed-data\n",
	  { .type = "application/pkcs7-mime", .smime_type = "signed-data" } },
	{ "Content-Transfer-Encoding: BASE64 (x)\n",
	  { .type = "text/plain", .encoding = "base64" } },
	/* 6: names of files */
	{ "Content-Type: a/b; name=c.exe\n",
	  { .type = "a/b", .filename = "c.exe", .attachment = true } },
	{ "Content-Type: a/b; name=c\nContent-Disposition: inline; "
	  "filename=\"d e.exe\"\n",
	  { .type = "a/b", .filename = "d e.exe", .attachment = true } },
	{ "Content-Disposition: ATTACHMENT\n",
	  { .type = "text/plain", .attachment = true } },
	{ "Content-Disposition: inline\n", { .type = "text/plain" } },
	{ "Content-Disposition: attachment; "
	  "filename*=utf-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.exe\n",
	  { .type = "text/plain", .filename = "請求書.exe",
	    .attachment = true } },
	{ "Content-Disposition: attachment; filename*0=a.;\n filename*1=exe\n",
	  { .type = "text/plain", .filename = "a.exe", .attachment = true } },
	{ "Content-Type: a/b; "
	  "name=\"=?ISO-2022-JP?B?GyRCQEE1YT1xGyhC?=.exe\"\n",
	  { .type = "a/b", .filename = "請求書.exe", .attachment = true } },
	{ "Content-Type: a/b; name=\"\x90\xbf\x8b\x81\x8f\x91.exe\"\n",
	  { .type = "a/b", .filename = "請求書.exe", .attachment = true } },
	{ "Content-Type: a/b; name=\"a\xe2\x80\xae" "b\"\n",
	  { .type = "a/b", .filename = "a b", .attachment = true } },
	/* 15: what is no type */
	{ "Content-Type:\n", { .type = "application/octet-stream" } },
	{ "Content-Type: a/b\x01\xff\n", { .type = "a/b" } },
};

static const char *
text(const char *value)
{
	return value == NULL ? "" : value;
}

static void
test_parts(void)
{
	static char names[sizeof(parts) / sizeof(parts[0])][32];
	struct mime_part part;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R7: part case %zu", i);
		test_begin(names[i]);
		memset(&part, 0, sizeof(part));
		mimefacts_part(&part, pool, parts[i].header,
			strlen(parts[i].header), "text/plain");
		test_str(part.type, parts[i].part.type);
		test_str(part.charset, text(parts[i].part.charset));
		test_str(part.boundary, text(parts[i].part.boundary));
		test_str(part.encoding, text(parts[i].part.encoding));
		test_str(part.filename, text(parts[i].part.filename));
		test_str(part.smime_type, text(parts[i].part.smime_type));
		test_int(part.attachment, parts[i].part.attachment);
	}
}

static const struct {
	const char *header;
	const char *from, *subject, *message_id, *date;
	bool automatic, list;
} messages[] = {
	{ "", "", "", "", "", false, false },
	{ "From: \"A, B\" <a@example.test>, c@example.test\nSubject: "
	  "=?UTF-8?B?6Zai5omA?= x\nMessage-ID: <1@x>\nDate: today\n",
	  "a@example.test", "関所 x", "<1@x>", "today", false, false },
	{ "From: group: a@x, b@x;\n", "a@x", "", "", "", false, false },
	{ "From: undisclosed: ;, b@x\n", "b@x", "", "", "", false, false },
	{ "From: (nobody)\n", "", "", "", "", false, false },
	{ "From: =?ISO-2022-JP?B?GyRCNFg9ahsoQg==?= <a@x>\n", "a@x", "", "",
	  "", false, false },
	/* 6: answers of programs, lists */
	{ "Auto-Submitted: auto-generated (x)\n", "", "", "", "", true,
	  false },
	{ "Auto-Submitted: No\n", "", "", "", "", false, false },
	{ "Auto-Submitted:\n", "", "", "", "", true, false },
	{ "List-Id: <x>\n", "", "", "", "", false, true },
	{ "Precedence: Bulk\n", "", "", "", "", false, true },
	{ "Precedence: first-class\n", "", "", "", "", false, false },
	/* 12: nothing adds a line to a notice */
	{ "Subject: =?UTF-8?Q?a=0D=0ABcc:_b?=\n", "", "a  Bcc: b", "", "",
	  false, false },
	{ "Message-ID: <\x1b>\nDate: a\x7f\n", "", "", "< >", "a ", false,
	  false },
};

static void
test_messages(void)
{
	static char names[sizeof(messages) / sizeof(messages[0])][32];
	struct mime mime;
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "N1: message case %zu",
			i);
		test_begin(names[i]);
		memset(&mime, 0, sizeof(mime));
		mimefacts_message(&mime, pool, messages[i].header,
			strlen(messages[i].header));
		test_str(mime.from, messages[i].from);
		test_str(mime.subject, messages[i].subject);
		test_str(mime.message_id, messages[i].message_id);
		test_str(mime.date, messages[i].date);
		test_int(mime.automatic, messages[i].automatic);
		test_int(mime.list, messages[i].list);
	}
}

int
main(void)
{
	mime_init();
	pool = pool_new();
	test_fields();
	test_parts();
	test_messages();
	pool_free(pool);
	return test_done();
}
