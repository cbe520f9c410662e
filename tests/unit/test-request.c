/*
 * test-request.c - requests and answers arrive as they were, and nothing else
 * is taken for one.
 */
#include <stdlib.h>

#include "request.h"
#include "test.h"

static struct sekisho_field fields[] = {
	{ "user", "alice" }, { "entry", "a@x.test" }, { "entry", "" },
};

static void
test_request(void)
{
	struct sekisho_request request = { "add", fields, 3 }, got;
	struct sekisho_buf buf;
	size_t cut;

	test_begin("request: round trip, and every cut is refused");
	sekisho_buf_init(&buf, 1000);
	sekisho_request_encode(&request, &buf);
	test_int(sekisho_request_decode(&got, buf.data, buf.len, NULL), 0);
	test_str(got.verb, "add");
	test_int((long long)got.field_count, 3);
	test_str(got.fields[1].value, "a@x.test");
	test_str(sekisho_field_get(got.fields, 3, "entry"), "a@x.test");
	test_str(sekisho_field_get(got.fields, 3, "none"), "");
	free(got.fields);
	for (cut = 0; cut < buf.len; cut++)
		test_int(sekisho_request_decode(&got, buf.data, cut, NULL),
			-1);
	sekisho_buf_add(&buf, "", 1);
	test_int(sekisho_request_decode(&got, buf.data, buf.len, NULL), -1);
	sekisho_buf_free(&buf);
}

static void
test_answer(void)
{
	struct sekisho_answer got, answer = { .status = SEKISHO_STATUS_LIMIT,
		.field = "entry", .text = "50 are enough", .fields = fields,
		.field_count = 1 };
	struct sekisho_buf buf;

	test_begin("answer: round trip; an unknown status is refused");
	sekisho_buf_init(&buf, 1000);
	sekisho_answer_encode(&answer, &buf);
	test_int(sekisho_answer_decode(&got, buf.data, buf.len, NULL), 0);
	test_int(got.status, SEKISHO_STATUS_LIMIT);
	test_str(got.field, "entry");
	test_str(got.text, "50 are enough");
	test_str(got.fields[0].name, "user");
	free(got.fields);
	buf.data[3] = SEKISHO_STATUSES;
	test_int(sekisho_answer_decode(&got, buf.data, buf.len, NULL), -1);
	sekisho_buf_free(&buf);
	test_str(sekisho_status_name(SEKISHO_STATUS_NOT_FOUND), "not-found");
	test_str(sekisho_status_name(SEKISHO_STATUSES), "?");
}

static void
test_call(void)
{
	struct sekisho_request request = { "add", fields, 1 };
	struct sekisho_answer answer;
	struct sekisho_error err;

	test_begin("call: no sekishod is an error that says what to do");
	test_int(sekisho_request_call("/nonexistent/control.sock", &request,
		-1, sekisho_deadline(1000), &answer, &err), -1);
	test_str(err.text, "cannot connect to /nonexistent/control.sock: "
		"No such file or directory; is sekishod running?");
}

int
main(void)
{
	test_request();
	test_answer();
	test_call();
	return test_done();
}
