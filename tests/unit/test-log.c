/*
 * test-log.c - a line is a line, and a value ends where it ends (SPEC O1).
 */
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

static const struct {
	const char *value;
	const char *expected;
} values[] = {
	{ "plain", "k=plain" },
	{ "関所", "k=関所" },
	{ "a=b,c;d", "k=a=b,c;d" },
	{ "", "k=\"\"" },
	{ "a b", "k=\"a b\"" },
	{ "a\"b", "k=\"a\\\"b\"" },
	{ "a\\", "k=\"a\\\\\"" },
	{ "a\nb k=c", "k=\"a\\x0ab k=c\"" },
	{ "\x1b[2J\x7f", "k=\"\\x1b[2J\\x7f\"" },
	{ "\t", "k=\"\\x09\"" },
};

static void
test_file(void)
{
	char file[] = "/tmp/test-log-XXXXXX", line[4000], text[3000];
	struct sekisho_error err = { "" };
	FILE *in;

	test_begin("O1: a line with time, process and level");
	close(mkstemp(file));
	test_int(log_open(file, &err), 0);
	log_line(LOG_LEVEL_INFO, "a=%d", 1);
	log_line(LOG_LEVEL_ERROR, "b");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_line(LOG_LEVEL_WARNING, "%s", text);
	in = fopen(file, "re");
	test_assert(fgets(line, sizeof(line), in) != NULL);
	test_assert(strlen(line) > 20 && line[4] == '-' && line[13] == ':');
	test_assert(strstr(line, " sekishod[") && strstr(line, "]: a=1\n"));
	test_assert(fgets(line, sizeof(line), in) != NULL);
	test_assert(strstr(line, "]: error: b\n") != NULL);
	test_assert(fgets(line, sizeof(line), in) != NULL);
	test_assert(strstr(line, "]: warning: xxx") != NULL);
	test_assert(strlen(line) > 3000 && fgets(line, 4, in) == NULL);
	fclose(in);
	unlink(file);
	test_begin("O1: a log that is opened again goes on in the new file");
	test_int(log_open(file, &err), 0);
	log_line(LOG_LEVEL_INFO, "c");
	in = fopen(file, "re");
	test_assert(fgets(line, sizeof(line), in) != NULL);
	test_assert(strstr(line, "]: c\n") && fgets(line, 4, in) == NULL);
	fclose(in);
	unlink(file);
	test_begin("O1: a log that cannot be opened");
	test_int(log_open("/nonexistent/log", &err), -1);
	test_str(err.text, "log: cannot open /nonexistent/log: "
		"No such file or directory");
}

int
main(void)
{
	struct sekisho_buf line;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		test_begin("O1: no value can pose as another, or end the line");
		sekisho_buf_init(&line, 1000);
		log_add(&line, "k", values[i].value);
		test_str(line.data, values[i].expected);
		sekisho_buf_free(&line);
	}
	test_begin("O1: pairs have blanks between them");
	log_add(&line, "a", "1");
	log_add(&line, "b", "");
	log_add(&line, "c", "3");
	test_str(line.data, "a=1 b=\"\" c=3");
	sekisho_buf_free(&line);
	test_file();
	return test_done();
}
