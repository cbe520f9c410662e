/*
 * seen.h - which files of a mail a scan has looked at, so that none is left
 * out and none is scanned twice.
 *
 * libclamav takes a mail apart in its own way, which is not always how mail
 * programs do it. What it has looked at is known by digest, and what we decode
 * and it has not seen is scanned by itself.
 */
#ifndef SEKISHO_SEEN_H
#define SEKISHO_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#define SEEN_DIGEST 16u

struct seen;

/* Makes the secret key of all digests; once, before the jail is entered. */
int seen_init(void);

/*
 * The digest of a file. In a text, which has no NUL, line ends do not count,
 * since libclamav writes its own. The key is new in each generation: nobody can
 * make two other files that count as one.
 */
void seen_digest(unsigned char digest_r[SEEN_DIGEST], const void *data,
	size_t len);

struct seen *seen_new(void);
void seen_free(struct seen *seen);

/* True when it was not there. */
bool seen_add(struct seen *seen, const unsigned char digest[SEEN_DIGEST]);
bool seen_has(const struct seen *seen,
	const unsigned char digest[SEEN_DIGEST]);

/* For tables of GLib with digests as keys. */
unsigned int seen_hash(const void *digest);
int seen_equal(const void *a, const void *b);

#endif
