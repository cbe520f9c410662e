/*
 * test-logline.c - what a line of a log is about, and when it was written.
 */
#include <glib.h>
#include <stdlib.h>
#include <time.h>

#include "logline.c"
#include "logtime.c"
#include "test.h"

#define ID "1xXpL0-0005dz-06"
#define STAMP "2026-11-30 00:33:46 "

typedef bool reader(const char *line, struct logline *found);

static const struct {
	reader *read;
	const char *line, *id, *text;	/* id NULL: about no message */
} lines[] = {
	{ logline_exim, STAMP ID " Completed", ID, "Completed" },
	{ logline_exim, "Nov 30 00:33:46 host exim[12]: " ID " Completed", ID,
		"Completed" },
	{ logline_exim, STAMP "+0900 [12] 1xXpL0-00000005dz0-06xx => a",
		"1xXpL0-00000005dz0-06xx", "=> a" },
	{ logline_exim, STAMP ID, NULL, NULL },
	{ logline_exim, STAMP "H=(h) [::1] " ID " => a", NULL, NULL },
	{ logline_exim, STAMP "sekishod[1]: id=x sender=\"a " ID " => b\"",
		NULL, NULL },
	{ logline_exim, "", NULL, NULL },

	{ logline_sekishod, STAMP "sekishod[1]: id=" ID " sender=a@b.test",
		ID, "sender=a@b.test" },
	{ logline_sekishod, STAMP "sekishod[1]: error: id=" ID " x", ID, "x" },
	{ logline_sekishod, STAMP "sekishod[1]: warning: id=" ID, ID, "" },
	{ logline_sekishod, "Nov 30 00:33:46 host sekishod[1]: id=" ID " x",
		ID, "x" },
	{ logline_sekishod, "2026-11-30T00:33:46.1+09:00 host sekishod[1]: id="
		ID " x", ID, "x" },
	{ logline_sekishod, STAMP "sekishod[1]: sekishod has stopped", NULL,
		NULL },
	{ logline_sekishod, STAMP "sekishod[1]: id= x", NULL, NULL },
	{ logline_sekishod, STAMP "sekishod[1]:", NULL, NULL },
	{ logline_sekishod, STAMP "sekishod[1]: error:", NULL, NULL },
	{ logline_sekishod, STAMP "F=<\"a sekishod[1]: id=" ID " x\"@b>", NULL,
		NULL },

	{ logline_dovecot, "Nov 30 lmtp(a)<1><x>: Info: sekisho: id=" ID
		" user=a", ID, ID " user=a" },
	{ logline_dovecot, "Nov 30 lmtp(a): Info: sekisho: id=- user=a", NULL,
		NULL },
	{ logline_dovecot, "Nov 30 imap-login: user=<a: sekisho: id=" ID
		" user=a>", NULL, NULL },
	{ logline_dovecot, STAMP "H=(h) [::1] rejected RCPT <\"a: sekisho: id="
		ID " user=a action=deliver result=ok\"@b.test>", NULL, NULL },

	{ logline_saved, "Nov 30 lmtp(a)<1><x>: Info: msgid=<x@y>: saved",
		"<x@y>", "saved" },
	{ logline_saved, "Nov 30 lmtp(a)<1><x>: Info: msgid=<x@y", NULL, NULL },
};

static void
test_lines(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct logline found;
		char *id;

		test_begin("O5: what a line is about");
		test_int(lines[i].read(lines[i].line, &found),
			lines[i].id != NULL);
		if (lines[i].id == NULL)
			continue;
		id = g_strndup(found.id, found.id_len);
		test_str(id, lines[i].id);
		test_str(found.text, lines[i].text);
		g_free(id);
	}
}

static void
test_values(void)
{
	static const struct {
		const char *text, *value;
	} values[] = {
		{ "a=1 key=x y", "x" },
		{ "a=\"key=no\" key=yes", "yes" },
		{ "a=\"\\\" key=no\" key=\"a b\"", "a b" },
		{ "key=\"\\\"\\\\\\x1b\\346\\227\\245\\9\"", "\"\\\\x1b\u65e5"
			"\\9" },
		{ "key=\"never ends", "never ends" },
		{ "key=\"\\", "\\" },
		{ "key=", "" },
		{ "keys=x", NULL },
		{ "", NULL },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(values); i++) {
		char *value = logline_value(values[i].text, "key");

		test_begin("O5: a value among others");
		if (values[i].value == NULL)
			test_assert(value == NULL);
		else
			test_str(value, values[i].value);
		g_free(value);
	}
}

static void
test_whom(void)
{
	static const struct {
		const char *outcome, *second;
		unsigned int count;
	} outcomes[] = {
		{ "R4 tag [A to \"B] to a@x,b@y", "b@y", 2 },
		{ "none to \"x y\"@x,\"a, to \\\" b\"@x",
			"\"a, to \\\" b\"@x", 2 },
		{ "none to \"a to b\"@x", NULL, 1 },
		{ "none to \"a", NULL, 0 },
		{ "none", NULL, 0 },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		const char *whom = logline_whom(outcomes[i].outcome);
		char **list = logline_addresses(whom == NULL ? "" : whom, ",");

		test_begin("O5: whom an outcome is for");
		test_int(g_strv_length(list), outcomes[i].count);
		if (outcomes[i].count > 1)
			test_str(list[1], outcomes[i].second);
		g_strfreev(list);
	}
}

static void
test_times(void)
{
	static const struct {
		const char *line;
		long long when;
	} times[] = {
		{ "2026-11-30 00:33:46 x", 1795998826 },
		{ "2026-11-30T00:33:46.123456+00:00 x", 1795998826 },
		{ "2026-11-30 09:33:46.123 +0900 x", 1795998826 },
		{ "2026-11-29T19:33:46-05:00 x", 1795998826 },
		{ "2026-11-30T00:33:46Z x", 1795998826 },
		{ "Nov 30 00:33:46 x", 1795998826 },
		{ "Jan  1 00:00:00 x", 1798761600 },	/* of the next year */
		{ "2026-11-30", 1795998000 },
		{ "Nov 30", 1795998000 },
		{ "", 1795998000 },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(times); i++) {
		test_begin("O5: when a line was written");
		test_int(logline_time(times[i].line, 1795998000),
			times[i].when);
	}
	test_begin("O5: when Exim made an id");
	test_int(logline_id_time(ID), 1795998826);
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_lines();
	test_values();
	test_whom();
	test_times();
	return test_done();
}
