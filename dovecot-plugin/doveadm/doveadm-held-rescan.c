/*
 * doveadm-held-rescan.c - doveadm sekisho quarantine rescan: what new
 * signatures find in held mail. lib01_sekisho does it.
 */
#include "doveadm-held.h"
#include "retro-scan.h"

#include <doveadm-print.h>
#include <mail-storage-service.h>
#include <module-dir.h>

static bool
is_killed(void)
{
	return doveadm_is_killed();
}

static void
print_found(void *context, const char *id, const char *virus)
{
	unsigned int *count = context;

	++*count;
	doveadm_print(*id != '\0' ? doveadm_held_printable(id) : "-");
	doveadm_print(doveadm_held_printable(virus));
}

/* A program does not know at its start which modules Dovecot will load. */
static sekisho_retro_scan_t *
find_function(void)
{
	struct module *module = module_dir_find(mail_storage_service_modules,
		"sekisho");
	union {
		void *symbol;
		sekisho_retro_scan_t *function;
	} found = { module_get_symbol(module, "sekisho_retro_scan") };

	return found.function;
}

static int
rescan_run(struct doveadm_mail_cmd_context *ctx, struct mailbox *quarantine)
{
	sekisho_retro_scan_t *scan = find_function();
	unsigned int count = 0;
	struct retro_scan_caller caller = { is_killed, print_found, &count };
	const char *error;

	if (scan == NULL)
		return doveadm_held_fail(ctx, MAIL_ERROR_NOTFOUND, "lib01_"
			"sekisho is of another version than this command");
	if (scan(quarantine, &caller, &error) < 0)
		return doveadm_held_fail(ctx, MAIL_ERROR_TEMP, "held mail was "
			"not scanned again: %s", error);
	if (!doveadm_is_killed())
		return count;
	ctx->exit_code = EX_TEMPFAIL;
	return -1;
}

struct doveadm_mail_cmd_context *
doveadm_held_rescan(void)
{
	static const char *const columns[] = { "id", "virus", NULL };
	static const struct doveadm_held held = { true, false,
		DOVEADM_PRINT_TYPE_TABLE, columns, rescan_run };

	return doveadm_held_alloc(&held);
}
