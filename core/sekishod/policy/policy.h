/*
 * policy.h - the administrator's rules: read from XML, applied to one message.
 *
 * policy_decide() is a pure function of its arguments: no clock, no file, no
 * directory. tests/policy/ holds its cases as data. The language of the file
 * is described in sekisho-policy(5) and policy.rng.
 */
#ifndef SEKISHO_POLICY_H
#define SEKISHO_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "decision.h"
#include "inspection.h"
#include "message.h"
#include "policy_doubt.h"
#include "pool.h"
#include "sekisho.h"
#include "senders.h"

struct policy;

/*
 * Reads file, checks it against the RELAX NG grammar in schema. Returns NULL
 * with "file:line: reason" when it is wrong. Free it with policy_free().
 */
struct policy *policy_load(const char *file, const char *schema,
	struct sekisho_error *err);
void policy_free(struct policy *policy);

/* Settings of the file that others need. Strings live as long as policy. */
bool policy_accepts_on_failure(const struct policy *policy); /* SPEC O4 */
const char *policy_notice_from(const struct policy *policy);

/* "en" or "ja", for the domain of the address that is told (SPEC N3). */
const char *policy_notice_language(const struct policy *policy,
	const char *address);
const char *policy_administrator(const struct policy *policy,
	const char *address);	/* or "" */
/* True when a rule asks what parts are by their bytes (<file-type> ...). */
bool policy_wants_types(const struct policy *policy);
/* True when a rule that is on somewhere may hold mail. */
bool policy_holds(const struct policy *policy);
/* Of one section after the other; "": it has none, NULL: no more sections. */
const char *policy_outbound_quarantine(const struct policy *policy, size_t i);
bool policy_protects(const struct policy *policy, const char *domain);
/* Its rules, in the order of the file. */
size_t policy_rule_count(const struct policy *policy);
const char *policy_rule_id(const struct policy *policy, size_t index);

/*
 * True when the approvals of this recipient can matter: the mail is inbound
 * for him and a rule of class spam is on (SPEC A3, A4). They do matter when
 * one of these rules fires as long as nobody has approved.
 */
bool policy_wants_approval(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient);

/*
 * True when the blocks of this recipient matter: the mail is from outside for
 * him, and a rule that asks for them is not off.
 */
bool policy_wants_blocks(const struct policy *policy,
	const struct sekisho_message *message, const char *recipient);

/* What policy_decide() looks at. */
struct policy_case {
	const struct sekisho_message *message;
	const struct inspection *inspection;
	/* What each recipient says of the sender; NULL: nobody anything. */
	const enum senders_opinion *opinions;
	enum policy_doubt doubt;
	const char *settled;	/* of policy_settled(), with doubt only ... */
	const char *const *fired;	/* ... for each recipient: the rules
					 * that did fire, ",id,id," */
};

/* One line of `sekisho explain`: why a rule fired for a recipient, or not. */
struct trace_line {
	const char *rule;
	const char *recipient;
	bool fired;
	const char *reason;	/* "direction is outbound, not inbound" ... */
};

struct trace {
	struct trace_line *lines;
	size_t count;
};

/*
 * The result lives in pool. trace may be NULL; otherwise it is filled, one line
 * for each rule and recipient, in the order of the file.
 */
struct decision *policy_decide(const struct policy *policy,
	const struct policy_case *facts, struct pool *pool,
	struct trace *trace);

#endif
