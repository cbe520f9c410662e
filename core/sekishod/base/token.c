/*
 * token.c - what the URL in a mail carries.
 *
 * SHA-256 without a salt is right here: nobody can try through 256 random
 * bits. The key that seals is another hash of the token than the one that is
 * stored, so who reads the directory can open nothing.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "token.h"

#define SEALED_BYTES (crypto_secretbox_NONCEBYTES + \
	crypto_secretbox_MACBYTES + TOKEN_SEALED_MAX)
#define URLSAFE sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void
random_bytes(void *bytes, size_t len)
{
	if (getrandom(bytes, len, 0) != (ssize_t)len)
		abort();
}

/* The NUL between them keeps two pairs with one sum apart. */
static void
token_digest(const char *purpose, const char *token,
	unsigned char digest_r[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)purpose,
		strlen(purpose) + 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)token,
		strlen(token));
	crypto_hash_sha256_final(&state, digest_r);
}

void
token_new(char token_r[TOKEN_SIZE])
{
	unsigned char bytes[32];

	random_bytes(bytes, sizeof(bytes));
	sodium_bin2base64(token_r, TOKEN_SIZE, bytes, sizeof(bytes), URLSAFE);
	sodium_memzero(bytes, sizeof(bytes));
}

void
token_hash(const char *purpose, const char *token,
	char hash_r[TOKEN_HASH_SIZE])
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	token_digest(purpose, token, digest);
	sodium_bin2hex(hash_r, TOKEN_HASH_SIZE, digest, sizeof(digest));
}

const char *
token_seal(struct pool *pool, const char *token, const char *text)
{
	size_t len = strlen(text), size =
		sodium_base64_encoded_len(SEALED_BYTES, URLSAFE);
	unsigned char padded[TOKEN_SEALED_MAX] = { 0 };
	unsigned char key[crypto_secretbox_KEYBYTES];
	unsigned char box[SEALED_BYTES];
	char *sealed = pool_alloc(pool, size);

	if (len > TOKEN_SEALED_MAX)
		return NULL;
	memcpy(padded, text, len);
	token_digest("seal", token, key);
	random_bytes(box, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, padded,
		sizeof(padded), box, key);
	sodium_memzero(padded, sizeof(padded));
	sodium_memzero(key, sizeof(key));
	return sodium_bin2base64(sealed, size, box, sizeof(box), URLSAFE);
}

const char *
token_open(struct pool *pool, const char *token, const char *sealed)
{
	unsigned char key[crypto_secretbox_KEYBYTES];
	unsigned char box[SEALED_BYTES];
	char *text = pool_alloc(pool, TOKEN_SEALED_MAX + 1);
	size_t len;
	int opened;

	if (sodium_base642bin(box, sizeof(box), sealed, strlen(sealed), NULL,
	    &len, NULL, URLSAFE) < 0 || len != sizeof(box))
		return NULL;
	token_digest("seal", token, key);
	opened = crypto_secretbox_open_easy((unsigned char *)text,
		box + crypto_secretbox_NONCEBYTES,
		sizeof(box) - crypto_secretbox_NONCEBYTES, box, key);
	sodium_memzero(key, sizeof(key));
	return opened == 0 ? text : NULL;
}
