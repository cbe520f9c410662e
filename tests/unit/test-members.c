/*
 * test-members.c - names of members of archives, and the part that each is in,
 * known from one scan (SPEC R7).
 */
#include <zip.h>

#include "test.h"
#include "scanner.h"

static struct engine *engine;
static struct pool *pool;
static struct inspection found;

struct file {
	const char *name;
	const void *data;
	size_t len;
};

static struct file
make_zip(const char *name, const struct file *members, size_t count,
	const char *password)
{
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, NULL);
	struct file file = { .name = name };
	zip_int64_t index;
	zip_stat_t st;
	void *data;
	size_t i;

	zip_source_keep(out);
	for (i = 0; i < count; i++) {
		index = zip_file_add(zip, members[i].name, zip_source_buffer(
			zip, members[i].data, members[i].len, 0), 0);
		if (password != NULL)
			zip_file_set_encryption(zip, (zip_uint64_t)index,
				ZIP_EM_AES_256, password);
	}
	if (zip_close(zip) < 0 || zip_source_open(out) < 0 ||
	    zip_source_stat(out, &st) < 0)
		abort();
	file.len = st.size;
	file.data = data = pool_alloc(pool, st.size);
	zip_source_read(out, data, st.size);
	zip_source_close(out);
	zip_source_free(out);
	return file;
}

#define TEXT "clean, clean, clean, clean, clean and clean again\n"
#define TEXT_FILE(name) { name, TEXT, sizeof(TEXT) - 1 }

static const struct file two[] = { TEXT_FILE("a.txt"), TEXT_FILE("b.exe") };
static const struct file other[] = { TEXT_FILE("b.exe"), TEXT_FILE("c/d.js") };

static void
attach(struct sekisho_buf *mail, const struct file *file)
{
	mail_attach(mail, file->name, file->data, file->len);
}

/*
 * Ends the mail and inspects it. "part name,kind;" of all; "again" in front,
 * when the text of the mail was looked at, too: then all parts were.
 */
static const char *
inspect(struct sekisho_buf *mail)
{
	static char text[4096];
	struct sekisho_error err;
	size_t i, len = 0;

	mail_end(mail);
	test_int(inspect_message(engine, mail->data, mail->len, false, pool,
		&found, &err), 0);
	text[0] = '\0';
	if (found.parts[2].true_type[0] != '\0')
		len += (size_t)sprintf(text, "again ");
	for (i = 0; i < found.member_count; i++)
		len += (size_t)sprintf(text + len, "%u %s%s;",
			found.members[i].part, found.members[i].name,
			found.members[i].encrypted ? " encrypted" : "");
	for (i = 0; i < found.finding_count; i++)
		len += (size_t)sprintf(text + len, "%s %u;",
			found.findings[i].name, found.findings[i].part);
	sekisho_buf_free(mail);
	return text;
}

static void
test_places(void)
{
	struct file a = make_zip("a.zip", two, 2, NULL);
	struct file b = make_zip("b.zip", other, 2, NULL);
	struct file nest[] = { a, TEXT_FILE("e.txt"), b };
	struct file c = make_zip("c.zip", nest, 3, NULL);
	struct sekisho_buf mail;

	test_begin("R7: members are of the archive that they are in");
	mail_begin(&mail);
	attach(&mail, &a);
	attach(&mail, &b);
	test_str(inspect(&mail), "3 a.txt;3 b.exe;4 b.exe;4 c/d.js;");

	test_begin("R7: archives in an archive: each name is told once");
	mail_begin(&mail);
	attach(&mail, &c);
	attach(&mail, &a);
	test_str(inspect(&mail), "3 a.zip;3 e.txt;3 b.zip;3 a.txt;3 b.exe;"
		"3 c/d.js;4 a.txt;4 b.exe;");

	test_begin("R7: the same archive twice has its members twice");
	mail_begin(&mail);
	attach(&mail, &a);
	attach(&mail, &b);
	attach(&mail, &a);
	attach(&mail, &a);
	test_str(inspect(&mail), "3 a.txt;3 b.exe;4 b.exe;4 c/d.js;"
		"5 a.txt;5 b.exe;6 a.txt;6 b.exe;");
}

/* A mail with an archive, as a file. */
static struct file
make_mail(const struct file *attached)
{
	struct file file = { .name = "forwarded.eml" };
	struct sekisho_buf mail;
	char *text, *at;

	mail_begin(&mail);
	attach(&mail, attached);
	mail_end(&mail);
	file.len = mail.len;
	file.data = text = pool_strndup(pool, mail.data, mail.len);
	sekisho_buf_free(&mail);
	/* Another boundary than that of the mail around it. */
	for (at = text; (at = strstr(at, "--b\n")) != NULL;)
		at[2] = 'c';
	memcpy(strstr(text, "boundary=b"), "boundary=c", 10);
	memcpy(strstr(text, "--b--"), "--c--", 5);
	return file;
}

static void
test_mails(void)
{
	struct file a = make_zip("a.zip", two, 2, NULL);
	struct file inner = make_mail(&a);
	struct file b = make_zip("b.zip", &inner, 1, NULL);
	struct sekisho_buf mail;

	test_begin("R7: an archive in an attached mail, which has parts");
	mail_begin(&mail);
	sekisho_buf_puts(&mail, "--b\nContent-Type: message/rfc822\n\n");
	sekisho_buf_add(&mail, inner.data, inner.len);
	attach(&mail, &a);
	test_str(inspect(&mail), "6 a.txt;6 b.exe;7 a.txt;7 b.exe;");

	test_begin("R7: an archive in a mail that is a file");
	mail_begin(&mail);
	attach(&mail, &inner);
	test_str(inspect(&mail), "3 a.zip;3 a.zip;3 a.txt;3 b.exe;");

	test_begin("R7: the same file in a mail in an archive, and attached");
	mail_begin(&mail);
	attach(&mail, &b);
	attach(&mail, &a);
	test_str(inspect(&mail), "3 forwarded.eml;3 a.txt;3 b.exe;4 a.txt;"
		"4 b.exe;");
}

static void
test_kinds(void)
{
	static const struct file parts[] = {
		TEXT_FILE("[Content_Types].xml"), TEXT_FILE("_rels/.rels"),
		TEXT_FILE("word/document.xml"), TEXT_FILE("word/run.exe"),
	};
	struct file secret = make_zip("a.zip", two, 2, "secret");
	struct file b = make_zip("b.zip", other, 2, NULL);
	struct file docx = make_zip("a.docx", parts, 4, NULL);
	struct sekisho_buf mail;

	test_begin("R3, R7: names in an encrypted archive beside another");
	mail_begin(&mail);
	attach(&mail, &b);
	attach(&mail, &secret);
	test_str(inspect(&mail), "again 3 b.exe;3 c/d.js;4 a.txt encrypted;"
		"4 b.exe encrypted;Heuristics.Encrypted.Zip 4;");

	test_begin("R7: of a document only what is no part of one");
	mail_begin(&mail);
	attach(&mail, &docx);
	attach(&mail, &b);
	test_str(inspect(&mail), "3 word/run.exe;4 b.exe;4 c/d.js;");
}

/* Where libclamav enters a layer without a word. */
static void
test_hidden(void)
{
	struct file a = make_zip("a.zip", two, 2, NULL);
	struct file b = make_zip("b.zip", other, 2, NULL);
	char *data = pool_alloc(pool, 400 + b.len);
	struct file program = { "setup.exe", data, 400 + b.len };
	struct sekisho_buf mail;

	test_begin("R7: an archive behind a program, and one behind the mail");
	memcpy(data, "MZ", 2);
	memcpy(data + 400, b.data, b.len);
	mail_begin(&mail);
	attach(&mail, &a);
	attach(&mail, &program);
	test_str(inspect(&mail), "3 a.txt;3 b.exe;4 b.exe;4 c/d.js;");
	mail_begin(&mail);
	attach(&mail, &program);
	sekisho_buf_puts(&mail, "--b--\n");
	sekisho_buf_add(&mail, a.data, a.len);
	test_str(inspect(&mail), "again 3 b.exe;3 c/d.js;0 a.txt;"
		"0 setup.exe;0 setup.exe;");
}

int
main(void)
{
	struct sekisho_error err;

	scanner_make();
	pool = pool_new();
	engine = engine_open(scanner_directory, 3600, &err);
	if (engine == NULL || seen_init() < 0) {
		printf("not ok engine: %s\n", err.text);
		scanner_remove();
		return 1;
	}
	test_places();
	test_mails();
	test_kinds();
	test_hidden();
	engine_close(engine);
	scanner_remove();
	pool_free(pool);
	return test_done();
}
