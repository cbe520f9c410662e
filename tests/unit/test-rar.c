/*
 * test-rar.c - names, sizes and encryption in RAR archives (SPEC R3, R7).
 */
#include <stdlib.h>

#include "rar.h"
#include "test.h"

#define MARK4 "Rar!\x1a\x07\x00"
#define MAIN4 "\0\0\x73\0\0\x0d\0" "\0\0\0\0\0\0"
#define MAIN4_ENCRYPTED "\0\0\x73\x80\0\x0d\0" "\0\0\0\0\0\0"
/* A file header with flags, its size, packed and unpacked size, name. */
#define FILE4(flags, size, packed, unpacked, name_len) \
	"\0\0\x74" flags size packed unpacked \
	"\x03" "\0\0\0\0" "\0\0\0\0" "\x1d\x30" name_len "\x20\0\0\0"

#define MARK5 "Rar!\x1a\x07\x01\x00"
/* CRC, then header size, type, flags */
#define HEAD5(size, type, flags) "\0\0\0\0" size type flags
#define MAIN5 HEAD5("\x03", "\x01", "\0") "\0"
/* flags of the file, unpacked size, attributes, method, system */
#define FILE5(unpacked, name_len) "\0" unpacked "\0" "\0" "\0" name_len

static const struct {
	const char *data;
	size_t len;
	const char *expected;	/* "name size encrypted;" of each */
} archives[] = {
#define CASE(text) text, sizeof(text) - 1
	{ CASE(MARK4), "" },
	{ CASE(MARK4 MAIN4 FILE4("\0\x80", "\x25\0", "\2\0\0\0", "\5\0\0\0",
	  "\5\0") "a.txt" "xx" FILE4("\4\x80", "\x25\0", "\2\0\0\0",
	  "\xff\0\0\0", "\5\0") "b.exe" "xx"),
	  "a.txt 5 open;b.exe 255 encrypted;" },
	/* 2: encrypted headers show nothing */
	{ CASE(MARK4 MAIN4_ENCRYPTED "xxxxxxxxxxxxxxx"), "headers;" },
	/* 3: a name in two forms, the first one counts */
	{ CASE(MARK4 FILE4("\0\x82", "\x27\0", "\0\0\0\0", "\1\0\0\0",
	  "\7\0") "a.exe\0u"), "a.exe 1 open;" },
	/* 4: more than 4 GiB */
	{ CASE(MARK4 FILE4("\0\x81", "\x29\0", "\0\0\0\0", "\1\0\0\0",
	  "\1\0") "\0\0\0\0" "\1\0\0\0" "a"), "a 4294967297 open;" },
	/* 5: cut off, and lies about sizes */
	{ CASE(MARK4 FILE4("\0\x80", "\x25\0", "\xff\xff\xff\xff", "\5\0\0\0",
	  "\5\0") "a.txt"), "a.txt 5 open;" },
	{ CASE(MARK4 FILE4("\0\x80", "\0\0", "\0\0\0\0", "\5\0\0\0",
	  "\5\0") "a.txt"), "" },
	{ CASE(MARK4 FILE4("\0\x80", "\x25\0", "\0\0\0\0", "\5\0\0\0",
	  "\xff\xff") "a"), "a 5 open;" },
	{ CASE(MARK4 "\0\0\x74\0\x80\x25\0" "\0\0"), "" },
	{ CASE(MARK4 "\0\0\x7b\0\x40\x07\0"), "" },
	/* 10: version 5 */
	{ CASE(MARK5), "" },
	{ CASE(MARK5 MAIN5 HEAD5("\x0e", "\2", "\2") "\3" FILE5("\x7f",
	  "\5") "a.exe" "xxx" HEAD5("\x0a", "\2", "\0") FILE5("\x80\1",
	  "\1") "b"), "a.exe 127 open;b 128 open;" },
	/* 12: encryption of a file, among other records */
	{ CASE(MARK5 HEAD5("\x10", "\2", "\1") "\6" FILE5("\1", "\1") "a"
	  "\2\3x" "\2\1x"), "a 1 encrypted;" },
	{ CASE(MARK5 HEAD5("\x0d", "\2", "\1") "\3" FILE5("\1", "\1") "a"
	  "\2\3x"), "a 1 open;" },
	{ CASE(MARK5 HEAD5("\x05", "\4", "\0") "\0\0\x0f"), "headers;" },
	/* 15: with a modification time and a CRC */
	{ CASE(MARK5 HEAD5("\x11", "\2", "\0") "\6" "\1" "\0" "tttt" "cccc"
	  "\0" "\0" "\1" "a"), "a 1 open;" },
	/* 16: cut off, and lies */
	{ CASE(MARK5 HEAD5("\xff\x01", "\2", "\0")), "" },
	{ CASE(MARK5 HEAD5("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\2",
	  "\0")), "" },
	{ CASE(MARK5 HEAD5("\x09", "\2", "\0") FILE5("\1", "\x7f") "a"),
	  "a 1 open;" },
	{ CASE(MARK5 HEAD5("\x0a", "\2", "\1") "\x7f" FILE5("\1", "\1") "a"),
	  "a 1 open;" },
	{ CASE(MARK5 HEAD5("\x0a", "\2", "\2") "\x7f" FILE5("\1", "\1") "a"
	  MAIN5), "a 1 open;" },
	{ CASE(MARK5 HEAD5("\x03", "\2", "\0") "\0" MAIN5), "" },
#undef CASE
};

/* What is in exactly these bytes. */
static void
list(const char *data, size_t len, char *text, size_t size)
{
	char *copy = malloc(len + (len == 0));
	struct rar_member member;
	struct rar rar;
	size_t used = 0, limit = 1000;

	memcpy(copy, data, len);
	*text = '\0';
	if (!rar_open(&rar, copy, len))
		snprintf(text, size, "none");
	else
		while (rar_next(&rar, &member) == 1 && limit-- > 0 &&
		    used < size)
			used += (size_t)snprintf(text + used, size - used,
				"%.*s %llu %s;", (int)member.name_len,
				member.name, (unsigned long long)member.size,
				member.encrypted ? "encrypted" : "open");
	test_assert(limit > 0);
	if (rar.encrypted && used < size)
		snprintf(text + used, size - used, "headers;");
	free(copy);
}

int
main(void)
{
	static char names[sizeof(archives) / sizeof(archives[0])][32];
	char text[4096];
	size_t i, len;

	for (i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R3, R7: RAR case %zu",
			i);
		test_begin(names[i]);
		list(archives[i].data, archives[i].len, text, sizeof(text));
		test_str(text, archives[i].expected);
		for (len = 0; len < archives[i].len; len++)
			list(archives[i].data, len, text, sizeof(text));
	}
	test_begin("R3, R7: what is no RAR archive");
	list("Rar!\x1a\x07", 6, text, sizeof(text));
	test_str(text, "none");
	list("Rar?\x1a\x07\x00", 7, text, sizeof(text));
	test_str(text, "none");
	list("", 0, text, sizeof(text));
	test_str(text, "none");
	return test_done();
}
