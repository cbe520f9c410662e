/*
 * directory_request.h - what can be asked of the directory: search, change, set
 * a password. The answers are in our own words and memory.
 *
 * Every call waits until its deadline or ldap-timeout. Only directory*.c
 * include this.
 */
#ifndef SEKISHO_DIRECTORY_REQUEST_H
#define SEKISHO_DIRECTORY_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "directory_conn.h"
#include "pool.h"

/* What the server said to a change. */
enum directory_code {
	DIRECTORY_UNAVAILABLE = -1,	/* nobody, or not now; err says why */
	DIRECTORY_DONE = 0,
	DIRECTORY_NO_ENTRY,		/* there is no such entry */
	DIRECTORY_ENTRY_EXISTS,
	DIRECTORY_NO_VALUE,		/* a value to delete is not there */
	DIRECTORY_VALUE_EXISTS,
	DIRECTORY_OUTDATED,		/* the assertion is false */
	DIRECTORY_FORBIDDEN,		/* an overlay refuses: rc 19 */
	DIRECTORY_MALFORMED,		/* syntax or schema refuses */
};

struct directory_values {
	const char **values;		/* without those that hold a NUL */
	size_t count;
};

struct directory_entry {
	const char *dn;
	struct directory_values *attributes;	/* as asked for */
};

struct directory_result {
	struct directory_entry *entries;
	size_t count;
};

/* Below ldap-base, or (scope base) the entry dn. */
struct directory_search {
	const char *dn;			/* NULL: the whole of ldap-base */
	const char *filter;		/* with values escaped */
	const char *const *attributes;	/* ends with NULL */
};

/* Returns 0 with the whole result, in pool; or -1: unavailable. */
int directory_search(struct directory_conn *conn,
	const struct directory_search *search, struct pool *pool,
	int64_t deadline, struct directory_result *result_r,
	struct sekisho_error *err);

enum directory_operation {
	DIRECTORY_ADD,
	DIRECTORY_DELETE,	/* count 0: all values */
	DIRECTORY_REPLACE	/* count 0: all go, if there are any */
};

struct directory_change {
	enum directory_operation operation;
	const char *attribute;
	const char *const *values;
	size_t count;
};

struct directory_modification {
	const char *dn;
	const struct directory_change *changes;
	size_t count;
	const char *assertion;	/* a filter (RFC 4528), or NULL */
	bool again;		/* doing it twice does no harm */
};

/* All of the changes or none. err is set when it was not done. */
enum directory_code directory_modify(struct directory_conn *conn,
	const struct directory_modification *modification, int64_t deadline,
	struct sekisho_error *err);

/* A new entry: operations are not looked at. */
enum directory_code directory_add(struct directory_conn *conn,
	const struct directory_modification *entry, int64_t deadline,
	struct sekisho_error *err);

/* assertion: only if this filter holds, or NULL. */
enum directory_code directory_delete(struct directory_conn *conn,
	const char *dn, const char *assertion, int64_t deadline,
	struct sekisho_error *err);

/* RFC 3062: the server hashes. FORBIDDEN: its password policy refuses. */
enum directory_code directory_set_password(struct directory_conn *conn,
	const char *dn, const char *password, int64_t deadline,
	struct sekisho_error *err);

#endif
