/*
 * test-attribution.c - which part holds what a scan has found (SPEC R1, R7).
 *
 * The scanner of this test finds "<name>" in the bytes it gets, and "{name}"
 * as the member of an archive.
 */
#include "attribution.c"
#include "test.h"

static bool time_is_up;
static bool places_known;
static bool engine_fails;
static unsigned int scans;

bool
engine_time_is_up(const struct engine *engine)
{
	return time_is_up;
}

int
engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err)
{
	const char *text = pool_strndup(pool, data == NULL ? "" : data, len);
	struct scan_member *member;
	struct scan_match *match;

	memset(result_r, 0, sizeof(*result_r));
	scans++;
	if (engine_fails)
		return sekisho_error_set(err, "no room");
	for (; *text != '\0'; text++) {
		if (*text == '<') {
			match = pool_append(pool, &result_r->matches,
				&result_r->match_count, sizeof(*match));
			match->name = pool_strndup(pool, text + 1,
				strcspn(text + 1, ">!"));
			text += strcspn(text, ">!");
			match->member = *text == '!' ? pool_strndup(pool,
				text + 1, strcspn(text + 1, ">")) : "";
		} else if (*text == '{') {
			member = pool_append(pool, &result_r->members,
				&result_r->member_count, sizeof(*member));
			member->name = pool_strndup(pool, text + 1,
				strcspn(text + 1, "}"));
			member->size = 7;
		}
	}
	return 0;
}

#define HEAD "Content-Type: multipart/mixed; boundary=b\n\n"
#define PLAIN "--b\nContent-Type: text/plain\n\n"
#define FILE_PART "--b\nContent-Disposition: attachment; filename=f\n\n"
#define END "--b--\n"

static struct inspection found;
static struct sekisho_error err;

/* As if the parts were the files that libclamav took out of the mail. */
static void
know_places(struct pool *pool, const struct mime *mime,
	struct scan_result *whole, unsigned char (*digests)[SEEN_DIGEST])
{
	const struct mime_part *part;
	struct scan_layer *layer;
	const char *at;
	size_t i, k;

	for (i = 1; i < mime->count; i++) {
		part = &mime->parts[i];
		digests[i][0] = (unsigned char)i;
		layer = pool_append(pool, &whole->layers, &whole->layer_count,
			sizeof(*layer));
		layer->digest[0] = (unsigned char)i;
		for (k = 0; part->leaf && k < whole->member_count; k++) {
			at = strstr(mime->message + part->body_start,
				whole->members[k].name);
			if (at != NULL && at < mime->message + part->end)
				whole->members[k].file = i;
		}
	}
}

/*
 * Attributes what the scanner finds in text; true_type is that of all leaves.
 */
static int
attribute(struct pool *pool, const char *text, const char *true_type)
{
	struct mime *mime = mime_parse(text, strlen(text), pool);
	unsigned char (*digests)[SEEN_DIGEST] = pool_array(pool, mime->count,
		SEEN_DIGEST);
	struct scan_result whole;
	struct places places;
	struct attribution attribution = { .mime = mime, .pool = pool,
		.inspection = &found, .whole = &whole, .places = &places };
	struct part *part;
	bool fails = engine_fails;
	size_t i;

	inspection_init(&found, pool);
	for (i = 1; i < mime->count; i++) {
		part = pool_append(pool, &found.parts, &found.part_count,
			sizeof(*part));
		part->leaf = mime->parts[i].leaf;
		part->true_type = true_type;
	}
	engine_fails = false;
	engine_scan(NULL, text, strlen(text), pool, &whole, &err);
	engine_fails = fails;
	if (places_known)
		know_places(pool, mime, &whole, digests);
	places_find(&places, pool, &whole, &found, digests);
	scans = 0;
	err.text[0] = '\0';
	return attribution_run(&attribution, &err);
}

static const struct {
	const char *text;
	const char *type;
	const char *findings;	/* "kind part name member cleanable;" */
	const char *members;	/* "part name;" */
	unsigned int scans;
} cases[] = {
	{ HEAD PLAIN "a\n" FILE_PART "<Win.A>\n" END, "", "virus 3 Win.A "
	  "cleanable;", "", 2 },
	/* 1: not in a file of its own: what would be left? */
	{ HEAD PLAIN "<Win.A>\n" FILE_PART "a\n" END, "", "virus 2 Win.A;", "",
	  2 },
	{ "Content-Disposition: attachment; filename=f\n\n<Win.A>\n", "",
	  "virus 1 Win.A;", "", 1 },
	{ HEAD FILE_PART "<Win.A>\n" END, "", "virus 2 Win.A;", "", 1 },
	{ HEAD PLAIN "a\n--b\nContent-Type: multipart/signed; boundary=s\n\n"
	  "--s\nContent-Type: a/b; name=c\n\n<Win.A>\n--s\nContent-Type: "
	  "a/b\n\nx\n--s--\n" END, "", "virus 4 Win.A;", "", 3 },
	/* 5: in many parts, twice in one, by many names */
	{ HEAD PLAIN "a\n" FILE_PART "<Win.A><Win.A><Win.B>\n" FILE_PART
	  "<Win.A>\n" END, "", "virus 3 Win.A cleanable;virus 3 Win.B "
	  "cleanable;virus 4 Win.A cleanable;", "", 3 },
	/* 6: only the whole mail shows it */
	{ HEAD "<Win.A>\n" PLAIN "a\n" FILE_PART "<Win.B>\n" END, "",
	  "virus 3 Win.B cleanable;virus 0 Win.A;", "", 2 },
	{ HEAD PLAIN "a\n--b\nX-A: <Win.A!m>\n\nb\n" END, "",
	  "virus 0 Win.A;", "", 2 },
	/* 8: in a member; a stored one shows in the archive, too */
	{ HEAD PLAIN "a\n" FILE_PART "<Win.A!b.exe><Win.A><Win.B>\n" END, "",
	  "virus 3 Win.A b.exe cleanable;virus 3 Win.B cleanable;", "", 2 },
	/* 9: other kinds are not cleaned, what means nothing is left out */
	{ HEAD PLAIN "a\n" FILE_PART "<Heuristics.Phishing.Email.X>"
	  "<Heuristics.Encrypted.Zip><PUA.X>\n" END, "", "phishing 3 "
	  "Heuristics.Phishing.Email.X;password-protected 3 "
	  "Heuristics.Encrypted.Zip;", "", 2 },
	/* 10: names of members: texts and pictures have none */
	{ HEAD PLAIN "a\n" FILE_PART "{a.exe}{b/c.txt}\n" END,
	  "application/zip", "", "3 a.exe;3 b/c.txt;", 2 },
	{ HEAD PLAIN "a\n" FILE_PART "{a.exe}\n" END, "text/plain", "",
	  "0 a.exe;", 0 },
	{ HEAD PLAIN "a\n" FILE_PART "{a.exe}\n" END, "image/png", "",
	  "0 a.exe;", 0 },
	/* 13: RAR is read by rar.c; office documents are no archives */
	{ HEAD PLAIN "a\n" FILE_PART "{a.exe}\n" END, "application/x-rar", "",
	  "", 2 },
	{ HEAD PLAIN "a\n" FILE_PART "{word/document.xml}{_rels/.rels}{a.EXE}"
	  "{mimetype}{word/x.exe/y.bin}\n" END,
	  "application/vnd.oasis.opendocument.text", "", "3 a.EXE;", 2 },
};

static void
expect(const char *findings, const char *members)
{
	char text[4096] = "";
	size_t i, len = 0;

	for (i = 0; i < found.finding_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s %u %s%s%s%s;",
			finding_kind_name(found.findings[i].kind),
			found.findings[i].part, found.findings[i].name,
			*found.findings[i].member != '\0' ? " " : "",
			found.findings[i].member,
			found.findings[i].cleanable ? " cleanable" : "");
	test_str(text, findings);
	text[0] = '\0';
	for (i = len = 0; i < found.member_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%u %s;", found.members[i].part,
			found.members[i].name);
	test_str(text, members);
}

/* All is the same where the places of members are known, but for the scans. */
static void
test_cases(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][40];
	struct pool *pool;
	size_t i;

	for (i = 0; i < 2 * (sizeof(cases) / sizeof(cases[0])); i++) {
		const size_t at = i / 2;

		snprintf(names[at], sizeof(names[at]),
			"R1, R7: attribution case %zu", at);
		test_begin(names[at]);
		places_known = i % 2 == 1;
		pool = pool_new();
		test_int(attribute(pool, cases[at].text, cases[at].type), 0);
		expect(cases[at].findings, cases[at].members);
		test_int(scans, places_known && cases[at].findings[0] == '\0' ?
			0 : cases[at].scans);
		pool_free(pool);
	}
	places_known = false;
}

static void
test_limits(void)
{
	static const char mail[] = HEAD PLAIN "a\n" FILE_PART "<Win.A>\n" END;
	struct pool *pool = pool_new();
	char *text = pool_alloc(pool, 200000);
	size_t i, len;

	test_begin("R1: a scan that takes too long is unscannable, not clean");
	time_is_up = true;
	test_int(attribute(pool, mail, ""), 0);
	expect("unscannable 0 Sekisho.Unscannable: the scan takes too long;"
		"virus 0 Win.A;", "");
	time_is_up = false;

	test_begin("O4: a scan that fails is a failure");
	engine_fails = true;
	test_int(attribute(pool, mail, ""), -1);
	test_str(err.text, "no room");
	engine_fails = false;

	test_begin("R7: more members than are kept are unscannable");
	len = (size_t)sprintf(text, HEAD PLAIN "a\n" FILE_PART);
	for (i = 0; i < MEMBERS_MAX + 1; i++)
		len += (size_t)sprintf(text + len, "{%zu}", i);
	sprintf(text + len, "\n" END);
	test_int(attribute(pool, text, "application/zip"), 0);
	test_int((long long)found.member_count, MEMBERS_MAX);
	test_assert(inspection_has(&found, FINDING_UNSCANNABLE));
	test_int((long long)found.finding_count, 1);
	pool_free(pool);
}

int
main(void)
{
	mime_init();
	test_cases();
	test_limits();
	return test_done();
}
