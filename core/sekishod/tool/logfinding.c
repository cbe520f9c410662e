/*
 * logfinding.c - a file may be called anything, so only what a finding begins
 * with ends the one before.
 */
#include <glib.h>
#include <string.h>

#include "logfinding.h"

/* The kind that a finding begins with, and what follows its colon; or NULL. */
static const char *
read_kind(const char *text, enum finding_kind *kind_r)
{
	int kind;

	for (kind = 0; kind < FINDING_KINDS; kind++) {
		const char *name = finding_kind_name((enum finding_kind)kind);

		if (!g_str_has_prefix(text, name) || text[strlen(name)] != ':')
			continue;
		*kind_r = (enum finding_kind)kind;
		return text + strlen(name) + 1;
	}
	return NULL;
}

static const char *
find_end(const char *text)
{
	const char *end = text;
	enum finding_kind kind;

	while ((end = strstr(end, ") ")) != NULL) {
		if (read_kind(end + 2, &kind) != NULL)
			return end + 1;
		end += 2;
	}
	return text + strlen(text);
}

bool
logfinding_next(const char **text, struct logfinding *found)
{
	const char *name = read_kind(*text, &found->kind), *end, *part, *file;

	if (name == NULL)
		return false;
	end = find_end(name);
	part = memchr(name, '(', (size_t)(end - name));
	file = part == NULL ? NULL : memchr(part, ' ', (size_t)(end - part));
	if (file == NULL || end[-1] != ')')
		return false;
	found->name = g_strndup(name, (size_t)(part - name));
	found->part = g_strndup(part + 1, (size_t)(file - part - 1));
	found->file = g_strndup(file + 1, (size_t)(end - file - 2));
	*text = end + (*end == ' ');
	return true;
}

void
logfinding_free(struct logfinding *found)
{
	g_free(found->name);
	g_free(found->part);
	g_free(found->file);
}
