/*
 * test-policy-load.c - policies that are right, policies that are wrong and
 * what is said about them (SPEC R11, R13); the manual page and the grammar know
 * the same words as the code.
 */
#include "policy_load.c"

#include <stdio.h>
#include <unistd.h>

#include "test.h"

#define SCHEMA "core/sekishod/policy.rng"
#define SHIPPED "core/sekishod/policy.xml"
#define MANUAL "docs/man/sekisho-policy.5"

static const char base[] =
	"<policy xmlns=\"urn:sekisho:policy:1\">\n"
	"<protected><domain>example.test</domain></protected>\n"
	"<rule id=\"X\" class=\"content\" status=\"on\">\n"
	"<name>x</name>\n"
	"<when><virus/></when>\n"
	"<then><log/></then>\n"
	"</rule>\n"
	"</policy>\n";

/* Loads a text as policy.xml; err is without the name of the file. */
static struct policy *
load_text(const char *text, struct sekisho_error *err)
{
	char file[] = "/tmp/policy-XXXXXX";
	int fd = mkstemp(file);
	struct policy *policy;

	err->text[0] = '\0';
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		test_fail(__FILE__, __LINE__, "cannot write a file");
	close(fd);
	policy = policy_load(file, SCHEMA, err);
	unlink(file);
	if (strncmp(err->text, file, strlen(file)) == 0)
		memmove(err->text, err->text + strlen(file),
			strlen(err->text) - strlen(file) + 1);
	return policy;
}

/* Loads base with from replaced by to. */
static struct policy *
load_changed(const char *from, const char *to, struct sekisho_error *err)
{
	const char *place = strstr(base, from);
	struct pool *pool = pool_new();
	struct policy *policy = load_text(pool_printf(pool, "%.*s%s%s",
		(int)(place - base), base, to, place + strlen(from)), err);

	pool_free(pool);
	return policy;
}

#define WHEN "<when><virus/></when>"
#define THEN "<then><log/></then>"

/* What is replaced in base, by what, and the complaint. */
static const struct {
	const char *from, *to, *error;
} wrong[] = {
	/* XML and the outline */
	{ "</policy>", "", ":9: Premature end of data in tag policy line 1" },
	{ "<policy ", "<!DOCTYPE policy [<!ENTITY a 'b'>]><policy ",
		":1: a policy has no document type (DTD)" },
	{ "<virus/>", "&a;", ":5: Entity 'a' not defined" },
	{ "urn:sekisho:policy:1", "urn:x", ":1: a policy begins with "
		"<policy xmlns=\"urn:sekisho:policy:1\">" },
	{ "<policy ", "<policy on-failure=\"pass\" ",
		":1: <policy>: 'pass' is neither accept nor defer" },
	{ "</rule>", "</rule>\n<rul/>", ":8: unknown element 'rul' in "
		"<policy>" },
	{ "</rule>", "</rule>\n hello", ":1: there is text in <policy>, which "
		"has only elements: hello?" },
	{ "</rule>", "</rule><virus xmlns=\"urn:x\"/>", ":7: <virus> is not in "
		"the namespace urn:sekisho:policy:1" },
	/* Settings */
	{ "<domain>example.test</domain>", "",
		":2: <protected> needs a <domain>" },
	{ "<protected><domain>example.test</domain></protected>", "",
		":1: <policy> needs a <protected>" },
	{ "example.test", "*.example.test",
		":2: '*.example.test' is not the name of a domain" },
	{ "example.test", "a@example.test",
		":2: 'a@example.test' is not the name of a domain" },
	{ "</domain>", "</domain><domain>Example.TEST</domain>",
		":2: the domain Example.TEST is named twice" },
	{ "</protected>", "</protected><spam-score spam=\"six\"/>", ":2: wrong "
		"score 'six': a score is a number with at most one decimal, as "
		"in 6.5" },
	{ "</protected>", "</protected><spam-score spam=\"4\" "
		"suspected=\"4.0\"/>", ":2: suspected spam has to begin below "
		"the score of spam" },
	{ "</protected>", "</protected><spam-score score=\"4\"/>",
		":2: <spam-score> has no attribute 'score'" },
	{ "</protected>", "</protected><notices language=\"de\"/>",
		":2: <notices>: 'de' is neither ja nor en" },
	{ "</protected>", "</protected><notices from=\"a b@x\"/>",
		":2: 'a b@x' is not an address" },
	{ "</protected>", "</protected><notices/><notices/>",
		":2: a second <notices>" },
	{ "</protected>", "</protected><outbound-quarantine address=\"x\"/>",
		":2: 'x' is not an address" },
	{ "</protected>", "</protected><outbound-quarantine/>",
		":2: <outbound-quarantine> needs the attribute 'address'" },
	{ "</protected>", "</protected><outbound-quarantine "
		"address=\"q@other.test\"/>",
		":2: 'q@other.test' is of no protected domain, so there is no "
		"quarantine for it" },
	/* Rules */
	{ "id=\"X\" ", "", ":3: <rule> needs the attribute 'id'" },
	{ "id=\"X\"", "id=\"X Y\"", ":3: the id 'X Y' is not 1 to 32 letters, "
		"digits, '.', '_' and '-'" },
	{ "</rule>", "</rule><rule id=\"X\" class=\"spam\" status=\"on\"/>",
		":7: a second rule has the id 'X'" },
	{ "class=\"content\"", "class=\"other\"", ":3: rule 'X': unknown class "
		"'other' (it is virus, spam or content)" },
	{ "status=\"on\"", "status=\"yes\"",
		":3: rule 'X': unknown status 'yes' (it is on, off or "
		"monitor)" },
	{ "<name>x</name>", "", ":3: rule 'X': <rule> needs a <name>" },
	{ "<name>x", "<name> ", ":4: rule 'X': <name> is empty" },
	{ WHEN, "", ":3: rule 'X': <rule> needs a <when>" },
	{ WHEN, WHEN WHEN, ":5: rule 'X': a second <when>" },
	{ THEN, "<then/>", ":6: rule 'X': <then> has no action in it; <log/> "
		"does nothing but log" },
	/* Conditions */
	{ "<virus/>", "<vires/>", ":5: rule 'X': unknown condition 'vires'" },
	{ "<virus/>", "<virus name=\"x\"/>",
		":5: rule 'X': <virus> has no attribute 'name'" },
	{ "<virus/>", "<virus><macro/></virus>",
		":5: rule 'X': <virus> may not contain <macro>" },
	{ "<virus/>", "<file-name/>",
		":5: rule 'X': <file-name> needs the attribute 'like'" },
	{ "<virus/>", "<file-name like=\"\"/>", ":5: rule 'X': <file-name "
		"like=\"\">: a pattern may not be empty" },
	{ "<virus/>", "<any/>", ":5: rule 'X': <any> has no condition in it" },
	{ "<virus/>", "<not><virus/><macro/></not>", ":5: rule 'X': <not> "
		"takes one condition; put <any> or <all> around several" },
	{ "<virus/>", "<direction is=\"in\"/>", ":5: rule 'X': unknown "
		"direction 'in' (it is inbound, outbound or local)" },
	{ "<virus/>", "<direction is=\" \"/>",
		":5: rule 'X': <direction> names none" },
	{ "<virus/>", "<spam level=\"high\"/>", ":5: rule 'X': unknown spam "
		"level 'high' (it is spam or suspected)" },
	{ "<virus/>", "<size over=\"10 MB\"/>", ":5: rule 'X': wrong size "
		"'10 MB': a size is a number with K, M or G behind it, as in "
		"10M" },
	{ "<virus/>", "<size over=\"1\" under=\"2\"/>", ":5: rule 'X': <size> "
		"needs one attribute, 'over' or 'under'" },
	{ "<virus/>", "<recipients over=\"many\"/>",
		":5: rule 'X': wrong number 'many'" },
	{ "<virus/>", "<client address=\"192.0.2.1/24\"/>", ":5: rule 'X': "
		"wrong client '192.0.2.1/24': the address has bits set behind "
		"the network's length" },
	{ "<virus/>", "<client address=\"host.test\"/>", ":5: rule 'X': wrong "
		"client 'host.test': an address is 192.0.2.1, 192.0.2.0/24 or "
		"2001:db8::/32" },
	{ "<virus/>", "<header name=\"Subject:\"/>",
		":5: rule 'X': wrong header name 'Subject:'" },
	{ "<virus/>", "<header name=\"Subject\" pattern=\"(a\"/>",
		":5: rule 'X': wrong pattern '(a': missing closing parenthesis "
		"at character 3" },
	/* Actions */
	{ "<log/>", "<drop/>", ":6: rule 'X': unknown action 'drop'" },
	{ "<log/>", "<delete/><reject/>", ":6: rule 'X': <delete> and <reject> "
		"in one rule: a mail has one fate" },
	{ "<log/>", "<delete><log/></delete>",
		":6: rule 'X': <delete> may not contain <log>" },
	{ "<log/>", "<reject text=\"a&#10;b\"/>",
		":6: rule 'X': a text of <reject> is one line of ASCII" },
	{ "<log/>", "<clean otherwise=\"deliver\"/>", ":6: rule 'X': "
		"otherwise=\"deliver\": it is delete, reject or quarantine" },
	{ "<log/>", "<clean text=\"{VIRUS}\"/>", ":6: rule 'X': <clean> does "
		"not know {VIRUS}, only {FILENAME VIRUSNAME}" },
	{ "<log/>", "<stamp text=\"{NAME}\"/>", ":6: rule 'X': <stamp> does "
		"not know {NAME}, only {FILENAME}" },
	{ "<log/>", "<stamp text=\" \"/>",
		":6: rule 'X': the stamp is empty" },
	{ "<log/>", "<tag-subject text=\" \"/>", ":6: rule 'X': a text of "
		"<tag-subject> is empty or longer than 900 bytes" },
	{ "<log/>", "<tag-subject text=\"a&#13;b\"/>",
		":6: rule 'X': a text of <tag-subject> is one line" },
	{ "<log/>", "<add-header name=\"Subject\" value=\"x\"/>",
		":6: rule 'X': a header called 'Subject' cannot be added" },
	{ "<log/>", "<add-header name=\"x-sekisho-held\" value=\"x\"/>",
		":6: rule 'X': a header called 'x-sekisho-held' cannot be "
		"added" },
	{ "<log/>", "<add-header name=\"X-A:\" value=\"x\"/>",
		":6: rule 'X': a header called 'X-A:' cannot be added" },
	{ "<log/>", "<notify who=\"me\" template=\"x\"/>", ":6: rule 'X': "
		"who=\"me\": it is sender, recipient or administrator" },
	{ "<log/>", "<notify who=\"sender\" template=\"../x\"/>", ":6: rule "
		"'X': template=\"../x\": a name has letters, digits, - and _" },
	{ "<log/>", "<notify who=\"administrator\" template=\"x\"/>",
		":1: rule 'X' notifies the administrator, but <notices> does "
		"not say who it is" },
	/* Domains */
	{ "</rule>", "</rule><domain name=\"x.test\"/>",
		":7: the domain 'x.test' is not in <protected>" },
	{ "</rule>", "</rule><domain name=\"example.test\"/>"
		"<domain name=\"EXAMPLE.test\"/>",
		":7: a second section for the domain EXAMPLE.test" },
	{ "</rule>", "</rule><domain name=\"example.test\">"
		"<status rule=\"Y\" value=\"on\"/></domain>",
		":7: <status> is about rule 'Y', but there is no such rule for "
		"all domains" },
	{ "</rule>", "</rule><domain name=\"example.test\">"
		"<notices from=\"a@b.test\"/></domain>",
		":7: a domain has only a language and an administrator of "
		"its own" },
	/* Only the grammar minds */
	{ "</rule>", "</rule><spam-score/>",
		":7: Did not expect element spam-score there" },
};

static void
test_wrong(void)
{
	struct sekisho_error err;
	struct policy *policy;
	size_t i;

	test_begin("R13: a wrong policy is refused with line and reason");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		policy = load_changed(wrong[i].from, wrong[i].to, &err);
		if (policy != NULL)
			test_fail(__FILE__, __LINE__, wrong[i].to);
		test_str(err.text, wrong[i].error);
		policy_free(policy);
	}
	test_begin("R13: files that are missing");
	test_assert(policy_load("/nowhere/policy.xml", SCHEMA, &err) == NULL);
	test_str(err.text, "/nowhere/policy.xml: cannot read: "
		"No such file or directory");
	test_assert(policy_load(SHIPPED, "/nowhere/policy.rng", &err) == NULL);
	test_str(err.text, "/nowhere/policy.rng: cannot read: "
		"No such file or directory");
	test_assert(policy_load("/tmp", SCHEMA, &err) == NULL);
	test_str(err.text, "/tmp: cannot read: Is a directory");
	test_assert(policy_load("/nowhere/policy.xml", SCHEMA, NULL) == NULL);
}

static void
test_good(void)
{
	struct sekisho_error err;
	struct policy *policy = load_changed(WHEN, "<when/>", &err);

	test_begin("R13: defaults of a small policy");
	test_assert(policy != NULL);
	test_assert(!policy_accepts_on_failure(policy));
	test_str(policy_notice_from(policy), "NoReply@mail-abuse.org");
	test_str(policy_notice_language(policy, "a@other.test"), "en");
	test_str(policy_administrator(policy, ""), "");
	test_assert(policy_protects(policy, "EXAMPLE.test"));
	test_assert(!policy_protects(policy, "a.example.test"));
	test_assert(!policy_protects(policy, ""));
	policy_free(policy);
	policy_free(NULL);
}

/* SPEC R, "default". */
static void
test_shipped(void)
{
	static const char *const rules[] = { "R1 on", "R2 on", "R3 on", "B1 on",
		"R4 on", "R5 off", "R6 off", "R7 off", "R8 off", "U1 on",
		"U2 on" };
	struct sekisho_error err = { "" };
	struct policy *policy = policy_load(SHIPPED, SCHEMA, &err);
	char text[64];
	size_t i;

	test_begin("R1 to R8: status of the shipped rules");
	test_str(err.text, "");
	test_int(policy->rule_count, 11);
	for (i = 0; i < policy->rule_count; i++) {
		snprintf(text, sizeof(text), "%s %s", policy->rules[i]->id,
			policy->rules[i]->status == RULE_ON ? "on" : "off");
		test_str(text, rules[i]);
	}
	test_assert(!policy_accepts_on_failure(policy));
	policy_free(policy);
}

static char *
read_file(struct pool *pool, const char *name)
{
	char *text = pool_alloc(pool, 1 << 18);
	FILE *file = fopen(name, "re");

	if (file == NULL || fread(text, 1, (1 << 18) - 1, file) == 0)
		test_fail(__FILE__, __LINE__, name);
	if (file != NULL)
		fclose(file);
	return text;
}

/* Both files must have the word in their own way. */
static void
expect_word(struct pool *pool, const char *grammar, const char *manual,
	const char *word)
{
	if (strstr(grammar, pool_printf(pool, "<element name=\"%s\">",
	    word)) == NULL ||
	    (strstr(manual, pool_printf(pool, ".It Sy %s", word)) == NULL &&
	     strstr(".It Sy any , all , not", word) == NULL) ||
	    strstr(manual, pool_printf(pool, "<%s", word)) == NULL)
		test_fail(__FILE__, __LINE__, word);
}

static void
test_vocabulary(void)
{
	struct pool *pool = pool_new();
	const char *grammar = read_file(pool, SCHEMA);
	const char *manual = read_file(pool, MANUAL);
	size_t i;

	test_begin("R11: grammar and manual know every condition and action");
	for (i = 0; condition_types[i].name != NULL; i++)
		expect_word(pool, grammar, manual, condition_types[i].name);
	for (i = 0; action_types[i].name != NULL; i++)
		expect_word(pool, grammar, manual, action_types[i].name);
	pool_free(pool);
}

/* Takes "\e" (a backslash in mdoc) out of a text. */
static void
unescape(char *text)
{
	char *place;

	while ((place = strstr(text, "\\e")) != NULL)
		memmove(place + 1, place + 2, strlen(place + 2) + 1);
}

static void
expect_example(const char *from, const char *example)
{
	struct sekisho_error err;
	struct policy *policy = load_changed(from, example, &err);

	if (policy == NULL && strstr(err.text, "release does not") == NULL) {
		test_fail(__FILE__, __LINE__, example);
		printf("# %s\n", err.text);
	}
	policy_free(policy);
}

static void
test_examples(void)
{
	struct pool *pool = pool_new();
	char *manual = read_file(pool, MANUAL), *place, *end, *line;
	const char *actions = strstr(manual, ".Sh ACTIONS");
	int rules = 0, lines = 0;

	test_begin("R11: the examples of the manual");
	for (place = manual; (place = strstr(place, ".Dl <")) != NULL;
	     place++, lines++) {
		line = pool_strndup(pool, place + 4, strcspn(place + 4, "\n"));
		unescape(line);
		expect_example(place < actions ? "<virus/>" : "<log/>", line);
	}
	test_int(lines, 30);
	place = strstr(manual, ".Sh EXAMPLES");
	while ((place = strstr(place, "<rule ")) != NULL) {
		end = strstr(place, ".Ed");
		line = pool_strndup(pool, place, (size_t)(end - place));
		unescape(line);
		expect_example("</policy>", pool_printf(pool, "%s</policy>",
			line));
		place = end;
		rules++;
	}
	test_int(rules, 4);
	pool_free(pool);
}

int
main(void)
{
	test_wrong();
	test_good();
	test_shipped();
	test_vocabulary();
	test_examples();
	return test_done();
}
