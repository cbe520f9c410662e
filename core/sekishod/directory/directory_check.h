/*
 * directory_check.h - what can be said about a directory without changing it.
 */
#ifndef SEKISHO_DIRECTORY_CHECK_H
#define SEKISHO_DIRECTORY_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "pool.h"
#include "sekisho.h"

/* Texts live in the pool of the caller. */
struct directory_facts {
	bool refused;		/* it answers, but does not let us in */
	bool base;		/* ldap-base is there, and we may see it */
	bool account_base;	/* account-base is; true when there is none */
	const char *missing;	/* of our schema, or NULL: all is known */
	bool may_search;	/* accounts may be searched for by mail */
	bool has_account;	/* there is one; true when nobody can say */

	/* Of cn=config, where local root may read it, else NULL. */
	const char *no_index;	/* an attribute that wants one */
	const char *no_overlay;	/* its name */
};

/*
 * Looks at one server of ldap-uri, as whom sekishod asks, which for ldap-bind =
 * external is the effective user. Returns 0 with the
 * facts, or -1 when it does not answer or does not let us in (->refused).
 */
int directory_check(const struct config *config, const char *uri,
	int64_t deadline, struct pool *pool, struct directory_facts *facts_r,
	struct sekisho_error *err);

/*
 * Looks into its cn=config, as the effective user over ldapi; nothing is found
 * with another uri, or when it may not.
 */
void directory_check_server(const struct config *config, const char *uri,
	int64_t deadline, struct directory_facts *facts);

#endif
