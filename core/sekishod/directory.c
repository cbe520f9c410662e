/*
 * directory.c - approved senders in LDAP: one search for each message.
 *
 * A clerk keeps its connection; when the server went away meanwhile it connects
 * once more before it says "unavailable".
 */
#include <errno.h>
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "address.h"
#include "buf.h"
#include "directory.h"

#define CLASS_ACCOUNT "sekishoAccount"
#define ATTR_MAIL "mail"
#define ATTR_STATUS "sekishoStatus"
#define ATTR_APPROVED "sekishoApprovedSender"
#define STATUS_ACTIVE "active"

#define FILTER_MAX (8u << 20)

struct directory {
	const struct config *config;
	LDAP *ldap;		/* NULL: not connected */
};

struct directory *
directory_new(const struct config *config)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (directory == NULL)
		abort();
	directory->config = config;
	return directory;
}

static void
directory_close(struct directory *directory)
{
	if (directory->ldap != NULL)
		ldap_unbind_ext(directory->ldap, NULL, NULL);
	directory->ldap = NULL;
}

static int
directory_error(const struct directory *directory, int code,
	struct sekisho_error *err)
{
	return sekisho_error_set(err, "directory %s is unavailable: %s",
		directory->config->ldap_uri, ldap_err2string(code));
}

static int
directory_open(struct directory *directory, struct sekisho_error *err)
{
	const struct config *config = directory->config;
	struct timeval wait = { .tv_sec = config->ldap_timeout };
	struct berval password = {
		.bv_len = strlen(config->ldap_password),
		.bv_val = (char *)config->ldap_password,
	};
	int version = LDAP_VERSION3, code;

	if (directory->ldap != NULL)
		return 0;
	code = ldap_initialize(&directory->ldap, config->ldap_uri);
	if (code != LDAP_SUCCESS) {
		directory->ldap = NULL;
		return directory_error(directory, code, err);
	}
	ldap_set_option(directory->ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(directory->ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait);
	ldap_set_option(directory->ldap, LDAP_OPT_TIMEOUT, &wait);
	ldap_set_option(directory->ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
	code = ldap_sasl_bind_s(directory->ldap, config->ldap_bind_dn,
		LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL);
	if (code != LDAP_SUCCESS) {
		directory_close(directory);
		return directory_error(directory, code, err);
	}
	return 0;
}

/* Appends (attribute=value) with the value escaped (RFC 4515 section 3). */
static void
filter_add(struct sekisho_buf *filter, const char *attribute,
	const char *value)
{
	const unsigned char *p;

	sekisho_buf_printf(filter, "(%s=", attribute);
	for (p = (const unsigned char *)value; *p != '\0'; p++) {
		if (*p < ' ' || *p >= 0x7f || strchr("*()\\", *p) != NULL)
			sekisho_buf_printf(filter, "\\%02x", *p);
		else
			sekisho_buf_add(filter, p, 1);
	}
	sekisho_buf_puts(filter, ")");
}

/* False when there is nothing to ask. */
static bool
filter_build(const struct directory_question *question,
	struct sekisho_buf *filter)
{
	struct sekisho_buf domain;
	bool any = false;
	size_t i;

	sekisho_buf_puts(filter, "(&(objectClass=" CLASS_ACCOUNT ")"
		"(" ATTR_STATUS "=" STATUS_ACTIVE ")(|");
	for (i = 0; i < question->recipient_count; i++) {
		if (!question->wanted[i])
			continue;
		filter_add(filter, ATTR_MAIL, question->recipients[i]);
		any = true;
	}
	sekisho_buf_puts(filter, ")(|");
	for (i = 0; i < question->sender_count; i++) {
		filter_add(filter, ATTR_APPROVED, question->senders[i]);
		sekisho_buf_init(&domain, FILTER_MAX);
		sekisho_buf_printf(&domain, "*@%s",
			sekisho_address_domain(question->senders[i]));
		filter_add(filter, ATTR_APPROVED, domain.data);
		sekisho_buf_free(&domain);
	}
	sekisho_buf_puts(filter, "))");
	return any && question->sender_count > 0;
}

/* Marks the recipients whose address is one of the entry's. */
static void
entry_mark(LDAP *ldap, LDAPMessage *entry,
	const struct directory_question *question, bool *approved_r)
{
	struct berval **values;
	size_t i;
	int k;

	values = ldap_get_values_len(ldap, entry, ATTR_MAIL);
	for (k = 0; values != NULL && values[k] != NULL; k++)
		for (i = 0; i < question->recipient_count; i++)
			if (question->wanted[i] && strcasecmp(values[k]->bv_val,
			    question->recipients[i]) == 0)
				approved_r[i] = true;
	ldap_value_free_len(values);
}

static int
directory_search(struct directory *directory, const char *filter,
	const struct directory_question *question, bool *approved_r)
{
	static char *attributes[] = { (char *)ATTR_MAIL, NULL };
	struct timeval wait = { .tv_sec = directory->config->ldap_timeout };
	LDAPMessage *result = NULL, *entry;
	int code;

	code = ldap_search_ext_s(directory->ldap, directory->config->ldap_base,
		LDAP_SCOPE_SUBTREE, filter, attributes, 0, NULL, NULL, &wait,
		LDAP_NO_LIMIT, &result);
	if (code == LDAP_SUCCESS)
		for (entry = ldap_first_entry(directory->ldap, result);
		     entry != NULL;
		     entry = ldap_next_entry(directory->ldap, entry))
			entry_mark(directory->ldap, entry, question,
				approved_r);
	ldap_msgfree(result);
	return code;
}

int
directory_approvals(struct directory *directory,
	const struct directory_question *question, bool *approved_r,
	struct sekisho_error *err)
{
	bool fresh = directory->ldap == NULL;
	struct sekisho_buf filter;
	int code, result = -1;

	memset(approved_r, 0, question->recipient_count * sizeof(bool));
	if (*directory->config->ldap_uri == '\0')
		return 0;
	sekisho_buf_init(&filter, FILTER_MAX);
	if (!filter_build(question, &filter)) {
		result = 0;
		goto out;
	}
	if (filter.failed) {
		sekisho_error_set(err, "too many recipients for one search");
		goto out;
	}
	if (directory_open(directory, err) < 0)
		goto out;
	code = directory_search(directory, filter.data, question, approved_r);
	if (code != LDAP_SUCCESS) {
		directory_close(directory);
		directory_error(directory, code, err);
		/* An idle connection that the server closed: once more. */
		if (fresh || code != LDAP_SERVER_DOWN ||
		    directory_open(directory, err) < 0)
			goto out;
		code = directory_search(directory, filter.data, question,
			approved_r);
		if (code != LDAP_SUCCESS) {
			directory_close(directory);
			directory_error(directory, code, err);
			goto out;
		}
	}
	result = 0;
out:
	sekisho_buf_free(&filter);
	return result;
}
