/*
 * seal.h - proves that sekishod has said a message shall be held (SPEC Q1): an
 * HMAC-SHA256 over the values of held.h with a key that only sekishod reads.
 */
#ifndef SEKISHO_SEAL_H
#define SEKISHO_SEAL_H

#include <stddef.h>
#include <sys/types.h>

#include "held.h"
#include "pool.h"
#include "sekisho.h"

#define SEAL_KEYS_MAX 16
#define SEAL_KEY_BYTES 32	/* what libsodium wants */

struct seal_key {
	unsigned char bytes[SEAL_KEY_BYTES];
	char name[SEKISHO_HELD_KEY + 1];	/* says nothing about bytes */
};

/* The first one seals, all of them verify, so that keys can be changed. */
struct seal_keys {
	struct seal_key list[SEAL_KEYS_MAX];
	size_t count;
};

/*
 * Makes file with one random key, readable by uid alone, unless there is such
 * a file. Returns 0 or -1.
 */
int seal_keys_create(const char *file, uid_t uid, gid_t gid,
	struct sekisho_error *err);

/*
 * Reads file: a key is a line of 64 hexadecimal digits; empty lines and those
 * with "#" in front are passed over. Refuses a file that others can read.
 * Returns 0 or -1 with "file:line: reason".
 */
int seal_keys_load(struct seal_keys *keys_r, const char *file,
	struct sekisho_error *err);

/* Sets key and seal of held; the texts live in pool. */
void seal_make(const struct seal_keys *keys, struct sekisho_held *held,
	struct pool *pool);

/* Another key made of this one, for another purpose. */
void seal_derive(const struct seal_key *key, const char *purpose,
	unsigned char bytes_r[SEAL_KEY_BYTES]);

enum seal_result {
	SEAL_TRUE,
	SEAL_FALSE,		/* forged, or changed afterwards */
	SEAL_UNKNOWN_KEY	/* no key here has the name it was made with */
};

enum seal_result seal_check(const struct seal_keys *keys,
	const struct sekisho_held *held);

#endif
