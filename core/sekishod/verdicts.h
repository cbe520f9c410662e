/*
 * verdicts.h - what inspectors said of the last mails, for when the very same
 * mail comes again: the next recipient of a newsletter, a sender who had 451.
 *
 * The same is what has the same bytes, but for the Received field that Exim has
 * just put in front, and was looked at with the same signatures. Nothing is
 * remembered that a limit or a failure had a part in.
 */
#ifndef SEKISHO_VERDICTS_H
#define SEKISHO_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "message.h"
#include "sekisho.h"

struct verdicts;

/* A mail, and the signatures of the moment. */
struct verdict_key {
	uint32_t generation;
	unsigned char hash[32];
};

/*
 * A memory of fixed size that processes forked later share; it ends with them
 * all, wherever one of them is killed. Returns NULL when there is none.
 */
struct verdicts *verdicts_new(struct sekisho_error *err);

/* From now on inspectors of this generation are asked; the others' is void. */
void verdicts_begin(struct verdicts *verdicts, uint32_t generation);

/* mail is the assembled message; types as in inspect.h. */
void verdicts_key(const struct verdicts *verdicts,
	const struct sekisho_message *message, const void *mail, size_t len,
	bool types, struct verdict_key *key_r);

/* Appends what an inspector answered to reply; false when it is not known. */
bool verdicts_find(const struct verdicts *verdicts,
	const struct verdict_key *key, struct sekisho_buf *reply);

/*
 * Remembers an answer from an inspector of that generation, unless it is too
 * long or the signatures changed since the key was made.
 */
void verdicts_add(struct verdicts *verdicts, const struct verdict_key *key,
	uint32_t generation, const void *reply, size_t len);

#endif
