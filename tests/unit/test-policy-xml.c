/*
 * test-policy-xml.c - files that are no policy, before their elements mean
 * anything (SPEC R13). What elements may say is in test-policy-load.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy_xml.h"
#include "test.h"

#define SCHEMA "core/sekishod/policy.rng"
#define ROOT "<policy xmlns=\"urn:sekisho:policy:1\">"
#define PROTECTED "<protected><domain>example.test</domain></protected>"

static struct sekisho_error err;

static void
write_file(const char *name, const char *text, size_t len)
{
	FILE *out = fopen(name, "we");

	if (out == NULL || fwrite(text, 1, len, out) != len ||
	    fclose(out) == EOF)
		abort();
}

static const struct {
	const char *text;
	size_t len;
	bool xml;		/* it is XML at least */
	const char *error;	/* how the complaint goes on */
} files[] = {
#define CASE(text) text, sizeof(text) - 1
	{ CASE(ROOT PROTECTED "</policy>"), true, "" },
	{ CASE("\xef\xbb\xbf" ROOT "\n" PROTECTED "</policy>"), true, "" },
	{ CASE("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" ROOT
	  PROTECTED "<!-- \xe4 --></policy>"), true, "" },
	{ CASE(ROOT PROTECTED "<rule/></policy>"), true, ":1: " },
	{ CASE("<x/>"), true, ":1: " },
	/* 5: not even XML */
	{ CASE(""), false, ":1: Document is empty" },
	{ CASE("policy"), false, ":1: Start tag expected, '<' not found" },
	{ CASE("\n\n" ROOT "<rule></policy>"), false,
	  ":3: Opening and ending tag mismatch: rule line 3 and policy" },
	{ CASE(ROOT "\n\xff</policy>"), false,
	  ":2: Input is not proper UTF-8, indicate encoding !" },
	{ CASE(ROOT "\n\0</policy>"), false, ":2: " },
	{ CASE(ROOT "</policy>\n<x/>"), false,
	  ":2: Extra content at the end of the document" },
	/* 11: nothing is declared, nothing is fetched */
	{ CASE("<!DOCTYPE policy SYSTEM \"file:///etc/passwd\">" ROOT
	  "</policy>"), false, ":1: a policy has no document type (DTD)" },
	{ CASE("\n<!DOCTYPE p [<!ENTITY a \"a\"><!ENTITY b \"&a;&a;\">]>" ROOT
	  "&b;</policy>"), false, ":2: a policy has no document type (DTD)" },
	{ CASE(ROOT "&x;</policy>"), false, ":1: Entity 'x' not defined" },
#undef CASE
};

static void
test_files(void)
{
	static char names[sizeof(files) / sizeof(files[0])][32];
	char file[] = "/tmp/test-policy-XXXXXX";
	xmlDoc *doc;
	bool valid;
	size_t i;

	close(mkstemp(file));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R13: file %zu", i);
		test_begin(names[i]);
		err.text[0] = '\0';
		valid = false;
		write_file(file, files[i].text, files[i].len);
		doc = policy_xml_open(file, SCHEMA, &valid, &err);
		test_int(doc != NULL, files[i].xml);
		test_int(valid, files[i].error[0] == '\0');
		if (files[i].error[0] != '\0') {
			test_assert(strncmp(err.text, file, strlen(file)) == 0);
			err.text[strlen(file) + strlen(files[i].error)] = '\0';
			test_str(err.text + strlen(file), files[i].error);
		}
		xmlFreeDoc(doc);
	}
	unlink(file);
}

static void
test_schema(void)
{
	char file[] = "/tmp/test-policy-XXXXXX", text[200];
	bool valid;

	test_begin("R13: a policy that is not there");
	test_assert(policy_xml_open("/nonexistent/p", SCHEMA, &valid, &err) ==
		NULL);
	test_str(err.text, "/nonexistent/p: cannot read: "
		"No such file or directory");
	test_assert(policy_xml_open("/tmp", SCHEMA, &valid, &err) == NULL);
	test_str(err.text, "/tmp: cannot read: Is a directory");

	test_begin("R13: a grammar that is none");
	close(mkstemp(file));
	write_file(file, "<x/>", 4);
	test_assert(policy_xml_open("core/sekishod/policy.xml", file, &valid,
		&err) == NULL);
	snprintf(text, sizeof(text), "%s:1: ", file);
	test_assert(strncmp(err.text, text, strlen(text)) == 0);
	unlink(file);
	test_assert(policy_xml_open("core/sekishod/policy.xml", file, &valid,
		&err) == NULL);
	test_assert(strstr(err.text, ": cannot read: ") != NULL);
}

static void
test_large(void)
{
	char file[] = "/tmp/test-policy-XXXXXX";
	bool valid;

	test_begin("R13: a policy of more than 16 MiB is not read");
	close(mkstemp(file));
	test_int(truncate(file, (16 << 20) + 1), 0);
	test_assert(policy_xml_open(file, SCHEMA, &valid, &err) == NULL);
	test_str(err.text + strlen(file), ": cannot read: more than 16 MiB");
	unlink(file);
}

int
main(void)
{
	test_files();
	test_schema();
	test_large();
	return test_done();
}
