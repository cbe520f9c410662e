/*
 * test-signatures.c - our own signatures are in the form of a .ldb file; that
 * they are found is tested with the engine in test-inspect.c (SPEC R3).
 */
#include <stdio.h>

#include "signatures.h"
#include "test.h"

/* "Name;Engine:..,Target:..;expression;hex ...", no blanks. */
static void
check_line(const char *line, size_t len)
{
	size_t i, fields = 0;

	test_assert(strncmp(line, "Sekisho.", 8) == 0);
	for (i = 0; i < len; i++) {
		fields += line[i] == ';';
		test_assert(line[i] > ' ' && line[i] < 0x7f);
	}
	test_assert(fields >= 3);
}

int
main(void)
{
	struct sekisho_buf lines, canary;
	char hex[200] = "";
	const char *line;
	size_t i, count = 0, len;

	sekisho_buf_init(&lines, 65536);
	sekisho_buf_init(&canary, 1000);
	signatures_write(&lines);
	signatures_canary(&canary);
	test_begin("R3: every signature is a line of its own");
	test_assert(!lines.failed && lines.data[lines.len - 1] == '\n');
	for (line = lines.data; *line != '\0'; line += len + 1, count++) {
		len = strcspn(line, "\n");
		check_line(line, len);
	}
	test_int((long long)count, 8);

	test_begin("R1: the canary's signature is the canary in hexadecimal");
	for (i = 0; i < canary.len; i++)
		snprintf(hex + 2 * i, 3, "%02x",
			(unsigned char)canary.data[i]);
	test_assert(strstr(lines.data, hex) != NULL);
	test_assert(strncmp(lines.data, "Sekisho.Test.Canary;", 20) == 0);
	test_begin("R3: no signature contains what it finds");
	test_assert(strstr(lines.data, "SEKISHO-CANARY") == NULL);
	sekisho_buf_free(&lines);
	sekisho_buf_free(&canary);
	return test_done();
}
