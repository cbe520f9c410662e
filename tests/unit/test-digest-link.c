/*
 * test-digest-link.c - the key of a digest's link: for one user, one message,
 * one action, until it ends; nothing else is one.
 */
#include <string.h>

#include "digest_link.c"
#include "test.h"

#define END 1800000000

static struct seal_keys keys = { .list = { { .bytes = "first key" },
	{ .bytes = "second key" } }, .count = 2 };
static const struct seal_keys other = { .list = { { .bytes = "other" } },
	.count = 1 };

static const char *
make(struct pool *pool, enum digest_action action, const char *login)
{
	struct digest_link link = { .action = action, .login = login,
		.guid = { 1, 2, 3, 254 }, .expires = END };

	return digest_link_make(&keys, &link, pool);
}

static void
test_round(struct pool *pool)
{
	static const char *const logins[] = { "a", "alice@example.com",
		"太郎@example.jp" };
	struct seal_keys later = { .list = { other.list[0], keys.list[0] },
		.count = 2 };
	struct digest_link link;
	const char *key;
	size_t i;
	int action;

	test_begin("Digest: what is made is read");
	for (i = 0; i < 3; i++) {
		for (action = 0; action < DIGEST_ACTIONS; action++) {
			key = make(pool, (enum digest_action)action,
				logins[i]);
			test_int((int)strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"abcdefghijklmnopqrstuvwxyz0123456789-_"),
				(int)strlen(key));
			test_int(digest_link_read(&keys, key, END - 1, &link,
				pool), 1);
			test_int((int)link.action, action);
			test_str(link.login, logins[i]);
			test_int((int)link.expires, END);
			test_int(link.guid[3], 254);
		}
	}
	test_begin("Digest: it ends with its message");
	key = make(pool, DIGEST_DELIVER, "bob");
	test_int(digest_link_read(&keys, key, END, &link, pool), 0);
	test_begin("Digest: a link is for one user");
	test_int(digest_link_read(&keys, make(pool, DIGEST_DELIVER, "b*"), 0,
		&link, pool), -1);
	test_begin("Digest: keys can be changed, and others open nothing");
	test_int(digest_link_read(&later, key, 0, &link, pool), 1);
	test_int(digest_link_read(&other, key, 0, &link, pool), -1);
}

/* Every change of one character, and every length. */
static void
test_wrong(struct pool *pool)
{
	static const char *const wrong[] = { "", "A", "=", "AQ==", " ", "%00",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	const char *key = make(pool, DIGEST_DELIVER, "bob");
	struct digest_link link;
	size_t len = strlen(key), i;
	char text[512];

	test_begin("Digest: a key that was changed or cut is none");
	for (i = 0; i < len; i++) {
		strcpy(text, key);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		test_int(digest_link_read(&keys, text, 0, &link, pool), -1);
		strcpy(text, key);
		text[i] = '\0';
		test_int(digest_link_read(&keys, text, 0, &link, pool), -1);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		test_int(digest_link_read(&keys, wrong[i], 0, &link, pool),
			-1);
	memset(text, 'A', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	test_int(digest_link_read(&keys, text, 0, &link, pool), -1);
}

static void
test_guid(void)
{
	unsigned char guid[DIGEST_GUID_BYTES];

	test_begin("Digest: a GUID is 32 digits");
	test_int(digest_guid_read(guid, "000102030405060708090a0b0c0d0eff"),
		0);
	test_int(guid[15], 255);
	test_int(digest_guid_read(guid, ""), -1);
	test_int(digest_guid_read(guid, "000102030405060708090a0b0c0d0e"), -1);
	test_int(digest_guid_read(guid, "000102030405060708090a0b0c0d0eff00"),
		-1);
	test_int(digest_guid_read(guid, "x00102030405060708090a0b0c0d0eff"),
		-1);
}

int
main(void)
{
	struct pool *pool = pool_new();

	test_round(pool);
	test_wrong(pool);
	test_guid();
	pool_free(pool);
	return test_done();
}
