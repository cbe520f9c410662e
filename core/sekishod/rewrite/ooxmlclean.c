/*
 * ooxmlclean.c - take the macros out of documents of Office 2007 and later
 * (ECMA-376-2): the parts that are macros, what points to them, and the type
 * that says there are some. report.docm becomes report.docx.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include "clean.h"
#include "zipfile.h"

#define XML_MAX (16u << 20)
#define TYPES "[Content_Types].xml"

static const struct kind {
	const char *with;	/* content type of the main part ... */
	const char *without;	/* ... and without macros */
	const char *type;	/* of the file */
	const char *ending;
} kinds[] = {
	{ "application/vnd.ms-word.document.macroEnabled.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "wordprocessingml.document.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "wordprocessingml.document", "docx" },
	{ "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "wordprocessingml.template.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "wordprocessingml.template", "dotx" },
	{ "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "spreadsheetml.sheet.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "spreadsheetml.sheet", "xlsx" },
	{ "application/vnd.ms-excel.template.macroEnabled.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "spreadsheetml.template.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "spreadsheetml.template", "xltx" },
	{ "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "presentationml.presentation.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "presentationml.presentation", "pptx" },
	{ "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "presentationml.slideshow.main+xml",
	  "application/vnd.openxmlformats-officedocument."
	  "presentationml.slideshow", "ppsx" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int
impossible(struct sekisho_error *err, const char *why)
{
	return clean_impossible(err, "document", why);
}

/* Parts that are macros, or belong to them. */
static bool
name_is_macro(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash != NULL ? slash + 1 : name;

	return strncasecmp(base, "vbaProject", 10) == 0 ||
		strncasecmp(base, "vbaData", 7) == 0 ||
		strcasestr(name, "macrosheets/") != NULL ||
		strcasestr(name, "/activeX/") != NULL;
}

static xmlDoc *
member_parse(zip_t *zip, zip_uint64_t index)
{
	zip_file_t *file = zip_fopen_index(zip, index, 0);
	xmlDoc *doc = NULL;
	zip_stat_t st;
	char *text;

	if (file == NULL)
		return NULL;
	zip_stat_init(&st);
	if (zip_stat_index(zip, index, 0, &st) == 0 && st.size > 0 &&
	    st.size < XML_MAX && (text = malloc(st.size)) != NULL) {
		if (zip_fread(file, text, st.size) == (zip_int64_t)st.size)
			doc = xmlReadMemory(text, (int)st.size, NULL, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR |
				XML_PARSE_NOWARNING);
		free(text);
	}
	zip_fclose(file);
	return doc;
}

static bool
member_store(zip_t *zip, zip_uint64_t index, xmlDoc *doc)
{
	zip_source_t *source;
	xmlChar *text = NULL;
	int len = 0;

	xmlDocDumpMemoryEnc(doc, &text, &len, "UTF-8");
	if (text == NULL)
		return false;
	/* libzip frees it, which is free() for libxml2, too. */
	source = zip_source_buffer(zip, text, (zip_uint64_t)len, 1);
	if (source == NULL) {
		xmlFree(text);
		return false;
	}
	if (zip_file_replace(zip, index, source, 0) == 0)
		return true;
	zip_source_free(source);
	return false;
}

/* True when an attribute of that name points to a macro part. */
static bool
points_to_macro(xmlNode *node, const char *attribute)
{
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)attribute);
	bool result = value != NULL && name_is_macro((const char *)value);

	xmlFree(value);
	return result;
}

/* Takes out the children that name a macro part. */
static void
drop_children(xmlDoc *doc, const char *attribute)
{
	xmlNode *root = xmlDocGetRootElement(doc), *node, *next;

	for (node = root != NULL ? root->children : NULL; node != NULL;
	     node = next) {
		next = node->next;
		if (node->type == XML_ELEMENT_NODE &&
		    points_to_macro(node, attribute)) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

/* The main part's content type, made one without macros. */
static const struct kind *
types_change(xmlDoc *doc)
{
	xmlNode *root = xmlDocGetRootElement(doc), *node;
	const struct kind *found = NULL;
	xmlChar *type;
	size_t i;

	for (node = root != NULL ? root->children : NULL; node != NULL;
	     node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		type = xmlGetNoNsProp(node, (const xmlChar *)"ContentType");
		for (i = 0; type != NULL && i < KINDS; i++)
			if (strcmp((const char *)type, kinds[i].with) == 0) {
				found = &kinds[i];
				xmlSetProp(node,
					(const xmlChar *)"ContentType",
					(const xmlChar *)found->without);
			}
		xmlFree(type);
	}
	return found;
}

static bool
is_relations(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".rels") == 0;
}

/* Changes one member. Returns false when it cannot be. */
static bool
member_clean(zip_t *zip, zip_uint64_t index, const char *name,
	const struct kind **kind, int *removed)
{
	bool types = strcmp(name, TYPES) == 0;
	bool done;
	xmlDoc *doc;

	if (name_is_macro(name)) {
		(*removed)++;
		return zip_delete(zip, index) == 0;
	}
	if (!types && !is_relations(name))
		return true;
	doc = member_parse(zip, index);
	if (doc == NULL)
		return false;
	drop_children(doc, types ? "PartName" : "Target");
	if (types)
		*kind = types_change(doc);
	done = member_store(zip, index, doc);
	xmlFreeDoc(doc);
	return done;
}

static int
members_clean(zip_t *zip, struct cleaned *cleaned, struct sekisho_error *err)
{
	zip_int64_t i, count = zip_get_num_entries(zip, 0);
	const struct kind *kind = NULL;
	const char *name;
	int removed = 0;

	if (zip_name_locate(zip, TYPES, 0) < 0)
		return CLEAN_OTHER;
	if (count > CLEAN_MEMBERS_MAX)
		return impossible(err, "it has too many members");
	for (i = 0; i < count; i++) {
		name = zip_get_name(zip, (zip_uint64_t)i, 0);
		if (name == NULL || !member_clean(zip, (zip_uint64_t)i, name,
		    &kind, &removed))
			return impossible(err, "damaged");
	}
	if (removed == 0)
		return impossible(err, "it has no macros");
	if (kind != NULL) {
		cleaned->type = kind->type;
		cleaned->ending = kind->ending;
	}
	return 0;
}

int
ooxmlclean(const struct clean_request *request, struct cleaned *cleaned,
	struct sekisho_error *err)
{
	struct sekisho_error reason;
	struct zipfile file;
	int result;

	if (zipfile_open(&file, request->data, request->len, &reason) < 0)
		return CLEAN_OTHER; /* zipclean() says what is wrong */
	result = members_clean(file.zip, cleaned, err);
	if (result == 0 && zipfile_write(&file, &cleaned->data, &reason) < 0)
		result = impossible(err, reason.text);
	zipfile_close(&file);
	return result;
}
