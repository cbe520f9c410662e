/*
 * test-token.c - what the URL in a mail carries (SPEC C7).
 */
#include "test.h"
#include "token.h"

static void
test_new(void)
{
	char one[TOKEN_SIZE], two[TOKEN_SIZE];

	test_begin("C7: a token is 43 characters that a URL can hold");
	token_new(one);
	token_new(two);
	test_int((long long)strlen(one), 43);
	test_int((long long)strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
	test_assert(strcmp(one, two) != 0);
}

static void
test_hash(void)
{
	char one[TOKEN_HASH_SIZE], two[TOKEN_HASH_SIZE];

	test_begin("C7: the hash is SHA-256 of purpose, NUL and token");
	token_hash("activate", "abc", one);
	/* printf 'activate\0abc' | sha256sum */
	test_str(one, "61218a48d026b88e74d357278e81f30e"
		"51d6c03645d2508ceeda0df2add1ce59");
	token_hash("reset", "abc", two);
	test_assert(strcmp(one, two) != 0);
	test_begin("C7: nothing moves between purpose and token");
	token_hash("activat", "eabc", two);
	test_assert(strcmp(one, two) != 0);
}

static void
test_seal(struct pool *pool)
{
	char token[TOKEN_SIZE], other[TOKEN_SIZE], longest[130];
	const char *sealed, *again;

	token_new(token);
	token_new(other);
	test_begin("C5: what was sealed comes out with its token only");
	sealed = token_seal(pool, token, "correct horse");
	test_str(token_open(pool, token, sealed), "correct horse");
	test_assert(token_open(pool, other, sealed) == NULL);
	test_assert(token_open(pool, token, "") == NULL);
	test_assert(token_open(pool, token, "correct horse") == NULL);
	test_begin("C5: a changed byte is noticed");
	again = pool_strdup(pool, sealed);
	((char *)again)[60] = again[60] == 'A' ? 'B' : 'A';
	test_assert(token_open(pool, token, again) == NULL);
	test_begin("C5: sealing says nothing about length or sameness");
	again = token_seal(pool, token, "correct horse");
	test_assert(strcmp(again, sealed) != 0);
	test_int((long long)strlen(token_seal(pool, token, "")),
		(long long)strlen(sealed));
	test_begin("C5: 128 bytes can be sealed, not one more");
	memset(longest, 'x', sizeof(longest));
	longest[129] = '\0';
	test_assert(token_seal(pool, token, longest) == NULL);
	longest[128] = '\0';
	test_str(token_open(pool, token, token_seal(pool, token, longest)),
		longest);
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_new();
	test_hash();
	test_seal(pool);
	pool_free(pool);
	return test_done();
}
