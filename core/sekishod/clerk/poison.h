/*
 * poison.h - mails over which inspectors died, and how often (issue 7).
 *
 * The sender of such a mail is told to come back, and comes back; somebody has
 * to count. What is remembered is a hash of the mail, the number of tries and
 * when the last one was: for at most 4096 mails, and for a day.
 */
#ifndef SEKISHO_POISON_H
#define SEKISHO_POISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "sekisho.h"

/* The finding of a mail that is not tried any more. */
#define POISON_NAME "Sekisho.Unscannable.Crash"

struct poison;

/*
 * A memory that processes forked later share; it ends with them all. Returns
 * NULL when there is no memory.
 */
struct poison *poison_new(struct sekisho_error *err);

/*
 * What is the same each time a mail is tried: From, Subject, the fields whose
 * names begin with Content-, and the body. Not what is new with every try: our
 * own Received, Date and Message-ID that Exim adds where they are missing,
 * signatures, results of checks.
 */
uint64_t poison_key(const struct sekisho_message *message, const void *body,
	size_t len);

/* Whether anything is remembered at sekisho_now() milliseconds. */
bool poison_any(const struct poison *poison, int64_t now);

/* The tries of this mail that inspectors died over; 0: it is not known. */
unsigned int poison_tries(const struct poison *poison, uint64_t key,
	int64_t now);

/* One more. Returns their number, with this one. */
unsigned int poison_add(struct poison *poison, uint64_t key, int64_t now);

#endif
