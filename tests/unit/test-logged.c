/*
 * test-logged.c - mails out of sekishod's log, and its findings one by one.
 */
#include <stdlib.h>

#include "logfinding.c"
#include "logged.c"
#include "test.h"

#define LINE "2026-11-30 03:29:40 sekishod[21525]: id=1xXs5D-0005cn-3B "
#define FROM LINE "sender=a@partner.test client=192.0.2.1 size=1304 " \
	"direction=inbound "

static struct pool *pool;
static struct logged logged;

static bool
read_line(const char *text)
{
	struct logline line;

	return logline_sekishod(text, &line) &&
		logged_read(&logged, pool, &line);
}

static void
test_whole(void)
{
	test_begin("logged: a line with everything");
	test_assert(read_line(FROM "findings=\"password-protected:X(2 a.zip) "
		"virus:Eicar(3.1 e (1).zip/b c.com)\" spam-score=65 "
		"approved=d@x.test blocked=bob@x.test rules=R1,R3 "
		"deliver=\"R1,R3 tag [A to B] changes 2 to c@x.test,d@x.test\" "
		"hold=\"R1,hold-bob to bob@x.test and 20 more\" ms=19"));
	test_str(logged.message.id, "1xXs5D-0005cn-3B");
	test_str(logged.message.sender, "a@partner.test");
	test_str(logged.message.client_address, "192.0.2.1");
	test_str(logged.message.spam_score, "65");
	test_assert(!logged.message.inside);
	test_int((int)logged.inspection.parts[0].size, 1304);
	test_int((int)logged.message.recipient_count, 3);
	test_str(logged.message.recipients[1], "d@x.test");
	test_str(logged.message.recipients[2], "bob@x.test");
	test_str(logged.fired[1], ",R1,R3,");
	test_str(logged.fired[2], ",R1,hold-bob,");
	test_int(logged.opinions[0], OPINION_NONE);
	test_int(logged.opinions[1], OPINION_APPROVED);
	test_int(logged.opinions[2], OPINION_BLOCKED);
	test_int((int)logged.unnamed, 20);
	test_int((int)logged.inspection.finding_count, 2);
	test_int(logged.inspection.findings[1].kind, FINDING_VIRUS);
	test_str(logged.inspection.findings[1].name, "Eicar");
	test_str(logged.inspection.parts[2].path, "3.1");
	test_str(logged.inspection.parts[2].filename, "e (1).zip/b c.com");
}

static void
test_quoted(void)
{
	test_begin("logged: recipients whose quotes hold blanks and commas");
	test_assert(read_line(FROM "findings=none approved=\"\\\"a, b\\\"@x\" "
		"rules=none deliver=\"none to c@x,\\\"a, b\\\"@x\" "
		"hold=\"R4 to \\\"x and y\\\"@x and 2 more\" ms=1"));
	test_int((int)logged.message.recipient_count, 3);
	test_str(logged.message.recipients[1], "\"a, b\"@x");
	test_str(logged.message.recipients[2], "\"x and y\"@x");
	test_int(logged.opinions[1], OPINION_APPROVED);
	test_int((int)logged.unnamed, 2);
}

static void
test_cleanable(void)
{
	test_begin("logged: what was cleaned could be, what was deleted not");
	test_assert(read_line(FROM "findings=\"virus:A(2 a)\" "
		"deliver=\"R1 changes 1 to a@x\""));
	logged_doubt(&logged, false);
	test_assert(logged.inspection.findings[0].cleanable);
	test_assert(read_line(FROM "findings=\"virus:A(2 a)\" "
		"delete=\"R1 to a@x\""));
	logged_doubt(&logged, true);
	test_assert(!logged.inspection.findings[0].cleanable);
	test_assert(read_line(FROM "findings=\"virus:A(2 a)\" "
		"hold=\"Q1 to a@x\""));
	logged_doubt(&logged, true);
	test_assert(logged.inspection.findings[0].cleanable);
	logged_doubt(&logged, false);
	test_assert(!logged.inspection.findings[0].cleanable);
	test_assert(read_line(FROM "findings=\"virus:A(2 a)\" "
		"delete=\"R10 to a@x\""));
	logged_doubt(&logged, true);
	test_assert(logged.inspection.findings[0].cleanable);
	test_assert(read_line(FROM "findings=\"virus:A(2 a)\" "
		"deliver=\"R3,R1 changes 1 to a@x\""));
	logged_doubt(&logged, false);
	test_assert(logged.inspection.findings[0].cleanable);
}

static void
test_others(void)
{
	static const char *const lines[] = {
		FROM "findings=many rules=R1 deliver=\"R1 to a@x\"",
		FROM "findings=\"virus:A\" deliver=\"R1 to a@x\"",
		FROM "findings= deliver=\"R1 to a@x\"",
		FROM "findings=none rules=none",
		FROM "findings=none deliver=\"R1\"",
		FROM "defer=\"none to a@x\" error=\"no scanner\"",
		LINE "inspectors died",
		"2026-11-30 03:29:40 sekishod[1]: reload: policy x",
		"",
	};
	size_t i;

	test_begin("logged: lines that tell of no decision");
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (read_line(lines[i]))
			test_fail(__FILE__, __LINE__, lines[i]);
	test_begin("logged: local mail, and a bounce");
	test_assert(read_line(LINE "sender=\"\" client=local user=bob size=1 "
		"direction=outbound+local findings=none "
		"deliver=\"none to \\\"a to b\\\"@x,c@y\""));
	test_str(logged.message.sender, "");
	test_str(logged.message.client_address, "");
	test_str(logged.message.authenticated_id, "bob");
	test_assert(logged.message.inside);
}

int
main(void)
{
	pool = pool_new();
	test_whole();
	test_quoted();
	test_cleanable();
	test_others();
	pool_free(pool);
	return test_done();
}
