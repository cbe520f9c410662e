/*
 * directory.h - the accounts of users in LDAP, as the rest of sekishod sees
 * them. Only directory*.c speak LDAP or know names of attributes.
 *
 * "Unavailable" is never the same as "nobody", "no such user" or "none".
 */
#ifndef SEKISHO_DIRECTORY_H
#define SEKISHO_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "directory_cache.h"
#include "sekisho.h"
#include "senders.h"

struct directory;

/* Hears of each question: how long it took, and whether an answer came. */
typedef void directory_meter(void *data, int64_t ms, bool answered);

/*
 * Connects when first asked. Keeps pointers to config and changes, which may
 * be NULL. Never NULL.
 */
struct directory *directory_new(const struct config *config,
	struct directory_changes *changes);

/* From now on meter(data) hears of its questions. */
void directory_measure(struct directory *directory, directory_meter *meter,
	void *data);

/* directory may be NULL. */
void directory_free(struct directory *directory);

/* What is asked about one message. */
struct directory_question {
	/* For each list: its entries that stand for the senders of the mail. */
	struct {
		const char *const *entries;
		size_t count;
	} lists[SENDERS_LISTS];
	const char *const *recipients;
	/* For each: 1 << list for the lists that matter, 0: none does. */
	const unsigned char *wanted;
	size_t recipient_count;
};

/*
 * Which of the recipients has an active account with one of the entries in a
 * list that matters for him (SPEC A1, A4)? One search for both lists, for what
 * the cache does not know. Sets opinions_r for each recipient; who is in both
 * lists is blocked. Returns 0, or -1: unavailable.
 */
int directory_opinions(struct directory *directory,
	const struct directory_question *question, int64_t deadline,
	enum senders_opinion *opinions_r, struct sekisho_error *err);

/*
 * Could it be asked now? Asks nothing: a look at the connection, which is made
 * when there is none. Returns 0, also without a directory, or -1: unavailable.
 */
int directory_ready(struct directory *directory, int64_t deadline,
	struct sekisho_error *err);

/* How a request for one user ended. */
enum directory_status {
	DIRECTORY_STATUS_DONE,
	DIRECTORY_STATUS_NOT_FOUND,	/* the user has no active account */
	DIRECTORY_STATUS_LIMIT,		/* there would be too many entries */
	DIRECTORY_STATUS_REFUSED,	/* the server's own rules forbid it */
	DIRECTORY_STATUS_UNAVAILABLE
};

#endif
