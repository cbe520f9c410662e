/*
 * story_words.h - values of log lines as people say them.
 *
 * What these return is to be freed with g_free().
 */
#ifndef SEKISHO_STORY_WORDS_H
#define SEKISHO_STORY_WORDS_H

#include <stdbool.h>

/* "virus Eicar in part 2 (a.com)" for "virus:Eicar(2 a.com)". */
char *story_findings(const char *findings);

/* What a mail gets that could not be looked at: a 451, or it passes. */
char *story_failure(bool deferred, const char *error);

/* "a, b" for "a,b". */
char *story_list(const char *list);

/* "rules a, b fired" for "a,b", "no rule fired" for "none". */
char *story_rules(const char *rules);

/* "12 kB" for a number of bytes, which may be NULL. */
char *story_size(const char *bytes);

#endif
