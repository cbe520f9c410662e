/*
 * question.c - the security questions that a user may choose from.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "question.h"

/* A name that is in the English list is expected to be in all. */
#define QUESTIONS "questions.en.txt"

int
question_known(const char *templates, const char *name,
	struct sekisho_error *err)
{
	char path[PATH_MAX], line[1024];
	size_t len = strlen(name);
	int known = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", templates, QUESTIONS);
	in = fopen(path, "re");
	if (in == NULL)
		return sekisho_error_set(err, "%s: cannot read: %s", path,
			strerror(errno));
	while (!known && len > 0 && fgets(line, sizeof(line), in) != NULL)
		known = line[0] != '#' && strcspn(line, " \n") == len &&
			strncmp(line, name, len) == 0;
	fclose(in);
	return known;
}
