/*
 * doveadm-log.h - doveadm on the command line logs to the terminal. What an
 * administrator does with held mail there belongs into Dovecot's log all the
 * same (SPEC O1): one who delivers mail that is held for a virus is to be found
 * later.
 */
#ifndef SEKISHO_DOVEADM_LOG_H
#define SEKISHO_DOVEADM_LOG_H

#include "dovecot-compat.h"

#include <doveadm.h>

/*
 * From here on, information - not errors - goes to Dovecot's log, a file or
 * syslog. To be called before doveadm becomes the user of the mail, who cannot
 * open it. Does nothing where doveadm runs as a service.
 */
void doveadm_log_init(enum doveadm_client_type type);

#endif
