/*
 * test-story.c - what lines of the logs become, in words.
 */
#include <stdlib.h>
#include <time.h>

#include "story.c"
#include "story_dovecot.c"
#include "story_exim.c"
#include "story_sekishod.c"
#include "story_words.c"
#include "test.h"

#define ID "1xXpL0-0005dz-06"
#define EXIM(time, id) "2026-11-30 00:33:" time " " id " "
#define SEKISHOD "2026-11-30 00:33:46 sekishod[1]: id=" ID " "
#define DOVECOT "Nov 30 00:33:47 lmtp(bob)<1><x>: Info: sekisho: id=" ID " "

/* The story of these lines, to be freed. */
static char *
told(const char *id, const char *const lines[], size_t count)
{
	struct story story;
	bool news = true;
	size_t i, len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	story_init(&story);
	story_ask(&story, id);
	while (news)
		for (news = false, i = 0; i < count; i++)
			news |= story_follow(&story, lines[i]);
	for (i = 0; i < count; i++)
		story_tell(&story, lines[i]);
	story_print(&story, out);
	fclose(out);
	story_free(&story);
	return text;
}

/* Without the time and the line feed, for a story of one line. */
static void
test_sentence(const char *line, const char *sentence)
{
	char *text = told(ID, &line, 1);

	if (*text != '\0')
		text[strlen(text) - 1] = '\0';
	test_str(*text != '\0' ? strstr(text, "  ") + 2 : "", sentence);
	free(text);
}

#define OURS EXIM("46", ID)

static const struct {
	const char *line, *sentence;
} sentences[] = {
	{ OURS "<= a@b.test H=mx.b.test (x) [192.0.2.7]:25 P=esmtp S=12345",
		"came from 192.0.2.7 (mx.b.test), which calls itself x, "
		"sender a@b.test, for recipients that the log does not name, "
		"12 kB" },
	{ OURS "<= \"a b\"@b.test H=h [::1] A=plain:bob S=9 T=\"for x\" for "
		"c@d.test e@f.test", "came from ::1 (h), logged in with "
		"plain:bob, sender \"a b\"@b.test, for c@d.test, e@f.test, 9 "
		"bytes, subject \"for x\"" },
	{ OURS "<= <> U=root P=local S=9 for c@d.test", "came from this "
		"server, user root, sender none (a bounce or a notice), for "
		"c@d.test, 9 bytes" },
	{ OURS "<= <> R=1xXpL0-0005dz-07 U=x P=local for c@d.test", "is a "
		"bounce of the mail 1xXpL0-0005dz-07; came from this server, "
		"user x, sender none (a bounce or a notice), for c@d.test, ? "
		"bytes" },
	{ OURS "=> bob <bob@x.test> R=r T=lmtp C=\"250 Saved\"",
		"bob@x.test: delivered (transport lmtp, answer \"250 "
		"Saved\")" },
	{ OURS "=> b@y.test <list@x.test> R=r T=smtp H=mx [192.0.2.1]",
		"list@x.test (by an alias: b@y.test): delivered to 192.0.2.1 "
		"(mx) (transport smtp)" },
	{ OURS "-> bob <bob@x.test> R=sekisho_hold T=sekisho_hold",
		"bob@x.test: Exim handed it over to the quarantine" },
	{ OURS "=> :blackhole: <b@x.test> R=sekisho_delete", "b@x.test: "
		"deleted, as a rule says" },
	{ OURS "=> :blackhole: <b@x.test> R=aliases", "b@x.test: deleted by "
		"an alias of this server" },
	{ OURS "** b@x.test R=r T=smtp H=h [::1]: 550 no", "b@x.test: cannot "
		"be delivered, Exim gave up: 550 no" },
	{ OURS "<= a@b.test H=h [::1] S=9 for \"x y\"@x.test b@x.test",
		"came from ::1 (h), sender a@b.test, for \"x y\"@x.test, "
		"b@x.test, 9 bytes" },
	{ OURS "=> x y@z.test <\"x y\"@z.test> R=r T=smtp", "\"x y\"@z.test: "
		"delivered (transport smtp)" },
	{ OURS "** x: y@x.test <\"x: y\"@x.test> R=r: there is none", "\"x: "
		"y\"@x.test: cannot be delivered, Exim gave up: there is "
		"none" },
	{ OURS "** b@y.test: Unrouteable address", "b@y.test: cannot be "
		"delivered, Exim gave up: Unrouteable address" },
	{ OURS "== b@x.test R=r T=t defer (-1): down", "b@x.test: not yet, "
		"Exim will try again: down" },
	{ OURS "removed by root", "was removed from Exim's queue by root" },
	{ OURS "Message is frozen", "" },
	{ OURS "Frozen", "Exim: Frozen" },
	{ OURS "sekisho: id=" ID " findings=none rules=R1,R4 deliver=1",
		"Sekisho found nothing bad in it; rules R1, R4 fired; for "
		"whom, sekishod's log would say" },
	{ OURS "sekisho: id=" ID " action=defer error=\"a b\"", "Sekisho "
		"answered 451, the sender's server shall come again (with "
		"another id): a b" },
	{ OURS "sekisho: id=" ID " action=unscanned error=\"a b\"", "Sekisho "
		"let it pass without having looked at it, as on-failure says: "
		"a b" },

	{ SEKISHOD "inspectors died", "sekishod: inspectors died" },
	{ DOVECOT "user=b@x.test action=hold rule=R4 class=spam result=ok",
		"b@x.test: is in the quarantine, held by rule R4 (spam)" },
	{ DOVECOT "user=b@x.test action=hold result=there-already",
		"b@x.test: Exim came again, it was in the quarantine "
		"already" },
	{ DOVECOT "user=b@x.test action=hold result=defer text=\"a b\"",
		"b@x.test: the quarantine could not take it yet: a b" },
	{ DOVECOT "user=b@x.test action=deliver folder=\"A B\" "
		"approved=a@b.test rescan=unavailable result=ok", "b@x.test "
		"delivered it from the quarantine to the folder A B (not "
		"scanned again: no scanner answered); the sender a@b.test was "
		"approved" },
	{ DOVECOT "user=b@x.test by=administrator action=deliver "
		"server=192.0.2.1:25 rescan=clean result=ok", "an "
		"administrator, for b@x.test, delivered it from the "
		"quarantine, it was sent on to the server 192.0.2.1:25 "
		"(scanned again: clean)" },
	{ DOVECOT "user=b@x.test by=c@x.test action=delete result=ok",
		"c@x.test, for b@x.test, deleted it in the quarantine" },
	{ DOVECOT "user=b@x.test by=link action=delete result=ok",
		"b@x.test, with a link of a digest, deleted it in the "
		"quarantine" },
	{ DOVECOT "user=b@x.test action=deliver result=refused text=no",
		"b@x.test wanted to deliver it from the quarantine, which was "
		"refused: no" },
	{ DOVECOT "user=b@x.test action=delete folder=Trash result=ok",
		"b@x.test deleted it in the quarantine, moving it to the "
		"folder Trash" },
	{ DOVECOT "user=b@x.test action=expire result=ok", "b@x.test: was "
		"deleted in the quarantine, having been there as long as it "
		"may" },
	{ DOVECOT "user=b@x.test action=evict result=ok", "b@x.test: was "
		"deleted in the quarantine to make room for another" },
	{ DOVECOT "user=b@x.test action=reclass class=virus virus=Win.A "
		"result=ok", "b@x.test: newer signatures find virus Win.A in "
		"it; from now on it is held for that" },
	{ DOVECOT "user=b@x.test action=request result=ok", "b@x.test asked "
		"the administrator to release it" },
	{ DOVECOT "result=ok", "Dovecot: " ID " result=ok" },
	{ EXIM("46", "1xXpL0-0005dz-07") "Completed", "" },
	{ "", "" },
};

static void
test_sentences(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(sentences); i++) {
		test_begin("O5: a line in words");
		test_sentence(sentences[i].line, sentences[i].sentence);
	}
}

static void
test_judgement(void)
{
	static const char *const line = SEKISHOD "sender=\"\" client=local "
		"size=9 findings=\"virus:Eicar(2 a.zip/b) c.com) "
		"macro:Doc(message )\" spam-score=95 approved=c@x.test "
		"blocked=d@x.test "
		"rules=R1,R4 deliver=\"R1,R4 tag [A] tag [B] changes 2 to "
		"a@x.test,b@x.test\" deliver=\"none to c@x.test\" "
		"hold=\"own to d@x.test and 3 more\" "
		"monitor=\"R5 to a@x.test,b@x.test\" notice=a@x.test ms=3";
	char *text;

	test_begin("O5: what sekishod found and decided");
	text = told(ID, &line, 1);
	test_str(text,
		"2026-11-30 00:33:46  came from this server, sender none (a "
		"bounce or a notice), 9 bytes\n"
		"2026-11-30 00:33:46  Sekisho found virus Eicar in part 2 "
		"(a.zip/b) c.com), macro Doc in the whole message; spam score "
		"9.5; rules R1, R4 fired\n"
		"2026-11-30 00:33:46  the sender is approved by c@x.test: "
		"rules against spam do not count there\n"
		"2026-11-30 00:33:46  the sender is blocked by d@x.test\n"
		"2026-11-30 00:33:46  it goes on to a@x.test, b@x.test, with "
		"[A], [B] in its subject, with 2 changes in its body, by "
		"rules R1, R4\n"
		"2026-11-30 00:33:46  it goes on to c@x.test\n"
		"2026-11-30 00:33:46  it will be held in the quarantine for "
		"d@x.test and 3 more, by rule own\n"
		"2026-11-30 00:33:46  rule R5, which only watches, would have "
		"fired for a@x.test, b@x.test\n"
		"2026-11-30 00:33:46  a notice goes to a@x.test\n");
	free(text);
}

/* The latest first, as logs that are given in any order. */
static const char *const family[] = {
	DOVECOT "user=b@x.test action=hold rule=own class=spam result=ok",
	"Dec  1 08:00:00 lmtp(c)<1><y>: Info: msgid=<m@b.test>: saved mail to "
		"INBOX",
	EXIM("50", "1xXpL0-0005dz-0B") "=> a@b.test R=r T=smtp",
	EXIM("50", "1xXpL0-0005dz-0B") "<= <> R=1xXpL0-0005dz-0A P=local for "
		"a@b.test",
	EXIM("49", "1xXpL0-0005dz-09") "<= <> P=sekisho-notice id=" ID
		".1.sekisho@x.test for c@x.test",
	EXIM("48", "1xXpL0-0005dz-0A") "<= a@b.test P=sekisho-variant "
		"id=m@b.test for c@x.test",
	EXIM("48", "1xXpL0-0005dz-0C") "<= a@b.test H=h [::1] P=esmtp "
		"id=m@b.test for c@x.test",
	EXIM("48", ID) "Completed",
	EXIM("47", ID) "<= a@b.test H=h [::1] P=esmtp S=1 id=m@b.test for "
		"b@x.test c@x.test",
	EXIM("46", ID) "sekisho: id=" ID " findings=none rules=none deliver=1",
	SEKISHOD "sender=a@b.test client=::1 size=1 findings=none rules=none "
		"deliver=\"none to c@x.test\" ms=1",
};

static void
test_family(void)
{
	char *text;

	test_begin("O5: all messages that belong together, in order of time");
	text = told(ID, family, G_N_ELEMENTS(family));
	test_str(text,
		"2026-11-30 00:33:46  came from ::1 (h), sender a@b.test, for "
		"b@x.test, c@x.test, 1 bytes, Message-ID <m@b.test>\n"
		"2026-11-30 00:33:46  Sekisho found nothing bad in it; no "
		"rule fired\n"
		"2026-11-30 00:33:46  it goes on to c@x.test\n"
		"2026-11-30 00:33:47  b@x.test: is in the quarantine, held by "
		"rule own (spam)\n"
		"2026-11-30 00:33:48  a copy with a changed body was made for "
		"c@x.test: 1xXpL0-0005dz-0A\n"
		"2026-11-30 00:33:48  nothing of it is left in Exim's queue\n"
		"2026-11-30 00:33:49  a notice was written to c@x.test: "
		"1xXpL0-0005dz-09\n"
		"2026-11-30 00:33:50  a bounce was written to a@b.test: "
		"1xXpL0-0005dz-0B\n"
		"2026-11-30 00:33:50  bounce 1xXpL0-0005dz-0B: a@b.test: "
		"delivered (transport smtp)\n"
		"2026-12-01 08:00:00  Dovecot, for its user c: saved mail to "
		"INBOX\n");
	free(text);

	test_begin("O5: a Message-ID that two mails have");
	text = told("<m@b.test>", family, G_N_ELEMENTS(family));
	test_assert(strstr(text, "46  " ID ": came from ::1") != NULL);
	test_assert(strstr(text, "48  1xXpL0-0005dz-0C: came from") != NULL);
	free(text);
}

static void
test_released(void)
{
	static const char *const lines[] = {
		EXIM("48", "1xXpL0-0005dz-0A") "<= a@b.test H=h [::1] "
			"id=m@b.test for c@x.test",
		EXIM("47", "1xXpL0-0005dz-0A") "sekisho: id=1xXpL0-0005dz-0A "
			"action=pass reason=released was=" ID,
		EXIM("46", ID) "<= a@b.test H=h [::1] P=esmtp S=1 id=m@b.test",
	};
	char *text;

	test_begin("O5: what left the quarantine of a gateway");
	text = told("<m@b.test>", lines, G_N_ELEMENTS(lines));
	test_assert(strstr(text, "48  1xXpL0-0005dz-0A: came back from the "
		"quarantine to be sent on to c@x.test\n") != NULL);
	free(text);
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_sentences();
	test_judgement();
	test_family();
	test_released();
	return test_done();
}
