/*
 * test-command.c - another program's output, status and end.
 */
#include "command.h"

#include "channel.h"
#include "test.h"

struct expected {
	const char *argv[5];
	const char *input;
	int status;
	const char *said;
};

static int
run(const char *const *argv, const char *input, int64_t patience, size_t max,
	char *said, size_t size)
{
	struct command command = { .argv = argv, .input = input,
		.deadline = sekisho_deadline(patience) };
	struct sekisho_error err = { "" };
	struct sekisho_buf out;
	int status;

	sekisho_buf_init(&out, max);
	status = command_run(&command, &out, &err);
	snprintf(said, size, "%s", status < 0 ? err.text :
		out.len == 0 ? "" : out.data);
	sekisho_buf_free(&out);
	return status;
}

static void
test_programs(void)
{
	static const struct expected cases[] = {
		{ { "echo", "$HOME", "; ls" }, NULL, 0, "$HOME ; ls\n" },
		{ { "/bin/cat" }, "one\ntwo\n", 0, "one\ntwo\n" },
		{ { "/bin/cat" }, NULL, 0, "" },
		{ { "/bin/sh", "-c", "echo a; echo b >&2; exit 3" }, NULL, 3,
			"a\nb\n" },
		{ { "/bin/sh", "-c", "kill -9 $$" }, NULL, 128 + 9, "" },
		{ { "/nonexistent" }, NULL, -1,
			"/nonexistent: cannot be run" },
	};
	char said[256];
	size_t i;

	test_begin("command: what a program says, and its exit status");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_int(run(cases[i].argv, cases[i].input, 10000, 1024, said,
			sizeof(said)), cases[i].status);
		test_str(said, cases[i].said);
	}
}

static void
test_limits(void)
{
	static const char *const sleeper[] = { "/bin/sh", "-c",
		"echo a; sleep 600; echo b", NULL };
	static const char *const talker[] = { "/bin/sh", "-c",
		"i=0; while [ $i -lt 20000 ]; do echo 0123456789; "
		"i=$((i + 1)); done", NULL };
	int64_t begin = sekisho_now();
	char said[256];

	test_begin("command: at the deadline it is killed, with its children");
	test_int(run(sleeper, NULL, 300, 1024, said, sizeof(said)), -1);
	test_str(said, "/bin/sh: does not end");
	test_assert(sekisho_now() - begin < 60000);

	test_begin("command: who says too much is heard to the end");
	test_int(run(talker, NULL, 60000, 100, said, sizeof(said)), 0);
	test_assert(strlen(said) < 100);
}

int
main(void)
{
	test_programs();
	test_limits();
	return test_done();
}
