/*
 * check_dovecot.h - what the looks at Dovecot and its users have in common.
 */
#ifndef SEKISHO_CHECK_DOVECOT_H
#define SEKISHO_CHECK_DOVECOT_H

#include "check_private.h"

/* One of Dovecot's, with up to four arguments, NULL behind; as check_run(). */
const char *check_dovecot_says(struct check *check, const char *program,
	const char *const *arguments, int *status_r);

/* Was its configuration read? If not, says so. */
bool check_dovecot_is_here(struct check *check);

/* One of ours in Dovecot; preset when it is not set. */
const char *check_dovecot_setting(struct check *check, const char *name,
	const char *preset);

/*
 * Is this timer on, or cron's file of that name there where there is no
 * systemd? without says what is wrong when it is not.
 */
void check_timer(struct check *check, const char *name, const char *without);

#endif
