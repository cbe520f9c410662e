/*
 * setting-2.3.c - plugin { sekisho_NAME = VALUE }
 */
#include "setting.h"

const char *
setting_get(struct mail_user *user, const char *name, const char *preset)
{
	const char *value = mail_user_plugin_getenv(user, name);

	return value != NULL && *value != '\0' ? value : preset;
}
