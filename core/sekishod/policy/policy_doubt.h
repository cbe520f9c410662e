/*
 * policy_doubt.h - rules about a mail of which not all is known.
 */
#ifndef SEKISHO_POLICY_DOUBT_H
#define SEKISHO_POLICY_DOUBT_H

#include "pool.h"

struct policy;

/*
 * Of a mail that only a log tells of, some conditions cannot be answered: names
 * and types of files, header fields, the address in From. Then they are
 * answered so that rules fire for the fewest mails, or for the most; what is
 * decided in both cases is sure. And a rule that asks for such things and has
 * been there may be known to have fired or not.
 */
enum policy_doubt { DOUBT_NONE, DOUBT_FEWEST, DOUBT_MOST };

/*
 * The ids of rules of policy that sekishod's log knows more about than we: in
 * both policies they ask the same, and something that the log does not tell.
 * In pool: ",id,id," or ",".
 */
const char *policy_settled(const struct policy *policy,
	const struct policy *before, struct pool *pool);

#endif
