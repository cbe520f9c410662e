/*
 * digest_link.h - what the URL of a digest carries: user, message, action and
 * when it ends, with an HMAC of a key that only sekishod reads. Nothing of it
 * is stored: a message that has left the quarantine has used its links up.
 */
#ifndef SEKISHO_DIGEST_LINK_H
#define SEKISHO_DIGEST_LINK_H

#include <time.h>

#include "pool.h"
#include "seal.h"

#define DIGEST_GUID_BYTES 16
#define DIGEST_LOGIN_MAX 255u	/* bytes */

enum digest_action {
	DIGEST_DELIVER,
	DIGEST_APPROVE,
	DIGEST_DELETE,
	DIGEST_ACTIONS		/* their number */
};

/* "deliver", "approve", "delete": as doveadm sekisho quarantine has them. */
const char *digest_action_name(enum digest_action action);

struct digest_link {
	enum digest_action action;
	const char *login;	/* Dovecot's name of the user */
	unsigned char guid[DIGEST_GUID_BYTES];	/* of the held message */
	time_t expires;
};

/* Reads 32 hexadecimal digits. Returns 0 or -1. */
int digest_guid_read(unsigned char guid_r[DIGEST_GUID_BYTES],
	const char *text);

/* The key of the URL, in pool: letters, digits, - and _. */
const char *digest_link_make(const struct seal_keys *keys,
	const struct digest_link *link, struct pool *pool);

/*
 * Reads such a key, which may be any text. Returns 1; 0 when it was right and
 * now is not before its end; -1 when nobody here made it. login is in pool.
 */
int digest_link_read(const struct seal_keys *keys, const char *key,
	time_t now, struct digest_link *link_r, struct pool *pool);

#endif
