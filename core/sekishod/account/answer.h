/*
 * answer.h - the answer to a security question: stored as Argon2id (RFC 9106),
 * compared as people mean it.
 */
#ifndef SEKISHO_ANSWER_H
#define SEKISHO_ANSWER_H

#include <stdbool.h>

#include "pool.h"
#include "sekisho.h"

/*
 * What is stored of an answer (valid UTF-8): "$argon2id$...", in pool. NULL
 * when there is no memory for it.
 */
const char *answer_hash(struct pool *pool, const char *answer,
	struct sekisho_error *err);

/*
 * True when hash was made of that answer, but for letter case, width and
 * spaces around. Without a hash ("") it takes as long to say no.
 */
bool answer_matches(struct pool *pool, const char *hash, const char *answer);

#endif
