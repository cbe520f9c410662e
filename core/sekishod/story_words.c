/*
 * story_words.c - findings, lists and sizes in words.
 */
#include <glib.h>
#include <string.h>

#include "inspection.h"
#include "story_words.h"

/* The kind that a finding begins with, or NULL. */
static const char *
read_kind(const char *text)
{
	int kind;

	for (kind = 0; kind < FINDING_KINDS; kind++) {
		const char *name = finding_kind_name((enum finding_kind)kind);

		if (g_str_has_prefix(text, name) && text[strlen(name)] == ':')
			return name;
	}
	return NULL;
}

/* A file may be called anything, so only a kind ends what is before it. */
static size_t
finding_length(const char *text)
{
	const char *end = text;

	while ((end = strstr(end, ") ")) != NULL) {
		end += 2;
		if (read_kind(end) != NULL)
			return (size_t)(end - 1 - text);
	}
	return strlen(text);
}

/* "virus:Eicar(2 a.com)" */
static void
add_finding(GString *out, const char *text, size_t len)
{
	const char *kind = read_kind(text);
	char *all = g_strndup(text, len), *part, *file;

	part = kind == NULL ? NULL : strchr(all, '(');
	file = part == NULL ? NULL : strchr(part, ' ');
	if (file == NULL || all[len - 1] != ')') {
		g_string_append(out, all);
		g_free(all);
		return;
	}
	all[len - 1] = '\0';
	*part++ = *file++ = '\0';
	g_string_append_printf(out, "%s %s in ", kind,
		all + strlen(kind) + 1);
	if (strcmp(part, "message") == 0)
		g_string_append(out, "the whole message");
	else
		g_string_append_printf(out, "part %s", part);
	if (*file != '\0')
		g_string_append_printf(out, " (%s)", file);
	g_free(all);
}

char *
story_findings(const char *findings)
{
	GString *out = g_string_new(NULL);

	if (strcmp(findings, "none") == 0)
		return g_string_free(g_string_append(out, "nothing bad in it"),
			FALSE);
	while (*findings != '\0') {
		size_t len = finding_length(findings);

		if (out->len > 0)
			g_string_append(out, ", ");
		add_finding(out, findings, len);
		findings += len + (findings[len] == ' ');
	}
	return g_string_free(out, FALSE);
}

char *
story_failure(bool deferred, const char *error)
{
	return g_strdup_printf(deferred ? "Sekisho answered 451, the sender's "
		"server shall come again (with another id): %s" :
		"Sekisho let it pass without having looked at it, as "
		"on-failure says: %s", error);
}

char *
story_list(const char *list)
{
	char **words = g_strsplit(list, ",", -1);
	char *text = g_strjoinv(", ", words);

	g_strfreev(words);
	return text;
}

char *
story_rules(const char *rules)
{
	char *list = story_list(rules), *words = strcmp(rules, "none") == 0 ?
		g_strdup("no rule fired") : g_strdup_printf("%s %s fired",
		strchr(rules, ',') != NULL ? "rules" : "rule", list);

	g_free(list);
	return words;
}

char *
story_size(const char *bytes)
{
	guint64 size = bytes == NULL ? 0 : g_ascii_strtoull(bytes, NULL, 10);

	return size < 10000 ? g_strdup_printf("%s bytes", bytes != NULL ?
		bytes : "?") : g_strdup_printf("%" G_GUINT64_FORMAT " kB",
		size / 1000);
}
