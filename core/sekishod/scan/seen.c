/*
 * seen.c - which files of a mail a scan has looked at, by keyed digest.
 */
#include <string.h>

#include <glib.h>
#include <sodium.h>

#include "seen.h"

struct seen {
	GHashTable *digests;
};

static unsigned char key[crypto_generichash_KEYBYTES];

int
seen_init(void)
{
	if (sodium_init() < 0)
		return -1;
	randombytes_buf(key, sizeof(key));
	return 0;
}

static size_t
find_byte(const unsigned char *data, int byte, size_t from, size_t len)
{
	const unsigned char *at = from < len ?
		memchr(data + from, byte, len - from) : NULL;

	return at != NULL ? (size_t)(at - data) : len;
}

/* Line by line, without their ends. */
static void
digest_text(unsigned char digest_r[SEEN_DIGEST], const unsigned char *data,
	size_t len)
{
	size_t lf = find_byte(data, '\n', 0, len);
	size_t cr = find_byte(data, '\r', 0, len);
	crypto_generichash_state state;
	size_t i, end;

	crypto_generichash_init(&state, key, sizeof(key), SEEN_DIGEST);
	for (i = 0; i < len; i = end + 1) {
		end = lf < cr ? lf : cr;
		crypto_generichash_update(&state, data + i, end - i);
		if (end == lf)
			lf = find_byte(data, '\n', end + 1, len);
		else
			cr = find_byte(data, '\r', end + 1, len);
	}
	crypto_generichash_final(&state, digest_r, SEEN_DIGEST);
}

void
seen_digest(unsigned char digest_r[SEEN_DIGEST], const void *data, size_t len)
{
	if (len > 0 && memchr(data, '\0', len) != NULL)
		crypto_generichash(digest_r, SEEN_DIGEST, data, len, key,
			sizeof(key));
	else
		digest_text(digest_r, data, len);
}

unsigned int
seen_hash(const void *digest)
{
	unsigned int hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

int
seen_equal(const void *a, const void *b)
{
	return memcmp(a, b, SEEN_DIGEST) == 0;
}

struct seen *
seen_new(void)
{
	struct seen *seen = g_new(struct seen, 1);

	seen->digests = g_hash_table_new_full(seen_hash, seen_equal, g_free,
		NULL);
	return seen;
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	g_hash_table_destroy(seen->digests);
	g_free(seen);
}

bool
seen_add(struct seen *seen, const unsigned char digest[SEEN_DIGEST])
{
	return g_hash_table_add(seen->digests, g_memdup2(digest,
		SEEN_DIGEST));
}

bool
seen_has(const struct seen *seen, const unsigned char digest[SEEN_DIGEST])
{
	return g_hash_table_contains(seen->digests, digest);
}
