/*
 * directory.h - approved senders in LDAP (RFC 4511). The only file that speaks
 * LDAP or knows names of attributes is directory.c.
 */
#ifndef SEKISHO_DIRECTORY_H
#define SEKISHO_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "sekisho.h"

struct directory;

/* Connects when first asked. Keeps a pointer to config. Never NULL. */
struct directory *directory_new(const struct config *config);

/* What is asked about one message. */
struct directory_question {
	const char *const *senders;	/* envelope sender, From; none empty */
	size_t sender_count;
	const char *const *recipients;
	const bool *wanted;		/* for each: the answer matters */
	size_t recipient_count;
};

/*
 * One search: which of the wanted recipients has an active account that
 * approves one of the senders (SPEC A1, A4)? Sets approved_r for each
 * recipient. Returns 0, or -1 when the directory is unavailable, which is never
 * the same as "nobody".
 */
int directory_approvals(struct directory *directory,
	const struct directory_question *question, bool *approved_r,
	struct sekisho_error *err);

#endif
