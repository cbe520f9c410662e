/*
 * retention.h - how long, and how much, mail is held for a user (SPEC Q7).
 *
 *	sekisho_expire = 15d example.org=30d
 *	sekisho_quota = 500M example.org=2G
 *
 * The first word is for everybody, the others are for users with addresses of
 * one domain. In a field of that name from the userdb it is for one user.
 */
#ifndef SEKISHO_RETENTION_H
#define SEKISHO_RETENTION_H

#include "dovecot-compat.h"

/* Younger mail is not removed to make room for newer one. */
#define RETENTION_MIN_SECONDS (3 * 24 * 60 * 60)

/*
 * After how many seconds held mail of this user expires; 15 days when nothing
 * is set. Returns 0, or -1 with a sentence that quotes the setting.
 */
int retention_age(struct mail_user *user, unsigned int *seconds_r,
	const char **error_r);

/* How many bytes are held for this user at most; 0: no limit. */
int retention_quota(struct mail_user *user, uoff_t *bytes_r,
	const char **error_r);

#endif
