/*
 * test-seal.c - keys are read strictly and can be changed; a seal covers every
 * value of a held message (SPEC Q1).
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal.h"
#include "test.h"

#define KEY1 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY2 "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char directory[] = "/tmp/seal-XXXXXX";
static char file[64];

static void
write_keys(const char *text, mode_t mode)
{
	FILE *out = fopen(file, "we");

	if (out == NULL || fputs(text, out) == EOF || fclose(out) != 0 ||
	    chmod(file, mode) < 0)
		exit(1);
}

static void
load(const char *text, struct seal_keys *keys)
{
	struct sekisho_error err = { "" };

	write_keys(text, 0600);
	test_int(seal_keys_load(keys, file, &err), 0);
	test_str(err.text, "");
}

static struct sekisho_held
sample(void)
{
	return (struct sekisho_held){ .id = "1vNq2T-0000Ab-2X", .time = 5,
		.held_class = SEKISHO_HELD_SPAM, .rule = "R4",
		.reason = "Spam", .sender = "s@partner.test",
		.from = "", .proof = "", .recipient = "alice@example.test",
		.quarantine = "" };
}

static void
test_files(void)
{
	static const struct {
		const char *text;
		const char *expected;	/* behind the name of the file */
	} wrong[] = {
		{ "", "; remove it and a new one is made" },
		{ "# none\n\n", "; remove it and a new one is made" },
		{ KEY1 "\n" KEY1 "0\n", ":2: a key is 64 hexadecimal digits "
			"in lower case" },
		{ "KEY\n", ":1: a key is 64 hexadecimal digits in lower "
			"case" },
	};
	struct sekisho_error err;
	struct seal_keys keys;
	const char *said;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_begin("Q1: seal: a wrong key file is refused by name");
		write_keys(wrong[i].text, 0600);
		test_int(seal_keys_load(&keys, file, &err), -1);
		said = strstr(err.text, file);
		test_str(said == NULL ? err.text : said + strlen(file),
			wrong[i].expected);
	}
	test_begin("Q1: seal: a key file that others can read is refused");
	write_keys(KEY1 "\n", 0640);
	test_int(seal_keys_load(&keys, file, &err), -1);
	test_assert(strstr(err.text, "others can read") != NULL);
	test_begin("Q1: seal: a missing key file is refused, and can be made");
	unlink(file);
	test_int(seal_keys_load(&keys, file, &err), -1);
	test_int(seal_keys_create(file, getuid(), getgid(), &err), 0);
	test_int(seal_keys_load(&keys, file, &err), 0);
	test_int((long long)keys.count, 1);
}

static void
test_create_keeps(void)
{
	struct seal_keys before, after;

	test_begin("Q1: seal: a key file that is there is left alone");
	load(KEY1 "\n", &before);
	test_int(seal_keys_create(file, getuid(), getgid(), NULL), 0);
	test_int(seal_keys_load(&after, file, NULL), 0);
	test_str(after.list[0].name, before.list[0].name);
}

static void
test_values(void)
{
	struct sekisho_held held = sample(), other;
	struct pool *pool = pool_new();
	struct seal_keys keys;

	test_begin("Q1: seal: true as it was made");
	load(KEY1 "\n", &keys);
	seal_make(&keys, &held, pool);
	test_int((long long)strlen(held.seal), SEKISHO_HELD_SEAL);
	test_int(seal_check(&keys, &held), SEAL_TRUE);
	test_begin("Q1: seal: false when a value was changed");
	other = held, other.id = "1vNq2T-0000Ab-2Y";
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.time++;
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.held_class = SEKISHO_HELD_CONTENT;
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.rule = "R5";
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.reason = "";
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.sender = "";
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	other = held, other.recipient = "bob@example.test";
	test_int(seal_check(&keys, &other), SEAL_FALSE);
	pool_free(pool);
}

static void
test_rotation(void)
{
	struct sekisho_held held = sample();
	struct pool *pool = pool_new();
	struct seal_keys old, both, new;

	test_begin("Q1: seal: the first key seals, all of them verify");
	load("# the only one\n" KEY1 "\n", &old);
	load(KEY2 "\n" KEY1 "\n", &both);
	load(KEY2, &new);
	seal_make(&old, &held, pool);
	test_int(seal_check(&both, &held), SEAL_TRUE);
	test_int(seal_check(&new, &held), SEAL_UNKNOWN_KEY);
	seal_make(&both, &held, pool);
	test_int(seal_check(&new, &held), SEAL_TRUE);
	test_int(seal_check(&old, &held), SEAL_UNKNOWN_KEY);
	pool_free(pool);
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(file, sizeof(file), "%s/held.key", directory);
	test_files();
	test_create_keeps();
	test_values();
	test_rotation();
	unlink(file);
	rmdir(directory);
	return test_done();
}
