/*
 * test-error.c - the sentence of an error can be logged as it is.
 */
#include "sekisho.h"
#include "test.h"

int
main(void)
{
	struct sekisho_error err = { "" };
	char text[2000];

	test_begin("error: the sentence is formatted, the result is -1");
	test_int(sekisho_error_set(&err, "%s:%d: wrong", "a", 3), -1);
	test_str(err.text, "a:3: wrong");
	test_begin("error: nobody need listen");
	test_int(sekisho_error_set(NULL, "x"), -1);
	test_begin("error: controls cannot fake a line of the log");
	sekisho_error_set(&err, "a\nb\r\tc\x7f\x1b[0m 関");
	test_str(err.text, "a?b??c??[0m 関");
	test_begin("error: a long sentence is cut");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	sekisho_error_set(&err, "%s", text);
	test_int((long long)strlen(err.text), sizeof(err.text) - 1);
	return test_done();
}
