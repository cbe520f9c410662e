/*
 * directory_private.h - what the files directory*.c share: the names of
 * attributes, and nobody else knows them.
 */
#ifndef SEKISHO_DIRECTORY_PRIVATE_H
#define SEKISHO_DIRECTORY_PRIVATE_H

#include <time.h>

#include "directory.h"
#include "directory_cache.h"
#include "directory_request.h"

#define CLASS_ACCOUNT "sekishoAccount"
#define ATTR_CLASS "objectClass"
#define ATTR_MAIL "mail"
#define ATTR_STATUS "sekishoStatus"
#define ATTR_APPROVED "sekishoApprovedSender"
#define ATTR_BLOCKED "sekishoBlockedSender"
#define ATTR_SN "sn"
#define ATTR_GIVEN_NAME "givenName"
#define ATTR_CN "cn"
#define ATTR_LANGUAGE "preferredLanguage"
#define ATTR_QUESTION "sekishoQuestion"
#define ATTR_ANSWER "sekishoAnswerHash"
#define ATTR_TOKEN "sekishoTokenHash"
#define ATTR_PURPOSE "sekishoTokenPurpose"
#define ATTR_EXPIRES "sekishoTokenExpires"
#define ATTR_SEALED "sekishoPendingPassword"
#define ATTR_FAILURE "sekishoFailureTime"
#define ATTR_CHANGED "sekishoPasswordChanged"
#define ATTR_ENTRY_CSN "entryCSN"
#define STATUS_ACTIVE "active"

#define FILTER_ACCOUNT "(" ATTR_CLASS "=" CLASS_ACCOUNT ")"
#define FILTER_ACTIVE "(" ATTR_STATUS "=" STATUS_ACTIVE ")"

#define ADDRESS_MAX 1024u	/* bytes; nobody has a longer one */

struct directory {
	const struct config *config;
	struct directory_conn *conn;
	struct directory_cache *cache;
	struct directory_changes *changes;	/* NULL: nobody else counts */
};

/* Returns 0, or -1: sekishod.conf names no directory. */
int directory_configured(const struct directory *directory,
	struct sekisho_error *err);

/*
 * The one account that has this address. condition is one more filter, or "".
 * attributes ends with NULL. err is set unless DONE.
 */
enum directory_status directory_find(struct directory *directory,
	const char *user, const char *condition,
	const char *const *attributes, struct pool *pool, int64_t deadline,
	struct directory_entry *entry_r, struct sekisho_error *err);

#define TIME_SIZE sizeof("20261124080000Z")

/* GeneralizedTime of RFC 4517 section 3.3.13. */
void directory_time_text(time_t when, char text_r[TIME_SIZE]);

#endif
