/*
 * question.h - the security questions that a user may choose from (SPEC C1).
 *
 * questions.LANGUAGE.txt in the directory of the templates: each line is a
 * name, which is stored, a blank, and the text, which the webmail shows.
 */
#ifndef SEKISHO_QUESTION_H
#define SEKISHO_QUESTION_H

#include "sekisho.h"

/*
 * 1 when name is one of the list, 0 when it is not, -1 when the list cannot be
 * read.
 */
int question_known(const char *templates, const char *name,
	struct sekisho_error *err);

#endif
