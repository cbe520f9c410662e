/*
 * test-inspect.c - what is found in a mail, and in which part (SPEC R1, R3).
 */
#include <sys/stat.h>

#include <zip.h>

#include "test.h"
#include "scanner.h"

static struct engine *engine;
static struct pool *pool;
static struct inspection found;
static struct sekisho_error err;

/* "kind part name member cleanable;" of all findings. */
static const char *
findings(void)
{
	static char text[4096];
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < found.finding_count && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s %u %s%s%s%s;",
			finding_kind_name(found.findings[i].kind),
			found.findings[i].part, found.findings[i].name,
			*found.findings[i].member != '\0' ? " " : "",
			found.findings[i].member,
			found.findings[i].cleanable ? " cleanable" : "");
	return text;
}

/* What is found does not depend on whether somebody asked for types. */
static void
inspect(const char *text, size_t len)
{
	const char *before;
	size_t members;

	pool_free(pool);
	pool = pool_new();
	err.text[0] = '\0';
	test_int(inspect_message(engine, text, len, false, pool, &found,
		&err), 0);
	before = pool_strdup(pool, findings());
	members = found.member_count;
	test_int(inspect_message(engine, text, len, true, pool, &found,
		&err), 0);
	test_str(findings(), before);
	test_int((long long)found.member_count, (long long)members);
	test_str(err.text, "");
}

static void
inspect_mail(struct sekisho_buf *mail)
{
	mail_end(mail);
	inspect(mail->data, mail->len);
	sekisho_buf_free(mail);
}

static void
expect(const char *expected)
{
	test_str(findings(), expected);
}

static void
test_parts(void)
{
	struct sekisho_buf mail;

	test_begin("R1: a clean mail has no findings");
	mail_begin(&mail);
	mail_attach(&mail, "a.txt", "clean", 5);
	inspect_mail(&mail);
	expect("");
	test_int((long long)found.part_count, 4);
	test_str(found.parts[3].filename, "a.txt");
	test_str(found.parts[3].true_type, "text/plain");
	test_int((long long)found.parts[3].size, 5);
	test_str(found.from, "a@example.test");
	test_str(found.subject, "test");

	test_begin("R1: each infected attachment is found and cleanable");
	mail_begin(&mail);
	mail_attach(&mail, "a.exe", VIRUS, strlen(VIRUS));
	mail_attach(&mail, "b.txt", "clean", 5);
	mail_attach(&mail, "c.com", EICAR, strlen(EICAR));
	inspect_mail(&mail);
	expect("virus 3 Win.Test.Word cleanable;"
		"virus 5 Eicar-Test-Signature cleanable;");

	test_begin("R1: a virus in the text or in all of the mail stays");
	inspect("Subject: x\n\n" VIRUS "\n", strlen(VIRUS) + 13);
	expect("virus 1 Win.Test.Word;");
	mail_begin(&mail);
	sekisho_buf_puts(&mail, VIRUS "\n");
	inspect_mail(&mail);
	expect("virus 2 Win.Test.Word;");

	test_begin("R1: what only the whole mail shows is in part 0");
	mail_begin(&mail);
	sekisho_buf_puts(&mail, "--b\nX-A: " VIRUS "\n\nx\n");
	inspect_mail(&mail);
	expect("virus 0 Win.Test.Word;");
}

static void
test_sealed(void)
{
	static const char text[] = "Content-Type: multipart/signed; boundary=s"
		"\n\n--s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
		"hello\n--b\nContent-Type: a/b; name=x\n\n" VIRUS "\n--b--\n"
		"--s\nContent-Type: application/pgp-signature\n\nz\n--s--\n";

	test_begin("R15: nothing is cleaned inside a signed part");
	inspect(text, strlen(text));
	expect("virus 4 Win.Test.Word;");
}

/* Signed data as Outlook sends it: pieces, lengths not given. */
static const char opaque[] =
	"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80"
	"\x02\x01\x01\x31\x00\x30\x80"
	"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80"
	"\x04\x2b" "Content-Type: a/b\nContent-Transfer-Encoding"
	"\x04\x1e" ": base64\n\nc2VraXNoby10ZXN0LW5v"
	"\x04\x10" "dC1hLXZpcnVzLTdj" "\x04\x05" "MQ==\n" "\x00\x00";

static void
test_opaque(void)
{
	struct sekisho_buf mail;
	size_t len;

	test_begin("R1: a virus inside a signed S/MIME mail");
	mail_begin(&mail);
	mail_attach(&mail, "smime.p7m", opaque, sizeof(opaque) - 1);
	inspect_mail(&mail);
	expect("virus 3 Win.Test.Word cleanable;");
	for (len = 1; len < sizeof(opaque) - 1; len += 7) {
		mail_begin(&mail);
		mail_attach(&mail, "smime.p7m", opaque, len);
		inspect_mail(&mail);
	}
}

static void *
make_zip(size_t *len_r, bool encrypted, bool stored)
{
	static const char *const members[][2] = {
		{ "readme.txt", "clean clean clean clean clean" },
		{ "dir/請求書.exe", "-" VIRUS "-" VIRUS "-" },
		{ "z.txt", "clean too, clean too, clean too" },
	};
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, NULL);
	zip_int64_t index;
	zip_stat_t st;
	void *data;
	size_t i;

	zip_source_keep(out);
	for (i = 0; i < 3; i++) {
		index = zip_file_add(zip, members[i][0], zip_source_buffer(zip,
			members[i][1], strlen(members[i][1]), 0),
			ZIP_FL_ENC_UTF_8);
		zip_set_file_compression(zip, (zip_uint64_t)index, stored ?
			ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
		if (encrypted && i == 1)
			zip_file_set_encryption(zip, (zip_uint64_t)index,
				ZIP_EM_AES_256, "secret");
	}
	if (zip_close(zip) < 0 || zip_source_open(out) < 0 ||
	    zip_source_stat(out, &st) < 0)
		abort();
	data = malloc(st.size);
	*len_r = st.size;
	zip_source_read(out, data, st.size);
	zip_source_close(out);
	zip_source_free(out);
	return data;
}

static void
test_zip(void)
{
	struct sekisho_buf mail;
	size_t len;
	void *data;
	int stored;

	for (stored = 0; stored < 2; stored++) {
		test_begin("R1: the infected member of a zip is named");
		data = make_zip(&len, false, stored);
		mail_begin(&mail);
		mail_attach(&mail, "a.zip", data, len);
		inspect_mail(&mail);
		expect("virus 3 Win.Test.Word dir/請求書.exe cleanable;");
		test_int((long long)found.member_count, 3);
		test_str(found.members[1].name, "dir/請求書.exe");
		test_assert(!found.members[1].encrypted);
		free(data);
	}

	test_begin("R3: a zip with one encrypted member");
	data = make_zip(&len, true, false);
	mail_begin(&mail);
	mail_attach(&mail, "clean.txt", "x", 1);
	mail_attach(&mail, "a.zip", data, len);
	inspect_mail(&mail);
	expect("password-protected 4 Heuristics.Encrypted.Zip;");
	test_assert(found.member_count == 3 && found.members[1].encrypted);
	test_assert(!found.members[0].encrypted);
	test_int(found.members[0].part, 4);
	free(data);
}

/* Headers of RAR 4 (names, one encrypted) and of RAR 5 (all encrypted). */
static const char rar4[] = "Rar!\x1a\x07\x00"
	"\x00\x00\x73\x00\x00\x0d\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x74\x00\x80\x25\x00\x02\x00\x00\x00\x05\x00\x00\x00"
	"\x03\x00\x00\x00\x00\x00\x00\x00\x00\x1d\x30\x05\x00"
	"\x20\x00\x00\x00" "a.txt" "xx"
	"\x00\x00\x74\x04\x80\x25\x00\x02\x00\x00\x00\x06\x00\x00\x00"
	"\x03\x00\x00\x00\x00\x00\x00\x00\x00\x1d\x30\x05\x00"
	"\x20\x00\x00\x00" "b.exe" "xx";
static const char rar5[] = "Rar!\x1a\x07\x01\x00"
	"\x00\x00\x00\x00\x05\x04\x00\x00\x00\x0f";

static void
test_rar(void)
{
	struct sekisho_buf mail;
	size_t len;

	test_begin("R3, R7: names and encryption in RAR archives");
	mail_begin(&mail);
	mail_attach(&mail, "a.rar", rar4, sizeof(rar4) - 1);
	mail_attach(&mail, "b.rar", rar5, sizeof(rar5) - 1);
	inspect_mail(&mail);
	expect("password-protected 3 Sekisho.Encrypted.RAR;"
		"password-protected 4 Sekisho.Encrypted.RAR;");
	test_int((long long)found.member_count, 2);
	if (found.member_count == 2) {
		test_str(found.members[0].name, "a.txt");
		test_assert(!found.members[0].encrypted);
		test_str(found.members[1].name, "b.exe");
		test_int((long long)found.members[1].size, 6);
		test_assert(found.members[1].encrypted);
	}
	for (len = 0; len < sizeof(rar4); len++) {
		mail_begin(&mail);
		mail_attach(&mail, "a.rar", rar4, len);
		inspect_mail(&mail);
	}
}

/* RAR 4 without anything encrypted: rar4 up to the end of its first member. */
#define RAR4_OPEN_LEN (7 + 13 + 37 + 2)

/* "outer.zip" with one stored file. */
static char *
zip_of(const char *name, const void *data, size_t len, size_t *len_r)
{
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, NULL);
	zip_stat_t st;
	char *bytes;

	zip_source_keep(out);
	zip_file_add(zip, name, zip_source_buffer(zip, data, len, 0), 0);
	zip_close(zip);
	zip_source_open(out);
	zip_source_stat(out, &st);
	bytes = malloc(st.size);
	*len_r = (size_t)zip_source_read(out, bytes, st.size);
	zip_source_close(out);
	zip_source_free(out);
	return bytes;
}

static void
test_closed_rar(void)
{
	struct sekisho_buf mail;
	char *zip;
	size_t len;

	test_begin("R3: an encrypted RAR archive in a zip");
	zip = zip_of("a.rar", rar4, sizeof(rar4) - 1, &len);
	mail_begin(&mail);
	mail_attach(&mail, "a.zip", zip, len);
	inspect_mail(&mail);
	test_assert(strstr(findings(), "password-protected 3 "
		"Sekisho.Encrypted.RAR") != NULL);
	free(zip);
	if (engine_opens_rar(engine))
		return;

	test_begin("O4: a RAR archive that libclamav cannot open");
	mail_begin(&mail);
	mail_attach(&mail, "a.rar", rar4, RAR4_OPEN_LEN);
	inspect_mail(&mail);
	expect("unscannable 3 Sekisho.Unscannable.RAR;");
	test_begin("O4: ... in a zip");
	zip = zip_of("a.rar", rar4, RAR4_OPEN_LEN, &len);
	mail_begin(&mail);
	mail_attach(&mail, "a.zip", zip, len);
	inspect_mail(&mail);
	expect("unscannable 3 Sekisho.Unscannable.RAR a.rar;");
	free(zip);
}

static void
add_utf16(struct sekisho_buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		sekisho_buf_add(buf, text, 1);
		sekisho_buf_add(buf, "", 1);
	}
}

static const struct {
	const char *text;
	const char *finding;
} encrypted[] = {
	{ "Content-Type: multipart/encrypted; boundary=b\n\n--b\n"
		"Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
		"Content-Type: application/octet-stream\n\nxxx\n--b--\n",
		"password-protected 3 Sekisho.Encrypted.MIME;" },
	{ "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"
		"\n\nxxx\n", "password-protected 1 Sekisho.Encrypted.SMIME;" },
	{ "Content-Type: application/pkcs7-mime; smime-type=signed-data"
		"\n\nxxx\n", "" },
	{ "Content-Type: application/x-pkcs7-mime; name=smime.p7m\n"
		"Content-Transfer-Encoding: base64\n\n"
		"MIIBAAYJKoZIhvcNAQcDoIIBAAAA\n",
		"password-protected 1 Sekisho.Encrypted.SMIME;" },
	{ "Subject: x\n\nhello\n-----BEGIN PGP MESSAGE-----\n\nabc\n"
		"-----END PGP MESSAGE-----\n",
		"password-protected 1 Sekisho.Encrypted.PGP;" },
	{ "Subject: x\n\nhe said -----BEGIN PGP MESSAGE----- and\n"
		"> -----END PGP MESSAGE-----\n", "" },
};

static void
test_encrypted(void)
{
	struct sekisho_buf mail, ole;
	size_t i;

	for (i = 0; i < sizeof(encrypted) / sizeof(encrypted[0]); i++) {
		test_begin("R3: PGP and S/MIME");
		inspect(encrypted[i].text, strlen(encrypted[i].text));
		expect(encrypted[i].finding);
	}
	test_begin("R3: an encrypted Office document");
	sekisho_buf_init(&ole, 1 << 20);
	sekisho_buf_add(&ole, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	for (i = 0; i < 1000; i++)
		sekisho_buf_add(&ole, "", 1);
	add_utf16(&ole, "EncryptionInfo");
	add_utf16(&ole, "EncryptedPackage");
	mail_begin(&mail);
	mail_attach(&mail, "a.docx", ole.data, ole.len);
	inspect_mail(&mail);
	expect("password-protected 3 Sekisho.Encrypted.OOXML;");
	sekisho_buf_free(&ole);
}

/* 30 messages inside each other: deeper than libclamav looks. */
static void
test_limits(void)
{
	struct sekisho_buf mail;
	char *large = calloc(1, 20 << 20);
	int i;

	test_begin("R11: a mail that is too deep is unscannable, never clean");
	sekisho_buf_init(&mail, 1 << 20);
	for (i = 0; i < 200; i++)
		sekisho_buf_puts(&mail, "Content-Type: message/rfc822\n\n");
	inspect(mail.data, mail.len);
	test_assert(inspection_has(&found, FINDING_UNSCANNABLE));
	sekisho_buf_free(&mail);

	test_begin("R11: 10,000 parts and a virus");
	mail_begin(&mail);
	for (i = 0; i < 10000; i++)
		sekisho_buf_puts(&mail, "--b\n\nx\n");
	mail_attach(&mail, "a.exe", VIRUS, strlen(VIRUS));
	inspect_mail(&mail);
	test_assert(inspection_has(&found, FINDING_VIRUS));

	test_begin("R11: very many lines that may begin a file end in time");
	sekisho_buf_init(&mail, 256u << 20);
	sekisho_buf_puts(&mail, "From: a\nTo: b\nMIME-Version: 1.0\n\n");
	for (i = 0; i < 400000; i++)
		sekisho_buf_puts(&mail, "Content-Type: text/plain\n\n");
	inspect_mail(&mail);
	expect("");

	test_begin("R1: a virus behind 20 MB of attachment");
	mail_begin(&mail);
	mail_attach(&mail, "large.bin", large, 20 << 20);
	mail_attach(&mail, "a.exe", VIRUS, strlen(VIRUS));
	inspect_mail(&mail);
	expect("virus 4 Win.Test.Word cleanable;");
	test_int((long long)found.parts[3].size, 20 << 20);
	free(large);
}

static void
test_engine(void)
{
	static const char text[] = "Subject: x\n\n" VIRUS "\n";
	struct engine *other;
	char *empty, template[] = "/tmp/sekisho-empty-XXXXXX";

	test_begin("engine: a directory without signatures is refused");
	empty = mkdtemp(template);
	other = engine_open(empty, 5, &err);
	test_assert(other == NULL);
	test_assert(strstr(err.text, "no signatures found; run freshclam"));
	rmdir(empty);
	other = engine_open("/nonexistent/x", 5, &err);
	test_assert(other == NULL && strstr(err.text, "/nonexistent/x"));

	test_begin("O4: no place for temporary files is a failure, not clean");
	setenv("TMPDIR", "/nonexistent", 1);
	test_int(inspect_message(engine, text, strlen(text), false, pool,
		&found, &err), -1);
	test_int(engine_canary(engine, &err), -1);
	unsetenv("TMPDIR");
	test_int(engine_canary(engine, &err), 0);

	test_begin("engine: a change of the signatures is seen");
	test_assert(engine_signatures(engine) >= 2);
	test_int(engine_changed(engine), 0);
	scanner_write("test.hdb", "44d88612fea8a8f36de82e1278abb02f:68:T\n");
	test_int(engine_changed(engine), 1);
}

int
main(void)
{
	scanner_make();
	engine = engine_open(scanner_directory, 3600, &err);
	if (engine == NULL) {
		printf("not ok engine: %s\n", err.text);
		scanner_remove();
		return 1;
	}
	test_parts();
	test_sealed();
	test_opaque();
	test_zip();
	test_rar();
	test_closed_rar();
	test_encrypted();
	test_limits();
	test_engine();
	engine_close(engine);
	scanner_remove();
	pool_free(pool);
	return test_done();
}
