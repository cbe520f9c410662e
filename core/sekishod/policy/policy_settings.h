/*
 * policy_settings.h - elements of a policy file that are not rules.
 */
#ifndef SEKISHO_POLICY_SETTINGS_H
#define SEKISHO_POLICY_SETTINGS_H

#include "policy_xml.h"

typedef int element_read(struct policy_reader *reader, const xmlNode *node);

/* What may stand in an element. */
struct element {
	const char *name;
	element_read *read;
	bool once;
	bool needed;
};

/* Reads the children of node as the table (a NULL name ends it) says. */
int policy_read_elements(struct policy_reader *reader, const xmlNode *node,
	const struct element *elements);

/* 1 when value is yes, 0 when it is no, -1 when it is neither. */
int policy_read_choice(struct policy_reader *reader, const xmlNode *node,
	const char *value, const char *yes, const char *no);

/* One for each element; 0 or -1. They fill reader->policy and ->section. */
element_read policy_read_protected;
element_read policy_read_spam_score;
element_read policy_read_notices;
element_read policy_read_outbound_quarantine;
element_read policy_read_high_risk;

#endif
