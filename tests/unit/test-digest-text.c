/*
 * test-digest-text.c - texts of strangers in a digest, without links.
 */
#include "digest_text.c"
#include "test.h"

static const struct {
	const char *text;
	const char *expected;
} texts[] = {
	{ "", "" },
	{ "Hello. How are you?", "Hello. How are you?" },
	{ "https://evil.example/a.b?c", "https: //evil. example/a. b?c" },
	{ "www.evil.example", "www. evil. example" },
	{ "a..b ...", "a.. b ..." },
	{ "請求書.例え.jp を", "請求書. 例え. jp を" },
	{ "Eve <eve.x@evil.example>", "Eve <eve.x@evil.example>" },
	{ "eve@evil.example, bob@b.example", "eve@evil.example, "
		"bob@b.example" },
	{ "eve@evil.example/path", "eve@evil. example/path" },
	{ "x:eve@evil.example", "x:eve@evil. example" },
	{ "http://u@evil.example", "http: //u@evil. example" },
	{ "<script>alert(1)</script>", "<script>alert(1)</script>" },
	{ "{DELIVER}", "{DELIVER}" },
};

int
main(void)
{
	struct pool *pool = pool_new();
	char large[40000];
	size_t i;

	test_begin("Digest: no text makes a link, and all can be read");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		test_str(digest_text(pool, texts[i].text), texts[i].expected);
	test_begin("Digest: what is too long is left out");
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	test_str(digest_text(pool, large), "...");
	pool_free(pool);
	return test_done();
}
