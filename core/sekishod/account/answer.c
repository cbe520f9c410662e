/*
 * answer.c - the answer to a security question.
 *
 * The cost is the one that OWASP's password storage cheat sheet gives for
 * Argon2id and that ldap-schema sets for slapd's passwords. The library is
 * slapd's too, so that time wasted here is as long as time spent there.
 */
#include <argon2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "answer.h"
#include "unicode.h"

#define PASSES 2u
#define MEMORY 19456u	/* KiB */
#define LANES 1u
#define SALT_BYTES 16u
#define HASH_BYTES 32u
#define ENCODED_MAX 200u

/* Of an answer that nobody knows, at the same cost. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$"
	"c2VraXNob3Nla2lzaG9zZQ$"
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const char *
answer_hash(struct pool *pool, const char *answer, struct sekisho_error *err)
{
	char *hash = pool_alloc(pool, ENCODED_MAX);
	const char *folded = unicode_fold(pool, answer);
	unsigned char salt[SALT_BYTES];
	int code;

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		abort();
	code = argon2id_hash_encoded(PASSES, MEMORY, LANES, folded,
		strlen(folded), salt, sizeof(salt), HASH_BYTES, hash,
		ENCODED_MAX);
	if (code == ARGON2_OK)
		return hash;
	sekisho_error_set(err, "Argon2id of an answer: %s",
		argon2_error_message(code));
	return NULL;
}

bool
answer_matches(struct pool *pool, const char *hash, const char *answer)
{
	const char *folded = unicode_fold(pool, answer);
	bool known = strncmp(hash, "$argon2id$", 10) == 0;

	return argon2id_verify(known ? hash : nobody, folded,
		strlen(folded)) == ARGON2_OK && known;
}
