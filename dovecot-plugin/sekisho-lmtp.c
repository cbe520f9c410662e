/*
 * sekisho-lmtp.c - lib95_sekisho_lmtp: the first to see a message that LMTP or
 * LDA delivers.
 */
#include "dovecot-compat.h"
#include <mail-deliver.h>

void sekisho_lmtp_plugin_init(struct module *module);
void sekisho_lmtp_plugin_deinit(void);
extern const char *sekisho_lmtp_plugin_version;
extern const char *sekisho_lmtp_plugin_dependencies[];

const char *sekisho_lmtp_plugin_version = DOVECOT_ABI_VERSION;
const char *sekisho_lmtp_plugin_dependencies[] = { "sekisho", NULL };

/* The hook that was set before ours: Sieve's, when it is loaded. */
static deliver_mail_func_t *next_deliver;

static int
lmtp_deliver(struct mail_deliver_context *ctx, struct mail_storage **storage_r)
{
	return next_deliver != NULL ? next_deliver(ctx, storage_r) : 0;
}

void
sekisho_lmtp_plugin_init(struct module *module)
{
	next_deliver = mail_deliver_hook_set(lmtp_deliver);
}

void
sekisho_lmtp_plugin_deinit(void)
{
	mail_deliver_hook_set(next_deliver);
}
