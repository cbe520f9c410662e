/*
 * setting-module.c - libsekisho_settings: loaded by Dovecot 2.4's "config",
 * which takes the table from a variable named like the module.
 */
#include "setting-table.h"

extern const char *sekisho_settings_version;
extern const struct setting_parser_info *sekisho_settings_set_infos[];

const char *sekisho_settings_version = DOVECOT_ABI_VERSION;
const struct setting_parser_info *sekisho_settings_set_infos[] = {
	&setting_table_info, NULL };
