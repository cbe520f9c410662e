/*
 * answer.c - the answer to a security question.
 *
 * The cost is the one that OWASP's password storage cheat sheet gives for
 * Argon2id and that ldap-schema sets for slapd's passwords.
 */
#include <sodium.h>
#include <string.h>

#include "answer.h"
#include "unicode.h"

#define PASSES 2u
#define MEMORY (19456u * 1024u)	/* bytes */

/* Of an answer that nobody knows, at the same cost. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$"
	"c2VraXNob3Nla2lzaG9zZQ$"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const char *
answer_hash(struct pool *pool, const char *answer, struct sekisho_error *err)
{
	char *hash = pool_alloc(pool, crypto_pwhash_STRBYTES);
	const char *folded = unicode_fold(pool, answer);

	if (crypto_pwhash_argon2id_str(hash, folded, strlen(folded), PASSES,
	    MEMORY) == 0)
		return hash;
	sekisho_error_set(err, "no memory for Argon2id (%u KiB)",
		MEMORY / 1024);
	return NULL;
}

bool
answer_matches(struct pool *pool, const char *hash, const char *answer)
{
	const char *folded = unicode_fold(pool, answer);
	bool known = strncmp(hash, "$argon2id$", 10) == 0;

	return crypto_pwhash_argon2id_str_verify(known ? hash : nobody, folded,
		strlen(folded)) == 0 && known;
}
