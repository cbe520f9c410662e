/*
 * setting.h - the settings of the plug-ins, sekisho_NAME in sekisho-dovecot(8):
 * from Dovecot's configuration, or fields of that name from the userdb.
 *
 * setting-2.3.c asks for them in plugin { }. Dovecot 2.4 has no such block and
 * knows the settings of all plug-ins by name and type: setting-2.4.c. The
 * makefile chooses.
 */
#ifndef SEKISHO_SETTING_H
#define SEKISHO_SETTING_H

#include "dovecot-compat.h"

/*
 * What it is for this user; preset, which may be NULL, when it is not set or
 * empty. Lives as long as the frame of the data stack, or the preset.
 */
const char *setting_get(struct mail_user *user, const char *name,
	const char *preset);

#endif
