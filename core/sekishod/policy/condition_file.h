/*
 * condition_file.h - the mark functions of condition.c's table; see
 * struct condition_type.
 */
#ifndef SEKISHO_CONDITION_FILE_H
#define SEKISHO_CONDITION_FILE_H

#include "condition.h"

bool condition_virus_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_encrypted_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_unscannable_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_macro_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_file_name_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_file_type_mark(const struct condition *condition,
	const struct view *view, bool *parts);
bool condition_high_risk_mark(const struct condition *condition,
	const struct view *view, bool *parts);

#endif
