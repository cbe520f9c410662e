/*
 * policy_xml.c - the XML under a policy: parse, check against the grammar,
 * walk. policy_load.c gives the elements their meaning.
 *
 * A policy needs no DTD, so a file that has one is refused before any entity
 * can be declared; nothing is ever fetched.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "policy_xml.h"

#define POLICY_MAX (16u << 20)	/* bytes of a file */

/* libxml2 reports consequences after their cause: only the first one counts. */
struct complaint {
	const char *file;
	struct sekisho_error *err;
	bool made;
};

static void
complaint_make(void *context, xmlErrorPtr error)
{
	struct complaint *complaint = context;
	const char *text = error->message == NULL ? "?" : error->message;

	if (complaint->made || error->level < XML_ERR_ERROR)
		return;
	complaint->made = true;
	sekisho_error_set(complaint->err, "%s:%d: %.*s", complaint->file,
		error->line > 0 ? error->line : 1, (int)strcspn(text, "\n"),
		text);
}

static void
refuse_dtd(void *context, const xmlChar *name, const xmlChar *external,
	const xmlChar *system)
{
	xmlParserCtxt *parser = context;
	struct complaint *complaint = parser->_private;

	if (!complaint->made)
		sekisho_error_set(complaint->err,
			"%s:%d: a policy has no document type (DTD)",
			complaint->file, xmlSAX2GetLineNumber(parser));
	complaint->made = true;
	xmlStopParser(parser);
}

/* The whole file; *len_r bytes, to be freed. NULL when it cannot be read. */
static char *
file_read(const char *name, size_t *len_r, struct sekisho_error *err)
{
	FILE *file = fopen(name, "re");
	char *data = malloc(POLICY_MAX + 1);
	bool bad = file == NULL || data == NULL;

	if (!bad)
		*len_r = fread(data, 1, POLICY_MAX + 1, file);
	if (bad || ferror(file) != 0) {
		sekisho_error_set(err, "%s: cannot read: %s", name,
			strerror(errno));
		bad = true;
	} else if (*len_r > POLICY_MAX) {
		sekisho_error_set(err, "%s: cannot read: more than %u MiB",
			name, POLICY_MAX >> 20);
		bad = true;
	}
	if (file != NULL)
		fclose(file);
	if (bad) {
		free(data);
		return NULL;
	}
	return data;
}

static xmlDoc *
document_parse(const char *file, struct sekisho_error *err)
{
	struct complaint complaint = { .file = file, .err = err };
	xmlParserCtxt *parser = NULL;
	xmlDoc *doc = NULL;
	size_t len;
	char *data = file_read(file, &len, err);

	if (data == NULL)
		return NULL;
	parser = xmlNewParserCtxt();
	if (parser == NULL) {
		sekisho_error_set(err, "%s: out of memory", file);
		goto out;
	}
	parser->_private = &complaint;
	parser->sax->internalSubset = refuse_dtd;
	xmlSetStructuredErrorFunc(&complaint, complaint_make);
	doc = xmlCtxtReadMemory(parser, data, (int)len, file, NULL,
		XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOCDATA);
	xmlSetStructuredErrorFunc(NULL, NULL);
	if (doc != NULL && complaint.made) {
		xmlFreeDoc(doc);
		doc = NULL;
	} else if (doc == NULL && !complaint.made) {
		sekisho_error_set(err, "%s:1: this is not XML", file);
	}
out:
	if (parser != NULL && parser->myDoc != doc)
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	free(data);
	return doc;
}

static int
document_check(xmlDoc *doc, xmlRelaxNG *grammar, const char *file,
	struct sekisho_error *err)
{
	struct complaint complaint = { .file = file, .err = err };
	xmlRelaxNGValidCtxt *valid = xmlRelaxNGNewValidCtxt(grammar);
	int result;

	if (valid == NULL)
		return sekisho_error_set(err, "%s: out of memory", file);
	xmlRelaxNGSetValidStructuredErrors(valid, complaint_make, &complaint);
	result = xmlRelaxNGValidateDoc(valid, doc);
	xmlRelaxNGFreeValidCtxt(valid);
	if (result != 0 && !complaint.made)
		sekisho_error_set(err, "%s:1: does not fit the grammar", file);
	return result == 0 ? 0 : -1;
}

static xmlRelaxNG *
grammar_load(const char *schema, struct sekisho_error *err)
{
	struct complaint complaint = { .file = schema, .err = err };
	xmlRelaxNGParserCtxt *parser;
	xmlRelaxNG *grammar = NULL;
	size_t len;
	char *data = file_read(schema, &len, err);

	if (data == NULL)
		return NULL;
	parser = xmlRelaxNGNewMemParserCtxt(data, (int)len);
	xmlSetStructuredErrorFunc(&complaint, complaint_make);
	if (parser != NULL) {
		xmlRelaxNGSetParserStructuredErrors(parser, complaint_make,
			&complaint);
		grammar = xmlRelaxNGParse(parser);
	}
	xmlSetStructuredErrorFunc(NULL, NULL);
	if (grammar == NULL && !complaint.made)
		sekisho_error_set(err, "%s:1: not a grammar", schema);
	xmlRelaxNGFreeParserCtxt(parser);
	free(data);
	return grammar;
}

xmlDoc *
policy_xml_open(const char *file, const char *schema, bool *valid_r,
	struct sekisho_error *err)
{
	xmlRelaxNG *grammar = NULL;
	xmlDoc *doc = document_parse(file, err);

	if (doc == NULL)
		return NULL;
	grammar = grammar_load(schema, err);
	if (grammar == NULL) {
		xmlFreeDoc(doc);
		return NULL;
	}
	*valid_r = document_check(doc, grammar, file, err) == 0;
	xmlRelaxNGFree(grammar);
	return doc;
}

int
policy_error(const struct policy_reader *reader, const xmlNode *node,
	const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (*reader->rule != '\0')
		return sekisho_error_set(reader->err, "%s:%ld: rule '%s': %s",
			reader->file, xmlGetLineNo(node), reader->rule, text);
	return sekisho_error_set(reader->err, "%s:%ld: %s", reader->file,
		xmlGetLineNo(node), text);
}

const char *
policy_name(const xmlNode *node)
{
	return (const char *)node->name;
}

/* The attribute's place in names, or -1. */
static int
attribute_index(const xmlAttr *attribute, const char *const *names)
{
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (attribute->ns == NULL && strcmp(names[i] +
		    (*names[i] == '?'), (const char *)attribute->name) == 0)
			return i;
	return -1;
}

int
policy_attributes(const struct policy_reader *reader, const xmlNode *node,
	const char *const *names, const char **values_r)
{
	const xmlAttr *attribute;
	xmlChar *value;
	int i;

	for (i = 0; names[i] != NULL; i++)
		values_r[i] = NULL;
	for (attribute = node->properties; attribute != NULL;
	     attribute = attribute->next) {
		i = attribute_index(attribute, names);
		if (i < 0)
			return policy_error(reader, node,
				"<%s> has no attribute '%s'",
				policy_name(node), attribute->name);
		value = xmlNodeGetContent((const xmlNode *)attribute);
		values_r[i] = pool_strdup(reader->policy->pool,
			value == NULL ? "" : (const char *)value);
		xmlFree(value);
	}
	for (i = 0; names[i] != NULL; i++)
		if (values_r[i] == NULL && *names[i] != '?')
			return policy_error(reader, node,
				"<%s> needs the attribute '%s'",
				policy_name(node), names[i]);
	return 0;
}

int
policy_next(const struct policy_reader *reader, const xmlNode *node,
	const xmlNode **child_p)
{
	const xmlNode *child = *child_p == NULL ? node->children :
		(*child_p)->next;

	for (; child != NULL; child = child->next) {
		if (child->type == XML_COMMENT_NODE ||
		    child->type == XML_PI_NODE || xmlIsBlankNode(child))
			continue;
		if (child->type != XML_ELEMENT_NODE)
			return policy_error(reader, node,
				"there is text in <%s>, which has only "
				"elements: %.40s", policy_name(node),
				child->content == NULL ? "" :
				(const char *)child->content +
				strspn((const char *)child->content,
				" \t\r\n"));
		if (child->ns == NULL || strcmp((const char *)child->ns->href,
		    POLICY_NAMESPACE) != 0)
			return policy_error(reader, child,
				"<%s> is not in the namespace %s",
				policy_name(child), POLICY_NAMESPACE);
		*child_p = child;
		return 1;
	}
	return 0;
}

int
policy_no_child(const struct policy_reader *reader, const xmlNode *node)
{
	const xmlNode *child = NULL;
	int more = policy_next(reader, node, &child);

	if (more > 0)
		return policy_error(reader, child, "<%s> may not contain <%s>",
			policy_name(node), policy_name(child));
	return more;
}

const char *
policy_text(const struct policy_reader *reader, const xmlNode *node)
{
	static const char blanks[] = " \t\r\n";
	xmlChar *content = xmlNodeGetContent(node);
	const char *text = content == NULL ? "" : (const char *)content;
	size_t len;
	char *copy;

	text += strspn(text, blanks);
	len = strlen(text);
	while (len > 0 && strchr(blanks, text[len - 1]) != NULL)
		len--;
	copy = pool_strndup(reader->policy->pool, text, len);
	xmlFree(content);
	return copy;
}
