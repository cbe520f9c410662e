/*
 * doveadm-ask.h - doveadm commands that are questions to sekishod: one request
 * on control.sock for each user, the answer printed by doveadm's own formatter
 * (SPEC Q12).
 */
#ifndef SEKISHO_DOVEADM_ASK_H
#define SEKISHO_DOVEADM_ASK_H

#include "dovecot-compat.h"

#include <doveadm.h>
#include <doveadm-mail.h>

#include "request.h"

/* A parameter of a command, and the field for its words. */
struct doveadm_ask_argument {
	const char *parameter;
	const char *field;
	bool several;		/* it takes all words that are left */
};

/* What one command asks and shows. */
struct doveadm_ask {
	const char *verb;	/* sekisho-protocol(7) */
	const struct doveadm_ask_argument *arguments;	/* or NULL */
	const char *rows;	/* each field of this name is a line; or NULL */
	const char *const *columns;	/* fields of the line; or NULL */
	bool skip_strangers;	/* users without an account are no error */
};

struct doveadm_ask_context {
	struct doveadm_mail_cmd_context ctx;
	const struct doveadm_ask *ask;
};

/* The context of a command; for doveadm's alloc(). */
struct doveadm_mail_cmd_context *doveadm_ask_alloc(
	const struct doveadm_ask *ask);

#endif
