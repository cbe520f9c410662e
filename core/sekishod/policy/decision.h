/*
 * decision.h - what a policy wants done with one message, for each recipient.
 *
 * Made by policy_decide(); rewrite.c, planner.c, notify.c and explanation*.c
 * carry it out or say it.
 */
#ifndef SEKISHO_DECISION_H
#define SEKISHO_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "edit.h"
#include "held.h"
#include "plan.h"

enum notice_to { NOTICE_SENDER, NOTICE_RECIPIENT, NOTICE_ADMINISTRATOR };

struct decision_header {
	const char *name;
	const char *value;
};

/* Recipients for whom the same happens share one of these. */
struct decision_outcome {
	enum sekisho_fate fate;
	const char *text;		/* reject: SMTP text; else "" */
	const char **tags;		/* subject tags, outermost first */
	size_t tag_count;
	struct decision_header *headers; /* to add */
	size_t header_count;
	struct edit_list edits;		/* none: the body stays */
	const char **rules;		/* ids of the rules that fired */
	size_t rule_count;
	const char *fate_rule;		/* the one that made the fate, or "" */
	const char *fate_name;		/* its name, for people, or "" */
	enum sekisho_held_class held_class; /* hold: what for ... */
	const char *quarantine;		/* ... and in whose quarantine; "":
					 * the recipient's */
	const char *virus_names;	/* "A, B", or "" */
	const char *virus_files;	/* file names, "a.exe, b.exe", or "" */
	const char *actions;		/* "Clean; Notify;" as in SPEC N1 */
};

struct decision_notice {
	enum notice_to to;
	const char *template;		/* "virus", "violation", or own file */
	const char *rule;
	const char *recipient;		/* to whom it goes */
	size_t outcome;			/* the outcome it speaks of */
};

/* A rule that only watches, and for whom it would have fired. */
struct decision_monitor {
	const char *rule;
	bool *recipients;		/* one for each of the message */
};

struct decision {
	struct decision_outcome *outcomes;
	size_t outcome_count;
	size_t *recipient_outcome;	/* for each recipient of the message */
	bool *recipient_spam;		/* ... a rule of class spam fired */
	struct decision_notice *notices;
	size_t notice_count;
	struct decision_monitor *monitors;	/* at least one recipient */
	size_t monitor_count;
	bool defer;			/* unscannable and no rule took it */
};

#endif
