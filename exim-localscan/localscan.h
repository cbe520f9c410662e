/*
 * localscan.h - the steps of the module: observe, ask, apply, notify.
 *
 * No step logs and none leaves Exim's process; local_scan.c decides what the
 * client hears and writes the one line of the log.
 */
#ifndef SEKISHO_LOCALSCAN_H
#define SEKISHO_LOCALSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "channel.h"
#include "entity.h"
#include "message.h"
#include "plan.h"
#include "sekisho.h"

/* Where to ask and how long to wait. The texts live as long as the message. */
struct localscan_settings {
	const char *socket;		/* never NULL */
	const char *relay_hosts;	/* a host list of Exim, never NULL */
	int64_t deadline;		/* as of sekisho_now() */
};

/*
 * Reads the settings: the shipped ACL's variables, then `begin local_scan`,
 * then the defaults. Fails when the ACL did not run or the routers are not
 * there. Returns 0 or -1.
 */
int localscan_settings_read(struct localscan_settings *settings_r,
	struct sekisho_error *err);

/* What Exim makes of an expression; "" when it fails. Never NULL. */
const char *localscan_expand(const char *expression);

/*
 * True for a message that this module made itself (a notice, a variant) and
 * that came from nobody but Exim's own user or root.
 */
bool localscan_is_own(void);

/*
 * True for held mail that Dovecot has released and sends on: the ACL knows it
 * by host and port.
 */
bool localscan_is_released(void);

/*
 * Fills in the message from Exim's variables and the body in fd. The header
 * text is put into headers, which must be initialised; both are the caller's
 * to free. Returns 0 or -1.
 */
int localscan_observe(struct sekisho_message *message_r,
	struct sekisho_buf *headers, int fd, const char *relay_hosts,
	struct sekisho_error *err);

/*
 * Asks sekishod. On 0 the plan is whole and checked, points into the frame,
 * and the frame holds its descriptors; the caller frees both. Else -1.
 */
int localscan_ask(const struct sekisho_message *message, int fd,
	const struct localscan_settings *settings,
	struct sekisho_plan *plan_r, struct sekisho_frame *frame_r,
	struct sekisho_error *err);

/*
 * Takes out header fields that only we may write: what says that a message is
 * held or was held (held.h) never comes from outside. What says that it was
 * released stays, with keep_released: in one that was, and until sekishod has
 * seen it.
 */
void localscan_strip(bool keep_released);

/*
 * Carries out a plan: first everything is read and checked, then variables,
 * spool and headers change. fds are the plan's descriptors. Sets *reject_r to
 * the SMTP text when all recipients are refused, else to NULL. Returns 0, or
 * -1: then the message must be deferred.
 */
int localscan_apply(const struct sekisho_message *message,
	const struct sekisho_plan *plan, const struct sekisho_frame *frame,
	int fd, const char **reject_r, struct sekisho_error *err);

/*
 * Hands the notices to Exim. Returns the number of those that could not be
 * sent and the first reason in err.
 */
size_t localscan_notify(const struct sekisho_plan *plan, int64_t deadline,
	struct sekisho_error *err);

#endif
