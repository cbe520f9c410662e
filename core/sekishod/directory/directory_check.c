/*
 * directory_check.c - what can be said about a directory without changing it:
 * each server by itself, where directory_conn.c takes one that answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "directory_bind.h"
#include "directory_check.h"
#include "directory_private.h"

/* A connection, while it is looked at. */
struct look {
	LDAP *ldap;
	int64_t deadline;
	int limit;	/* of entries in an answer; 0: none */
};

/* Returns the code of the answer; *answer_r is NULL unless LDAP_SUCCESS. */
static int
look_search(const struct look *look, const char *base, int scope,
	const char *filter, const char *const *attributes,
	LDAPMessage **answer_r)
{
	int code, id;

	*answer_r = NULL;
	code = ldap_search_ext(look->ldap, base, scope, filter,
		(char **)(uintptr_t)attributes, 0, NULL, NULL, NULL,
		look->limit, &id);
	if (code == LDAP_SUCCESS)
		code = directory_wait(look->ldap, id, look->deadline, answer_r);
	if (code == LDAP_SUCCESS && ldap_parse_result(look->ldap, *answer_r,
	    &code, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	if (code != LDAP_SUCCESS) {
		ldap_msgfree(*answer_r);
		*answer_r = NULL;
	}
	return code;
}

static bool
look_exists(const struct look *look, const char *dn)
{
	static const char *const none[] = { LDAP_NO_ATTRS, NULL };
	LDAPMessage *answer;
	int code = look_search(look, dn, LDAP_SCOPE_BASE, "(objectClass=*)",
		none, &answer);
	bool found = code == LDAP_SUCCESS &&
		ldap_first_entry(look->ldap, answer) != NULL;

	ldap_msgfree(answer);
	return found;
}

/* May we search as for the recipient of a mail? Too many is a yes. */
static bool
look_may_search(const struct look *look, const char *base)
{
	static const char *const wanted[] = { ATTR_APPROVED, NULL };
	LDAPMessage *answer;
	int code = look_search(look, base, LDAP_SCOPE_SUBTREE,
		"(&" FILTER_ACCOUNT "(" ATTR_MAIL "=check@sekisho.invalid))",
		wanted, &answer);

	ldap_msgfree(answer);
	return code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED;
}

/* Is there an account, whatever its status? */
static bool
look_has_account(const struct look *look, const char *base)
{
	static const char *const none[] = { LDAP_NO_ATTRS, NULL };
	struct look one = *look;
	LDAPMessage *answer;
	bool found;
	int code;

	one.limit = 1;
	code = look_search(&one, base, LDAP_SCOPE_SUBTREE, FILTER_ACCOUNT, none,
		&answer);
	found = code != LDAP_SUCCESS ||
		ldap_first_entry(look->ldap, answer) != NULL;
	ldap_msgfree(answer);
	return found;
}

/* Is NAME 'x' in one of the descriptions (RFC 4512 section 4.1)? */
static bool
is_described(LDAP *ldap, LDAPMessage *entry, const char *attribute,
	const char *name)
{
	struct berval **values = ldap_get_values_len(ldap, entry, attribute);
	size_t len = strlen(name), i;
	bool found = false;
	const char *at;

	for (i = 0; values != NULL && values[i] != NULL && !found; i++)
		for (at = strchr(values[i]->bv_val, '\''); at != NULL && !found;
		     at = strchr(at + 1, '\''))
			found = strncasecmp(at + 1, name, len) == 0 &&
				at[1 + len] == '\'';
	ldap_value_free_len(values);
	return found;
}

/* What of our schema this server does not know, or NULL. */
static const char *
missing_of(LDAP *ldap, LDAPMessage *entry)
{
	static const char *const names[] = { ATTR_STATUS, ATTR_APPROVED,
		ATTR_BLOCKED, ATTR_QUESTION, ATTR_ANSWER, ATTR_TOKEN,
		ATTR_PURPOSE, ATTR_EXPIRES, ATTR_SEALED, ATTR_FAILURE,
		ATTR_CHANGED };
	size_t i;

	if (!is_described(ldap, entry, "objectClasses", CLASS_ACCOUNT))
		return CLASS_ACCOUNT;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!is_described(ldap, entry, "attributeTypes", names[i]))
			return names[i];
	return NULL;
}

static const char *
look_schema(const struct look *look)
{
	static const char *const wanted[] = { "objectClasses",
		"attributeTypes", NULL };
	LDAPMessage *answer, *entry;
	const char *missing = NULL;

	/* Every OpenLDAP has it there; one that hides it is not asked. */
	if (look_search(look, "cn=Subschema", LDAP_SCOPE_BASE,
	    "(objectClass=subschema)", wanted, &answer) == LDAP_SUCCESS) {
		entry = ldap_first_entry(look->ldap, answer);
		if (entry != NULL)
			missing = missing_of(look->ldap, entry);
	}
	ldap_msgfree(answer);
	return missing;
}

int
directory_check(const struct config *config, const char *uri,
	int64_t deadline, struct pool *pool, struct directory_facts *facts_r,
	struct sekisho_error *err)
{
	struct look look = { .deadline = deadline };
	const char *missing;

	memset(facts_r, 0, sizeof(*facts_r));
	/* As in directory_conn.c. */
	setenv("LDAPNOINIT", "1", 1);
	if (directory_bind(config, uri, deadline, &look.ldap, err) < 0) {
		facts_r->refused = strstr(err->text, ldap_err2string(
			LDAP_INVALID_CREDENTIALS)) != NULL;
		return -1;
	}
	facts_r->base = look_exists(&look, config->ldap_base);
	facts_r->account_base = *config->account_url == '\0' ||
		*config->account_base == '\0' ||
		look_exists(&look, config->account_base);
	missing = look_schema(&look);
	if (missing != NULL)
		facts_r->missing = pool_strdup(pool, missing);
	facts_r->may_search = look_may_search(&look, config->ldap_base);
	facts_r->has_account = look_has_account(&look, config->ldap_base);
	ldap_unbind_ext(look.ldap, NULL, NULL);
	return 0;
}

/* -- cn=config ------------------------------------------------------------ */

static bool
is_suffix(const char *dn, const char *suffix)
{
	size_t len = strlen(dn), tail = strlen(suffix);

	return len >= tail && strcasecmp(dn + len - tail, suffix) == 0;
}

static bool
has_suffix_of(LDAP *ldap, LDAPMessage *entry, const char *dn)
{
	struct berval **values = ldap_get_values_len(ldap, entry, "olcSuffix");
	bool found = false;
	size_t i;

	for (i = 0; values != NULL && values[i] != NULL; i++)
		found = found || is_suffix(dn, values[i]->bv_val);
	ldap_value_free_len(values);
	return found;
}

/* Is there an index for equality, "mail,uid pres,eq"? */
static bool
has_index(LDAP *ldap, LDAPMessage *entry, const char *name)
{
	struct berval **values = ldap_get_values_len(ldap, entry,
		"olcDbIndex");
	bool found = false;
	const char *kinds;
	char *text, *word;
	size_t i;

	for (i = 0; values != NULL && values[i] != NULL; i++) {
		text = values[i]->bv_val;
		kinds = strchr(text, ' ');
		if (kinds == NULL || strstr(kinds, "eq") == NULL)
			continue;
		text[kinds - text] = '\0';
		while ((word = strsep(&text, ",")) != NULL)
			found = found || strcasecmp(word, name) == 0;
	}
	ldap_value_free_len(values);
	return found;
}

static bool
has_overlay(const struct look *look, const char *database, const char *name)
{
	static const char *const none[] = { LDAP_NO_ATTRS, NULL };
	LDAPMessage *answer;
	char filter[64];
	bool found;

	snprintf(filter, sizeof(filter), "(objectClass=%s)", name);
	found = look_search(look, database, LDAP_SCOPE_ONELEVEL, filter, none,
		&answer) == LDAP_SUCCESS &&
		ldap_first_entry(look->ldap, answer) != NULL;
	ldap_msgfree(answer);
	return found;
}

static void
look_database(const struct look *look, LDAPMessage *entry,
	struct directory_facts *facts)
{
	char *dn = ldap_get_dn(look->ldap, entry);

	if (!has_index(look->ldap, entry, ATTR_MAIL))
		facts->no_index = ATTR_MAIL;
	else if (!has_index(look->ldap, entry, ATTR_CLASS))
		facts->no_index = ATTR_CLASS;
	if (dn != NULL && !has_overlay(look, dn, "olcConstraintConfig"))
		facts->no_overlay = "constraint";
	else if (dn != NULL && !has_overlay(look, dn, "olcUniqueConfig"))
		facts->no_overlay = "unique";
	ldap_memfree(dn);
}

void
directory_check_server(const struct config *config, const char *uri,
	int64_t deadline, struct directory_facts *facts)
{
	static const char *const wanted[] = { "olcSuffix", "olcDbIndex", NULL };
	struct config local = *config;
	struct look look = { .deadline = deadline };
	LDAPMessage *answer, *entry;

	local.ldap_bind = "external";
	if (strncmp(uri, "ldapi:", 6) != 0 || directory_bind(&local, uri,
	    deadline, &look.ldap, NULL) < 0)
		return;
	if (look_search(&look, "cn=config", LDAP_SCOPE_ONELEVEL,
	    "(olcSuffix=*)", wanted, &answer) == LDAP_SUCCESS)
		for (entry = ldap_first_entry(look.ldap, answer); entry != NULL;
		     entry = ldap_next_entry(look.ldap, entry))
			if (has_suffix_of(look.ldap, entry, config->ldap_base))
				look_database(&look, entry, facts);
	ldap_msgfree(answer);
	ldap_unbind_ext(look.ldap, NULL, NULL);
}
