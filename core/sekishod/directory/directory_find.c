/*
 * directory_find.c - the account of an address.
 */
#include <string.h>

#include "buf.h"
#include "directory_escape.h"
#include "directory_private.h"

#define FILTER_MAX 8192u

int
directory_configured(const struct directory *directory,
	struct sekisho_error *err)
{
	if (*directory->config->ldap_uri != '\0')
		return 0;
	return sekisho_error_set(err, "there is no directory: set ldap-uri in "
		"sekishod.conf");
}

enum directory_status
directory_find(struct directory *directory, const char *user,
	const char *condition, const char *const *attributes,
	struct pool *pool, int64_t deadline, struct directory_entry *entry_r,
	struct sekisho_error *err)
{
	struct directory_search search = { .attributes = attributes };
	struct directory_result result = { NULL, 0 };
	struct sekisho_buf filter;

	if (directory_configured(directory, err) < 0)
		return DIRECTORY_STATUS_UNAVAILABLE;
	sekisho_buf_init(&filter, FILTER_MAX);
	sekisho_buf_printf(&filter, "(&" FILTER_ACCOUNT "%s", condition);
	directory_escape_filter(&filter, ATTR_MAIL, user);
	sekisho_buf_puts(&filter, ")");
	search.filter = pool_strdup(pool, filter.data);
	/* What is too long for a filter is nobody's address. */
	if (strlen(user) > ADDRESS_MAX || filter.failed)
		search.filter = NULL;
	sekisho_buf_free(&filter);
	if (search.filter != NULL && directory_search(directory->conn,
	    &search, pool, deadline, &result, err) < 0)
		return DIRECTORY_STATUS_UNAVAILABLE;
	if (result.count == 1) {
		*entry_r = result.entries[0];
		return DIRECTORY_STATUS_DONE;
	}
	if (result.count == 0) {
		sekisho_error_set(err, "%.320s has no %saccount", user,
			strcmp(condition, FILTER_ACTIVE) == 0 ? "active " : "");
		return DIRECTORY_STATUS_NOT_FOUND;
	}
	sekisho_error_set(err, "directory: %s and %s are both accounts of %s; "
		"take the address from one of them", result.entries[0].dn,
		result.entries[1].dn, user);
	return DIRECTORY_STATUS_UNAVAILABLE;
}
