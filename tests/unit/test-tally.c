/*
 * test-tally.c - what lines of logs add to a report (O3).
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report_page.h"
#include "tally.c"
#include "tally_sekishod.c"
#include "test.h"

#define ID "1xXpL0-0005dz-06"
#define OTHER "1xXpL0-0005dz-07"
#define DAY_BEGIN 1796083200	/* 2026-12-01 00:00:00 UTC */
#define SEKISHOD(text) "2026-12-01 10:00:00 sekishod[1]: id=" ID " " text
#define MAIL(text) SEKISHOD("sender=a@b.test client=local size=900 " text)
#define DOVECOT(text) "Dec 01 10:00:00 imap(bob)<1><x>: Info: sekisho: id=" \
	ID " user=bob@example.test " text

static const struct {
	const char *lines[3];
	enum tally_kind kind;
	int64_t count;
} cases[] = {
	{ { MAIL("direction=inbound findings=none rules=none "
		"deliver=\"none to a@x\" ms=5") }, TALLY_INBOUND, 1 },
	{ { MAIL("direction=outbound+local findings=none rules=none "
		"deliver=\"none to a@x\" ms=5") }, TALLY_BOTH, 1 },
	{ { MAIL("direction=inbound findings=none rules=none "
		"deliver=\"none to a@x,b@y\" deliver=\"R tag [A to B] to c@x\" "
		"ms=5") }, TALLY_DELIVER, 3 },
	{ { MAIL("direction=inbound findings=none rules=R "
		"hold=\"R to a@x,b@y and 498 more\" ms=5") }, TALLY_HOLD,
		500 },
	{ { MAIL("direction=inbound findings=none rules=R hold=\"R to "
		"\\\"x y\\\"@x,\\\"a, to b\\\"@x,c@y and 2 more\" ms=5") },
		TALLY_HOLD, 5 },
	/* Nothing was judged: it is no ordinary delivery. */
	{ { MAIL("direction=inbound deliver=\"none to a@x\" error=\"b\" ms=5")
		}, TALLY_DELIVER, 0 },
	{ { MAIL("direction=inbound deliver=\"none to a@x\" error=\"b\" ms=5")
		}, TALLY_UNSCANNED, 1 },
	/* A 451 is told by both, of all recipients, and is one. */
	{ { MAIL("direction=inbound defer=\"none to a@x,b@y\" error=\"b\" "
		"ms=5"), "2026-12-01 10:00:00 " ID " sekisho: id=" ID
		" action=defer error=\"b\"" }, TALLY_DEFER, 1 },
	{ { "2026-12-01 10:00:00 " ID " sekisho: id=" ID " action=defer",
		MAIL("direction=inbound defer=\"none to a@x\" error=\"b\" "
		"ms=5"), "2026-12-01 10:00:00 " OTHER " sekisho: id=" OTHER
		" action=defer" }, TALLY_DEFER, 2 },
	{ { MAIL("direction=inbound findings=\"virus:A(2 a.com) virus:B(3 )\" "
		"rules=V delete=\"V to a@x\" ms=5") }, TALLY_VIRUS, 1 },
	{ { MAIL("direction=inbound findings=\"macro:A(2 virus:b)\" "
		"rules=V delete=\"V to a@x\" ms=5") }, TALLY_VIRUS, 0 },
	{ { MAIL("direction=inbound findings=none rules=none "
		"deliver=\"none to a@x\" notice=a@b notice=c@d ms=5") },
		TALLY_NOTICE, 2 },
	{ { "2026-12-01 10:00:00 sekishod[1]: warning: id=" ID " no notice to "
		"a@b: notices-per-hour is reached" }, TALLY_NO_NOTICE, 1 },
	{ { DOVECOT("action=hold result=ok") }, TALLY_FILED, 1 },
	{ { DOVECOT("action=hold result=there-already") }, TALLY_FILED, 0 },
	{ { DOVECOT("action=deliver folder=INBOX result=ok") },
		TALLY_RELEASED, 1 },
	{ { DOVECOT("action=deliver approved=a@b result=ok") },
		TALLY_APPROVED, 1 },
	{ { DOVECOT("action=deliver approved=a@b result=ok") },
		TALLY_RELEASED, 0 },
	{ { DOVECOT("action=delete result=refused text=no") }, TALLY_REMOVED,
		0 },
	{ { DOVECOT("action=evict result=ok"), DOVECOT("action=expire "
		"result=ok") }, TALLY_EVICTED, 1 },
	/* Not of these days, of no day, and of no program. */
	{ { "2026-11-30 23:59:59 sekishod[1]: id=" ID " direction=inbound "
		"findings=none rules=none" }, TALLY_INBOUND, 0 },
	{ { "sekishod[1]: id=" ID " direction=inbound findings=none "
		"rules=none" }, TALLY_INBOUND, 0 },
	{ { "2026-12-01 10:00:00 F=<\"sekishod[1]: id=" ID
		" direction=inbound\"@b>" }, TALLY_INBOUND, 0 },
};

static void
test_lines(void)
{
	struct tally tally;
	size_t i, k;

	test_begin("O3: what each line adds");
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		test_int(tally_init(&tally, DAY_BEGIN, DAY_BEGIN), 0);
		for (k = 0; k < 3 && cases[i].lines[k] != NULL; k++)
			tally_line(&tally, cases[i].lines[k]);
		if (tally_sum(&tally, cases[i].kind) != cases[i].count)
			printf("# %s\n", cases[i].lines[0]);
		test_int(tally_sum(&tally, cases[i].kind), cases[i].count);
		tally_free(&tally);
	}
}

static void
test_days(void)
{
	struct tally tally;

	test_begin("O3: hours of one or two days, days of more");
	test_int(tally_init(&tally, DAY_BEGIN + 5, DAY_BEGIN + 86399), 0);
	test_int((long long)tally.slots, 24);
	tally_free(&tally);
	test_int(tally_init(&tally, DAY_BEGIN, DAY_BEGIN + 2 * 86400), 0);
	test_int((long long)tally.slots, 3);
	test_int(tally.edges[3], DAY_BEGIN + 3 * 86400);
	tally_free(&tally);
	test_int(tally_init(&tally, DAY_BEGIN, DAY_BEGIN - 86400), -1);
	tally_free(&tally);
	test_int(tally_init(&tally, DAY_BEGIN, DAY_BEGIN + 500 * 86400L), -1);
	tally_free(&tally);
	test_begin("O3: a day of 23 hours is a day");
	setenv("TZ", "Europe/Berlin", 1);
	test_int(tally_init(&tally, 1774742400, 1774742400 + 4 * 86400), 0);
	test_int((long long)tally.slots, 5);
	test_int(tally.edges[1] - tally.edges[0], 23 * 3600);
	tally_free(&tally);
	setenv("TZ", "UTC", 1);
}

static void
test_times(void)
{
	struct tally tally;
	char *line;
	int i;

	test_begin("O3: percentiles and the slowest");
	tally_init(&tally, DAY_BEGIN, DAY_BEGIN);
	test_int(tally_percentile(&tally, 10, 50), -1);
	for (i = 1; i <= 100; i++) {
		/* In some order. */
		line = g_strdup_printf(MAIL("direction=inbound findings=none "
			"rules=none deliver=\"none to a@x\" ms=%d"),
			i * 37 % 101);
		tally_line(&tally, line);
		g_free(line);
	}
	test_int(tally_percentile(&tally, 10, 50), 50);
	test_int(tally_percentile(&tally, 10, 95), 95);
	test_int(tally_percentile(&tally, 10, 99), 99);
	test_int(tally.slowest[0].ms, 100);
	test_int(tally.slowest[TALLY_SLOWEST - 1].ms, 91);
	test_begin("O3: scores by their level");
	test_int(tally.scores[TALLY_SCORES - 1], 100);
	tally_free(&tally);
	tally_init(&tally, DAY_BEGIN, DAY_BEGIN);
	for (i = -10; i < 200; i += 10) {
		line = g_strdup_printf(MAIL("direction=inbound findings=none "
			"spam-score=%d rules=none ms=1"), i);
		tally_line(&tally, line);
		g_free(line);
	}
	test_int(tally.scores[0], 1);
	test_int(tally.scores[1], 2);
	test_int(tally.scores[TALLY_SCORES - 2], 6);
	test_int(tally.scores[TALLY_SCORES - 1], 0);
	tally_free(&tally);
}

/* Whatever strangers write, in all places where names come from. */
static void
test_hostile(void)
{
	static const char *const lines[] = {
		"2026-12-01 10:00:00 sekishod[1]: id=<script>x</script> "
		"sender=\"<script>alert(1)</script>\\\"'&@b.test\" "
		"client=local size=1 direction=inbound findings=\"virus:"
		"<img/onerror=x>(2 a)\" rules=</style><b> "
		"hold=\"<b> to a@x\" ms=99",
		"2026-12-01 10:00:00 sekishod[1]: id=" ID " sender="
		"\xff\xfe\xe2\x80\xae@b.test direction=inbound findings=none "
		"rules=none hold=\"none to a@x\" ms=98",
	};
	GString *page = g_string_new(NULL);
	struct tally tally;
	int language;
	size_t i;

	test_begin("O3: nothing of a mail is markup in a report");
	for (language = 0; language < 2; language++) {
		tally_init(&tally, DAY_BEGIN, DAY_BEGIN);
		for (i = 0; i < G_N_ELEMENTS(lines); i++)
			tally_line(&tally, lines[i]);
		report_page(page, &tally, language, DAY_BEGIN);
		tally_free(&tally);
	}
	test_assert(strstr(page->str, "<script") == NULL);
	test_assert(strstr(page->str, "<img") == NULL);
	test_assert(strstr(page->str, "<b>") == NULL);
	test_assert(strstr(page->str, "\xe2\x80\xae") == NULL);
	test_assert(g_utf8_validate(page->str, -1, NULL));
	test_assert(strstr(page->str, "&lt;script&gt;alert(1)&lt;/script&gt;"
		"&quot;&#39;&amp;@b.test") != NULL);
	test_assert(strstr(page->str, "\\xff\\xfe\\xe2\\x80\\xae@b.test") !=
		NULL);
	g_string_free(page, TRUE);
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	test_lines();
	test_days();
	test_times();
	test_hostile();
	return test_done();
}
