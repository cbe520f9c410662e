/*
 * policy_xml.h - what reading any element of a policy needs. Errors are set
 * with "file:line: rule 'ID': reason".
 */
#ifndef SEKISHO_POLICY_XML_H
#define SEKISHO_POLICY_XML_H

#include <libxml/tree.h>

#include "policy_private.h"

#define POLICY_NAMESPACE "urn:sekisho:policy:1"

/* A <status> of a domain, until all rules are known. */
struct override {
	const xmlNode *node;
	struct section *section;
	const char *rule;
	enum rule_status status;
};

/* Where the reading of a policy stands. */
struct policy_reader {
	const char *file;
	struct policy *policy;
	const char *rule;		/* id of the rule being read, or "" */
	struct section *section;	/* the one being read */
	struct override *overrides;
	size_t override_count;
	struct sekisho_error *err;
};

/*
 * Parses file and checks it against the grammar in schema. Sets *valid_r; a
 * document that is not valid comes with the grammar's complaint in err, so
 * that the caller may find a better one. NULL when it is not even XML. Free it
 * with xmlFreeDoc().
 */
xmlDoc *policy_xml_open(const char *file, const char *schema, bool *valid_r,
	struct sekisho_error *err);

/* Always -1. */
int policy_error(const struct policy_reader *reader, const xmlNode *node,
	const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * Puts the attributes called names (NULL at the end; "?" in front of one that
 * may be missing) into values_r, in pool; NULL for a missing one. Another
 * attribute is an error. 0 or -1.
 */
int policy_attributes(const struct policy_reader *reader, const xmlNode *node,
	const char *const *names, const char **values_r);

/*
 * Steps to the next child element; begin with *child_p NULL. 1, 0 at the end,
 * -1 when there is text or an element of another namespace.
 */
int policy_next(const struct policy_reader *reader, const xmlNode *node,
	const xmlNode **child_p);

/* Refuses any child element of one that has none. 0 or -1. */
int policy_no_child(const struct policy_reader *reader, const xmlNode *node);

/* The name of an element. */
const char *policy_name(const xmlNode *node);

/* The text in an element without blanks around it, in pool. */
const char *policy_text(const struct policy_reader *reader,
	const xmlNode *node);

#endif
