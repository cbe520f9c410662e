/*
 * condition_file.c - conditions about the parts of a message: what was found in
 * them, their names, what they are.
 */
#include <string.h>

#include "condition_file.h"
#include "filename.h"

/* Findings of a kind; those with a name count only if it fits. */
static bool
mark_findings(const struct condition *condition, const struct view *view,
	enum finding_kind kind, bool *parts)
{
	const struct inspection *in = view->facts->inspection;
	const struct finding *finding;
	bool found = false;
	size_t i;

	for (i = 0; i < in->finding_count; i++) {
		finding = &in->findings[i];
		if (finding->kind != kind || (*condition->text != '\0' &&
		    !pattern_glob_matches(condition->text, finding->name)))
			continue;
		found = true;
		if (parts != NULL)
			parts[finding->part] = true;
	}
	return found;
}

bool
condition_virus_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_findings(condition, view, FINDING_VIRUS, parts);
}

bool
condition_encrypted_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_findings(condition, view, FINDING_ENCRYPTED, parts);
}

bool
condition_unscannable_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_findings(condition, view, FINDING_UNSCANNABLE, parts);
}

bool
condition_macro_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_findings(condition, view, FINDING_MACRO, parts);
}

/* A part that a reader would call a file, not the text of the mail. */
static bool
part_is_file(const struct part *part)
{
	return part->attachment || (part->leaf &&
		strncmp(part->true_type, "text/", 5) != 0);
}

/* As it is written, or as it would be run. */
static bool
name_fits(const char *glob, const char *name)
{
	char plain[FILENAME_ROOM];

	return pattern_glob_matches_file(glob, name) ||
		(filename_plain(plain, name) &&
		pattern_glob_matches_file(glob, plain));
}

static bool
mark_names(const struct view *view, const char *glob, bool *parts)
{
	const struct inspection *in = view->facts->inspection;
	const struct member *member;
	bool found = false;
	size_t i;

	for (i = 0; i < in->part_count; i++)
		if (*in->parts[i].filename != '\0' &&
		    name_fits(glob, in->parts[i].filename)) {
			found = true;
			if (parts != NULL)
				parts[i] = true;
		}
	for (i = 0; i < in->member_count; i++) {
		member = &in->members[i];
		if (name_fits(glob, member->name)) {
			found = true;
			if (parts != NULL)
				parts[member->part] = true;
		}
	}
	return found;
}

static bool
mark_types(const struct view *view, const char *glob, bool *parts)
{
	const struct inspection *in = view->facts->inspection;
	bool found = false;
	size_t i;

	for (i = 1; i < in->part_count; i++)
		if (part_is_file(&in->parts[i]) &&
		    pattern_glob_matches(glob, in->parts[i].true_type)) {
			found = true;
			if (parts != NULL)
				parts[i] = true;
		}
	return found;
}

bool
condition_file_name_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_names(view, condition->text, parts);
}

bool
condition_file_type_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	return mark_types(view, condition->text, parts);
}

bool
condition_high_risk_mark(const struct condition *condition,
	const struct view *view, bool *parts)
{
	const struct policy *policy = view->policy;
	bool found = false;
	size_t i;

	for (i = 0; i < policy->risky_name_count; i++)
		found |= mark_names(view, policy->risky_names[i], parts);
	for (i = 0; i < policy->risky_type_count; i++)
		found |= mark_types(view, policy->risky_types[i], parts);
	return found;
}

