/*
 * token.h - what the URL in a mail carries (SPEC C2, C5, C7): 256 random bits,
 * of which only a hash is stored, and what was sealed with them.
 */
#ifndef SEKISHO_TOKEN_H
#define SEKISHO_TOKEN_H

#include "pool.h"

#define TOKEN_SIZE 44		/* 43 characters, URL-safe Base 64, and NUL */
#define TOKEN_HASH_SIZE 65	/* SHA-256 in hexadecimal, and NUL */
#define TOKEN_SEALED_MAX 128u	/* bytes of a text that can be sealed */

/* Ends the process when the kernel gives no random bytes. */
void token_new(char token_r[TOKEN_SIZE]);

/*
 * What is stored of a token. One that was made for another purpose
 * ("activate", "reset") has another hash. token may be any text.
 */
void token_hash(const char *purpose, const char *token,
	char hash_r[TOKEN_HASH_SIZE]);

/*
 * Encrypts a text of up to TOKEN_SEALED_MAX bytes, so that it can wait where it
 * is stored until somebody comes with the token; neither its hash nor the
 * length of the result says anything about it. Printable, in pool. NULL when
 * the text is too long.
 */
const char *token_seal(struct pool *pool, const char *token, const char *text);

/* The text in pool, or NULL when sealed was not made by this token. */
const char *token_open(struct pool *pool, const char *token,
	const char *sealed);

#endif
