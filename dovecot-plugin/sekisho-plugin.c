/*
 * sekisho-plugin.c - lib01_sekisho: what Dovecot calls when it loads the
 * module.
 */
#include "dovecot-compat.h"

void sekisho_plugin_init(struct module *module);
void sekisho_plugin_deinit(void);
extern const char *sekisho_plugin_version;

const char *sekisho_plugin_version = DOVECOT_ABI_VERSION;

void
sekisho_plugin_init(struct module *module)
{
}

void
sekisho_plugin_deinit(void)
{
}
