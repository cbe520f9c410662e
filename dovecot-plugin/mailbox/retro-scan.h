/*
 * retro-scan.h - new signatures may know a virus in mail that is held for
 * something else: the class of such mail changes, before its user wants it.
 *
 * doveadm calls this, for one user after the other; it finds the function by
 * its name in the module that Dovecot has loaded.
 */
#ifndef SEKISHO_RETRO_SCAN_H
#define SEKISHO_RETRO_SCAN_H

#include "sekisho-plugin.h"

struct retro_scan_caller {
	bool (*stop)(void);	/* asked before each message */
	/* Called for each message that became one held for a virus. */
	void (*found)(void *context, const char *id, const char *virus);
	void *context;
};

/*
 * Looks at each message of a quarantine, which is open and synchronized, unless
 * it was looked at with today's signatures before, or is held for a virus. Does
 * so half of the time at most, and waits the other half. With sekisho_rescan =
 * off, does nothing. Returns 0, or -1 with a sentence; what was seen before
 * stays noted.
 */
int sekisho_retro_scan(struct mailbox *box,
	const struct retro_scan_caller *caller, const char **error_r);

typedef int sekisho_retro_scan_t(struct mailbox *box,
	const struct retro_scan_caller *caller, const char **error_r);

#endif
