/*
 * directory_request.c - searches and changes, and what the server said to them.
 */
#include <stdlib.h>
#include <string.h>

#include "directory_request.h"

/* -- search ------------------------------------------------------------- */

struct search_data {
	const char *base;
	int scope;
	const struct directory_search *search;
};

static int
send_search(LDAP *ldap, const struct directory_call *call, int *id_r)
{
	const struct search_data *data = call->data;

	return ldap_search_ext(ldap, data->base, data->scope,
		data->search->filter, (char **)(uintptr_t)
		data->search->attributes, 0, NULL, NULL, NULL, LDAP_NO_LIMIT,
		id_r);
}

static void
read_values(LDAP *ldap, LDAPMessage *message, const char *attribute,
	struct pool *pool, struct directory_values *values_r)
{
	struct berval **values = ldap_get_values_len(ldap, message, attribute);
	int i, count = ldap_count_values_len(values);

	values_r->values = pool_array(pool, (size_t)count + 1, sizeof(char *));
	for (i = 0; i < count; i++)
		if (memchr(values[i]->bv_val, '\0', values[i]->bv_len) == NULL)
			values_r->values[values_r->count++] = pool_strndup(
				pool, values[i]->bv_val, values[i]->bv_len);
	ldap_value_free_len(values);
}

static void
read_entry(LDAP *ldap, LDAPMessage *message, const char *const *attributes,
	struct pool *pool, struct directory_entry *entry_r)
{
	char *dn = ldap_get_dn(ldap, message);
	size_t i, count = 0;

	while (attributes[count] != NULL)
		count++;
	entry_r->dn = pool_strdup(pool, dn == NULL ? "" : dn);
	entry_r->attributes = pool_array(pool, count + 1,
		sizeof(*entry_r->attributes));
	for (i = 0; i < count; i++)
		read_values(ldap, message, attributes[i], pool,
			&entry_r->attributes[i]);
	ldap_memfree(dn);
}

int
directory_search(struct directory_conn *conn,
	const struct directory_search *search, struct pool *pool,
	int64_t deadline, struct directory_result *result_r,
	struct sekisho_error *err)
{
	struct search_data data = {
		.base = search->dn != NULL ? search->dn :
			directory_conn_base(conn),
		.scope = search->dn != NULL ? LDAP_SCOPE_BASE :
			LDAP_SCOPE_SUBTREE,
		.search = search,
	};
	struct directory_call call = { send_search, &data, true };
	LDAPMessage *answer, *message;
	LDAP *ldap;
	int code;

	memset(result_r, 0, sizeof(*result_r));
	code = directory_conn_call(conn, &call, deadline, &ldap, &answer, err);
	if (code == LDAP_NO_SUCH_OBJECT && search->dn != NULL)
		code = LDAP_SUCCESS;
	if (code == LDAP_SUCCESS && ldap_count_references(ldap, answer) > 0)
		code = LDAP_REFERRAL;
	if (code >= 0 && code != LDAP_SUCCESS)
		sekisho_error_set(err, "directory: search below %s: %s; "
			"is ldap-base right, and may the service read it?",
			data.base, ldap_err2string(code));
	for (message = code == LDAP_SUCCESS ?
	     ldap_first_entry(ldap, answer) : NULL; message != NULL;
	     message = ldap_next_entry(ldap, message))
		read_entry(ldap, message, search->attributes, pool,
			pool_append(pool, &result_r->entries,
			&result_r->count, sizeof(*result_r->entries)));
	ldap_msgfree(answer);
	return code == LDAP_SUCCESS ? 0 : -1;
}

/* -- changes ------------------------------------------------------------ */

/* libldap's view of a modification; freed with mods_free(). */
struct mods {
	LDAPMod *list;
	LDAPMod **pointers;
	struct berval **values;
	struct berval *bytes;
};

static const int mod_operations[] = {
	[DIRECTORY_ADD] = LDAP_MOD_ADD,
	[DIRECTORY_DELETE] = LDAP_MOD_DELETE,
	[DIRECTORY_REPLACE] = LDAP_MOD_REPLACE,
};

static void
mods_free(struct mods *mods)
{
	free(mods->list);
	free(mods->pointers);
	free(mods->values);
	free(mods->bytes);
}

static void
mods_make(struct mods *mods, const struct directory_modification *what)
{
	const struct directory_change *change;
	size_t i, k, total = 0, next = 0, slot = 0;

	for (i = 0; i < what->count; i++)
		total += what->changes[i].count;
	mods->list = calloc(what->count + 1, sizeof(*mods->list));
	mods->pointers = calloc(what->count + 1, sizeof(*mods->pointers));
	mods->values = calloc(total + what->count + 1, sizeof(*mods->values));
	mods->bytes = calloc(total + 1, sizeof(*mods->bytes));
	if (mods->list == NULL || mods->pointers == NULL ||
	    mods->values == NULL || mods->bytes == NULL)
		abort();
	for (i = 0; i < what->count; i++) {
		change = &what->changes[i];
		mods->list[i].mod_op = mod_operations[change->operation] |
			LDAP_MOD_BVALUES;
		mods->list[i].mod_type = (char *)(uintptr_t)change->attribute;
		mods->list[i].mod_bvalues = change->count == 0 ? NULL :
			&mods->values[slot];
		for (k = 0; k < change->count; k++) {
			mods->bytes[next].bv_val =
				(char *)(uintptr_t)change->values[k];
			mods->bytes[next].bv_len = strlen(change->values[k]);
			mods->values[slot++] = &mods->bytes[next++];
		}
		slot++;
		mods->pointers[i] = &mods->list[i];
	}
}

struct change_data {
	const char *dn;
	LDAPMod **mods;
	const char *assertion;
};

enum change_kind { CHANGE_MODIFY, CHANGE_ADD, CHANGE_DELETE };

static int
send_change(LDAP *ldap, const struct change_data *data, enum change_kind kind,
	int *id_r)
{
	LDAPControl *controls[2] = { NULL, NULL };
	int code = LDAP_SUCCESS;

	if (data->assertion != NULL)
		code = ldap_create_assertion_control(ldap,
			(char *)(uintptr_t)data->assertion, 1, &controls[0]);
	if (code != LDAP_SUCCESS)
		return code;
	if (kind == CHANGE_MODIFY)
		code = ldap_modify_ext(ldap, data->dn, data->mods, controls,
			NULL, id_r);
	else if (kind == CHANGE_ADD)
		code = ldap_add_ext(ldap, data->dn, data->mods, controls,
			NULL, id_r);
	else
		code = ldap_delete_ext(ldap, data->dn, controls, NULL, id_r);
	if (controls[0] != NULL)
		ldap_control_free(controls[0]);
	return code;
}

static int
send_modify(LDAP *ldap, const struct directory_call *call, int *id_r)
{
	return send_change(ldap, call->data, CHANGE_MODIFY, id_r);
}

static int
send_add(LDAP *ldap, const struct directory_call *call, int *id_r)
{
	return send_change(ldap, call->data, CHANGE_ADD, id_r);
}

static int
send_delete(LDAP *ldap, const struct directory_call *call, int *id_r)
{
	return send_change(ldap, call->data, CHANGE_DELETE, id_r);
}

static enum directory_code
code_of(int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return DIRECTORY_DONE;
	case LDAP_NO_SUCH_OBJECT:
		return DIRECTORY_NO_ENTRY;
	case LDAP_ALREADY_EXISTS:
		return DIRECTORY_ENTRY_EXISTS;
	case LDAP_NO_SUCH_ATTRIBUTE:
		return DIRECTORY_NO_VALUE;
	case LDAP_TYPE_OR_VALUE_EXISTS:
		return DIRECTORY_VALUE_EXISTS;
	case LDAP_ASSERTION_FAILED:
		return DIRECTORY_OUTDATED;
	case LDAP_CONSTRAINT_VIOLATION:
		return DIRECTORY_FORBIDDEN;
	case -1:
		return DIRECTORY_UNAVAILABLE;
	default:
		return DIRECTORY_MALFORMED;
	}
}

static enum directory_code
change_call(struct directory_conn *conn, const struct directory_call *call,
	const char *dn, int64_t deadline, struct sekisho_error *err)
{
	LDAPMessage *answer;
	char *text = NULL;
	LDAP *ldap;
	int code, ignored;

	code = directory_conn_call(conn, call, deadline, &ldap, &answer, err);
	if (code > 0) {
		ldap_parse_result(ldap, answer, &ignored, NULL, &text, NULL,
			NULL, 0);
		sekisho_error_set(err, "directory: %s: %s%s%s", dn,
			ldap_err2string(code),
			text != NULL && *text != '\0' ? ": " : "",
			text != NULL ? text : "");
		ldap_memfree(text);
	}
	ldap_msgfree(answer);
	return code_of(code);
}

enum directory_code
directory_modify(struct directory_conn *conn,
	const struct directory_modification *modification, int64_t deadline,
	struct sekisho_error *err)
{
	struct mods mods;
	struct change_data data = { .dn = modification->dn,
		.assertion = modification->assertion };
	struct directory_call call = { send_modify, &data,
		modification->again };
	enum directory_code code;

	mods_make(&mods, modification);
	data.mods = mods.pointers;
	code = change_call(conn, &call, modification->dn, deadline, err);
	mods_free(&mods);
	return code;
}

enum directory_code
directory_add(struct directory_conn *conn,
	const struct directory_modification *entry, int64_t deadline,
	struct sekisho_error *err)
{
	struct mods mods;
	struct change_data data = { .dn = entry->dn };
	struct directory_call call = { send_add, &data, entry->again };
	enum directory_code code;

	mods_make(&mods, entry);
	data.mods = mods.pointers;
	code = change_call(conn, &call, entry->dn, deadline, err);
	mods_free(&mods);
	return code;
}

enum directory_code
directory_delete(struct directory_conn *conn, const char *dn,
	const char *assertion, int64_t deadline, struct sekisho_error *err)
{
	struct change_data data = { .dn = dn, .assertion = assertion };
	struct directory_call call = { send_delete, &data, false };

	return change_call(conn, &call, dn, deadline, err);
}

/* -- passwords ---------------------------------------------------------- */

struct password_data {
	const char *dn;
	const char *password;
};

static int
send_password(LDAP *ldap, const struct directory_call *call, int *id_r)
{
	const struct password_data *data = call->data;
	struct berval dn = { .bv_len = strlen(data->dn),
		.bv_val = (char *)(uintptr_t)data->dn };
	struct berval password = { .bv_len = strlen(data->password),
		.bv_val = (char *)(uintptr_t)data->password };

	return ldap_passwd(ldap, &dn, NULL, &password, NULL, NULL, id_r);
}

enum directory_code
directory_set_password(struct directory_conn *conn, const char *dn,
	const char *password, int64_t deadline, struct sekisho_error *err)
{
	struct password_data data = { dn, password };
	struct directory_call call = { send_password, &data, true };

	return change_call(conn, &call, dn, deadline, err);
}
