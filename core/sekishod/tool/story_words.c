/*
 * story_words.c - findings, lists and sizes in words.
 */
#include <glib.h>
#include <string.h>

#include "logfinding.h"
#include "logline.h"
#include "story_words.h"

char *
story_findings(const char *findings)
{
	GString *out = g_string_new(NULL);
	struct logfinding found;

	if (strcmp(findings, "none") == 0)
		return g_string_free(g_string_append(out, "nothing bad in it"),
			FALSE);
	while (logfinding_next(&findings, &found)) {
		g_string_append_printf(out, "%s%s %s in ", out->len > 0 ?
			", " : "", finding_kind_name(found.kind), found.name);
		if (strcmp(found.part, "message") == 0)
			g_string_append(out, "the whole message");
		else
			g_string_append_printf(out, "part %s", found.part);
		if (*found.file != '\0')
			g_string_append_printf(out, " (%s)", found.file);
		logfinding_free(&found);
	}
	/* What is malformed is shown as it stands. */
	return g_string_free(g_string_append(out, findings), FALSE);
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
	char **words = logline_addresses(list, ",");
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
