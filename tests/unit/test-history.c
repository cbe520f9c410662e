/*
 * test-history.c - what lines of the two logs tell.
 */
#include "history.c"
#include "history_dovecot.c"
#include "history_exim.c"
#include "test.h"

#define ID "1xW8gR-0000d5-1S"
#define EXIM "2026-11-25 08:48:55 " ID " "
#define DOVECOT "Nov 25 07:43:11 imap(carol)<229><eIiT>: Info: sekisho: id=" ID

static const struct {
	const char *line, *recipient, *address;
	enum history_fate_kind kind;
} fates[] = {
	{ "=> alice@x.test R=r T=smtp H=h [::1]", "alice@x.test",
		"alice@x.test", HISTORY_DELIVERED },
	{ "=> alice <list@x.test> R=sekisho_hold T=sekisho_hold C=\"250\"",
		"list@x.test", "alice", HISTORY_HELD },
	{ "-> carol (all@x.test) <list@x.test> R=mailboxes T=lmtp",
		"list@x.test", "carol", HISTORY_DELIVERED },
	{ "=> :blackhole: <bob@x.test> R=sekisho_delete", "bob@x.test",
		":blackhole:", HISTORY_DELETED },
	{ "=> :blackhole: <bob@x.test> R=system_aliases", "bob@x.test",
		":blackhole:", HISTORY_DELIVERED },
	{ "** x@y.test: Unrouteable address", "x@y.test", "x@y.test",
		HISTORY_FAILED },
	{ "** x@y.test <a@x.test> R=r: T=sekisho_hold", "a@x.test", "x@y.test",
		HISTORY_FAILED },
	/* As Exim 4.96 wrote them: the recipient has its quotes, no other. */
	{ "=> x y <\"x y\"@x.test> R=local T=sinkfile", "\"x y\"@x.test",
		"x y", HISTORY_DELIVERED },
	{ "-> a@b c@y.test <\"a@b c\"@y.test> R=outside T=sink H=127.0.0.1 "
		"[127.0.0.1] K C=\"250 kept\"", "\"a@b c\"@y.test",
		"a@b c@y.test", HISTORY_DELIVERED },
	{ "=>  lead@y.test <\" lead\"@y.test> R=outside T=sink",
		"\" lead\"@y.test", " lead@y.test", HISTORY_DELIVERED },
	{ "=> say \"hi\" x: y <\"say \\\"hi\\\" x: y\"@x.test> R=local",
		"\"say \\\"hi\\\" x: y\"@x.test", "say \"hi\" x: y",
		HISTORY_DELIVERED },
	{ "=> x (y) <\"x (y)\"@x.test> R=local T=t", "\"x (y)\"@x.test",
		"x (y)", HISTORY_DELIVERED },
	{ "=> q <q@x.test> r=sekisho_hold t=sekisho_hold <\"Q <q@x.test> "
		"R=sekisho_hold T=sekisho_hold\"@x.test> R=local T=t",
		"\"Q <q@x.test> R=sekisho_hold T=sekisho_hold\"@x.test",
		"q <q@x.test> r=sekisho_hold t=sekisho_hold",
		HISTORY_DELIVERED },
	{ "=> :blackhole: <\"x > y\"@x.test> R=sekisho_delete",
		"\"x > y\"@x.test", ":blackhole:", HISTORY_DELETED },
	{ "** x y@x.test <\"x y\"@x.test> R=unknown: there is no mailbox x y",
		"\"x y\"@x.test", "x y@x.test", HISTORY_FAILED },
	{ "** \"Q <q@x.test> R=local\"@x.test: retry timeout exceeded",
		"\"Q <q@x.test> R=local\"@x.test",
		"\"Q <q@x.test> R=local\"@x.test", HISTORY_FAILED },
	/* Aliases make pipes and other addresses of them. */
	{ "=> |/bin/true a -b c (piped@x.test) <twice@x.test> R=pipes "
		"T=address_pipe", "twice@x.test", "|/bin/true a -b c",
		HISTORY_DELIVERED },
	{ "=> v w <toother@x.test> R=local T=sinkfile", "toother@x.test",
		"v w", HISTORY_DELIVERED },
	{ "=> carol <\"one two\"@x.test> R=local", "\"one two\"@x.test",
		"carol", HISTORY_DELIVERED },
	{ "** \"v w\"@x.test <toother@x.test>: retry timeout exceeded",
		"toother@x.test", "\"v w\"@x.test", HISTORY_FAILED },
	{ "=> a@y.test R=r T=smtp C=\"250 <b@x.test>\"", "a@y.test",
		"a@y.test", HISTORY_DELIVERED },
	{ "=> ", "", "", HISTORY_DELIVERED },
	{ "=> a (", "a", "a", HISTORY_DELIVERED },
	{ "=> a <", "", "a", HISTORY_DELIVERED },
};

static void
test_fates(void)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(fates); i++) {
		struct history history;
		struct history_fate *fate;
		char *line = g_strconcat(EXIM, fates[i].line, NULL);

		test_begin("O5: what became of a recipient");
		history_init(&history);
		test_int(history_exim(&history, line), true);
		fate = history_message(&history, ID)->fates->pdata[0];
		test_str(fate->recipient, fates[i].recipient);
		test_str(fate->address, fates[i].address);
		test_int(fate->kind, fates[i].kind);
		history_free(&history);
		g_free(line);
	}
}

static void
test_arrival(void)
{
	struct history history;
	struct history_message *message;

	test_begin("O5: a subject cannot name recipients");
	history_init(&history);
	test_int(history_exim(&history, EXIM "<= a@b.test H=h P=esmtp S=1 "
		"T=\"x\\\" for me@x.test\" for alice@x.test bob@x.test"), true);
	message = history_message(&history, ID);
	test_int(message->accepted, true);
	test_int(message->recipients->len, 2);
	test_str(message->recipients->pdata[0], "alice@x.test");
	history_free(&history);

	test_begin("O5: a blank in quotes parts no recipients");
	history_init(&history);
	history_exim(&history, EXIM "<= \"a for b\"@b.test H=h P=esmtp S=1 "
		"for \"x y\"@x.test \"a) for \\\"b\"@y.test bob@x.test");
	message = history_message(&history, ID);
	test_int(message->recipients->len, 3);
	test_str(message->recipients->pdata[0], "\"x y\"@x.test");
	test_str(message->recipients->pdata[1], "\"a) for \\\"b\"@y.test");
	history_free(&history);

	test_begin("O5: Exim does not say who the recipients are");
	history_init(&history);
	history_exim(&history, EXIM "<= <> R=x U=Debian-exim P=local S=9");
	test_assert(history_message(&history, ID)->recipients == NULL);
	history_free(&history);
}

static void
test_ids(void)
{
	static const struct {
		const char *line;
		bool told;
	} lines[] = {
		{ EXIM "Completed", true },
		{ EXIM "Completed QT=3s", true },
		{ EXIM "removed by root", true },
		{ "2026-11-25 08:48:55 +0900 [123] 1xW8gR-00000000d5x-1Sxx "
			"Completed", true },
		{ "Nov 25 08:48:55 host exim[12]: " ID " Completed", true },
		{ "2026-11-25 08:48:55 End queue run: pid=2383", false },
		{ "2026-11-25 08:48:55 H=h rejected a b c d e f " ID
			" Completed", false },
		{ EXIM "== a@x.test R=r T=t defer (-1)", false },
		{ "1xW8gR-0000d5-1S", false },
		{ "", false },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct history history;

		test_begin("O5: which lines tell of a message");
		history_init(&history);
		test_int(history_exim(&history, lines[i].line),
			lines[i].told);
		test_int((long long)history.exim_lines, lines[i].told);
		history_free(&history);
	}
}

static void
test_dovecot(void)
{
	static const struct {
		const char *line, *action;
	} lines[] = {
		{ DOVECOT " user=a@x.test action=hold rule=R4 result=ok",
			"hold" },
		{ DOVECOT " user=a@x.test action=hold result=there-already",
			"there-already" },
		{ DOVECOT " user=a@x.test action=deliver folder=\"a result=ok "
			"b\" result=refused text=\"result=ok\"", NULL },
		{ DOVECOT " user=a@x.test by=administrator action=deliver "
			"folder=\"x\\\" result=no\" result=ok", "deliver" },
		{ "imap-login: Info: Aborted login: user=<x: sekisho: id=" ID
			" user=a action=hold result=ok>", NULL },
		{ "imap(a): Info: sekisho: id=- user=a action=delete result=ok",
			NULL },
		{ DOVECOT " action=hold result=ok", NULL },
		{ DOVECOT, NULL },
		{ DOVECOT " folder=\"", NULL },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct history history;
		GPtrArray *acts;

		test_begin("O5: what Dovecot did with held mail");
		history_init(&history);
		history_dovecot(&history, lines[i].line);
		acts = history_message(&history, ID)->acts;
		test_int(acts->len, lines[i].action != NULL);
		if (acts->len == 1)
			test_str(((struct history_act *)acts->pdata[0])->action,
				lines[i].action);
		history_free(&history);
	}
}

int
main(void)
{
	test_fates();
	test_arrival();
	test_ids();
	test_dovecot();
	return test_done();
}
