/*
 * test-tnef.c - names and files of winmail.dat, and what is found in them
 * (SPEC R1, R7).
 */
#include "scanner.h"
#include "test.h"
#include "tnef.h"

static struct sekisho_buf file;

static void
number(struct sekisho_buf *buf, uint32_t value, size_t len)
{
	unsigned char byte;

	for (; len > 0; len--, value >>= 8) {
		byte = (unsigned char)value;
		sekisho_buf_add(buf, &byte, 1);
	}
}

static void
attribute(uint32_t id, const void *data, size_t len)
{
	number(&file, 2, 1);
	number(&file, id, 4);
	number(&file, (uint32_t)len, 4);
	sekisho_buf_add(&file, data, len);
	number(&file, 0, 2);
}

/* A property with a length of its own, filled up to four bytes. */
static void
property(struct sekisho_buf *buf, uint32_t type, uint32_t id,
	const void *data, size_t len)
{
	number(buf, type, 2);
	number(buf, id, 2);
	number(buf, 1, 4);
	number(buf, (uint32_t)len, 4);
	sekisho_buf_add(buf, data, len);
	number(buf, 0, (4 - len % 4) % 4);
}

static void
file_begin(void)
{
	sekisho_buf_init(&file, 1 << 20);
	number(&file, 0x223e9f78, 4);
	number(&file, 1, 2);
	attribute(0x00089006, "\0\0\1\0", 4);
	attribute(0x00069002, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
}

/* A short name, the contents, then the long name and an object. */
static void
file_make(const char *data, size_t len)
{
	struct sekisho_buf properties;

	file_begin();
	attribute(0x00018010, "A~1.TXT", 8);
	attribute(0x0006800f, data, len);
	sekisho_buf_init(&properties, 1 << 20);
	number(&properties, 5, 4);
	number(&properties, 0x0003, 2);		/* a number */
	number(&properties, 0x3705, 2);
	number(&properties, 1, 4);
	number(&properties, 0x001e, 2);		/* one with a name */
	number(&properties, 0x8001, 2);
	sekisho_buf_add(&properties, "0123456789abcdef", 16);
	number(&properties, 1, 4);
	number(&properties, 6, 4);
	sekisho_buf_add(&properties, "a\0b\0\0\0\0\0", 8);
	number(&properties, 1, 4);
	number(&properties, 2, 4);
	sekisho_buf_add(&properties, "x\0\0\0", 4);
	property(&properties, 0x001f, 0x3707, "l\0o\0n\0g\0.\0e\0x\0e\0\0", 18);
	property(&properties, 0x001e, 0x3704, "short.exe", 10);
	property(&properties, 0x000d, 0x3701, "0123456789abcdefobject", 22);
	attribute(0x00069005, properties.data, properties.len);
	sekisho_buf_free(&properties);
}

static int
on_piece(void *context, const struct tnef_piece *piece)
{
	struct sekisho_buf *shown = context;
	size_t i;

	sekisho_buf_puts(shown, piece->name ? "name " : "data ");
	for (i = 0; i < piece->len; i += piece->wide ? 2 : 1)
		sekisho_buf_add(shown, piece->data + i, 1);
	sekisho_buf_puts(shown, ";");
	return 0;
}

static void
test_read(void)
{
	struct sekisho_buf shown;
	size_t len;
	char *copy;

	test_begin("R7: names and contents in TNEF");
	file_make("hello", 5);
	sekisho_buf_init(&shown, 1 << 20);
	test_int(tnef_read(file.data, file.len, on_piece, &shown), 0);
	test_str(shown.data, "name A~1.TXT;data hello;name long.exe;"
		"name short.exe;data object;data 0123456789abcdefobject;");
	for (len = 0; len < file.len; len++) {
		copy = malloc(len + (len == 0));
		memcpy(copy, file.data, len);
		shown.len = 0;
		tnef_read(copy, len, on_piece, &shown);
		free(copy);
	}
	shown.len = 0;
	tnef_read("hello, world", 12, on_piece, &shown);
	test_int((long long)shown.len, 0);
	sekisho_buf_free(&shown);
	sekisho_buf_free(&file);
}

static void
test_inspect(struct engine *engine)
{
	struct sekisho_error err = { "" };
	struct inspection found;
	struct sekisho_buf mail;
	struct pool *pool = pool_new();
	size_t i, names = 0;

	test_begin("R1, R7: a virus in winmail.dat, and the names in it");
	file_make(VIRUS, strlen(VIRUS));
	mail_begin(&mail);
	mail_attach(&mail, "winmail.dat", file.data, file.len);
	mail_end(&mail);
	test_int(inspect_message(engine, mail.data, mail.len, false, pool,
		&found, &err), 0);
	test_int((long long)found.finding_count, 1);
	if (found.finding_count == 1) {
		test_int(found.findings[0].part, 3);
		test_assert(found.findings[0].cleanable);
	}
	for (i = 0; i < found.member_count; i++)
		names += found.members[i].part == 3 &&
			strcmp(found.members[i].name, "long.exe") == 0;
	test_int((long long)names, 1);
	sekisho_buf_free(&mail);
	sekisho_buf_free(&file);
	pool_free(pool);
}

int
main(void)
{
	struct sekisho_error err = { "" };
	struct engine *engine;

	test_read();
	scanner_make();
	engine = engine_open(scanner_directory, 3600, &err);
	if (engine != NULL)
		test_inspect(engine);
	else
		test_fail(__FILE__, __LINE__, err.text);
	engine_close(engine);
	scanner_remove();
	return test_done();
}
