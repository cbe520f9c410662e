/*
 * setting-2.4.c - sekisho_NAME = VALUE, where Dovecot knows the names.
 */
#include "setting.h"
#include "setting-table.h"

#include <settings.h>

static const char *
value_in(const struct setting_table *table, const char *name)
{
	const struct setting_define *define = setting_table_info.defines;

	while (define->key != NULL && strcmp(define->key, name) != 0)
		define++;
	i_assert(define->key != NULL);
	return *(const char *const *)CONST_PTR_OFFSET(table, define->offset);
}

/* A value that cannot be understood - "%{what}" - ends the user's session. */
const char *
setting_get(struct mail_user *user, const char *name, const char *preset)
{
	const struct setting_table *table;
	const char *error, *value;

	if (settings_get(user->event, &setting_table_info, 0, &table,
	    &error) < 0) {
		e_error(user->event, "sekisho: %s", error);
		if (user->error == NULL)
			user->error = p_strdup(user->pool, error);
		return preset;
	}
	value = value_in(table, name);
	value = *value != '\0' ? t_strdup(value) : preset;
	settings_free(table);
	return value;
}
