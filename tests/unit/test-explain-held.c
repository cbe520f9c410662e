/*
 * test-explain-held.c - what came in, out of a mail of the quarantine.
 */
#include "explain_held.c"
#include "test.h"

#define SEAL "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HELD "X-Sekisho-Held: v=1; id=1xXpL0-0005dz-06; time=1795998826; " \
	"class=spam;\n\trule=R4; reason=Inbound%20spam; sender=; " \
	"recipient=bob@x.test;\n key=0b9c24e1; seal=" SEAL "\n"

#define SECOND "X-Sekisho-Held: v=2; id=1; time=1; class=spam; rule=R4; " \
	"reason=Inbound%20spam; sender=; from=a@x.test; proof=dkim; " \
	"recipient=bob@x.test; key=0b9c24e1; seal=" SEAL "\n"

static const struct {
	const char *headers, *kept;	/* kept NULL: no held mail */
} mails[] = {
	{ "From: a\n" HELD "X-Sekisho-Reason: spam\n (R4)\nTo: b\n",
		"From: a\nTo: b\n" },
	{ "text:\nFrom: a\n b\n" HELD, "From: a\n b\n" },
	{ "From: a\ntext:\n" HELD, "From: a\ntext:\n" },
	{ HELD, "" },
	{ HELD HELD, HELD },
	{ SECOND, "" },
	{ "From: a\n", NULL },
	{ "X-Sekisho-Held: v=1\n", NULL },
	{ "X-Sekisho-Held:", NULL },
	{ "", NULL },
};

static void
test_take(void)
{
	size_t i;

	for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		struct sekisho_held held;
		struct sekisho_buf headers, line;
		struct sekisho_error err;
		int result;

		test_begin("O2: the fields of the quarantine");
		sekisho_buf_init(&headers, 65536);
		sekisho_buf_init(&line, 65536);
		sekisho_buf_puts(&headers, mails[i].headers);
		result = explain_held_take(&headers, &held, &err);
		test_int(result, mails[i].kept == NULL ? -1 : 0);
		if (result == 0) {
			test_str(headers.data == NULL ? "" : headers.data,
				mails[i].kept);
			test_str(held.sender, "");
			test_str(held.recipient, "bob@x.test");
			explain_held_print(&held, &line);
			test_assert(strstr(line.data, " rule=R4 class=spam "
				"reason=\"Inbound spam\"") != NULL);
			test_int(strstr(line.data, " from=a@x.test "
				"proof=dkim\n") != NULL, *held.proof != '\0');
			sekisho_held_free(&held);
		}
		sekisho_buf_free(&headers);
		sekisho_buf_free(&line);
	}
}

int
main(void)
{
	test_take();
	return test_done();
}
