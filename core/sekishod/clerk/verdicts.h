/*
 * verdicts.h - the last mails in which inspectors found nothing, for when the
 * same mail comes again: the next recipient of a newsletter, a sender who had
 * 451.
 *
 * The same is what has the same body and header, but for some fields that are
 * new with each recipient or try, and was looked at with the same signatures.
 * Such a field has to be an ordinary one: of a mail with anything but printable
 * characters in it, or a long one, every byte counts.
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

/* mail is message as assemble.h makes it; types as in inspect.h. */
void verdicts_key(const struct verdicts *verdicts,
	const struct sekisho_message *message, const char *mail, size_t len,
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
