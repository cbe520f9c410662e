/*
 * test-release.c - a seal on mail to outside is good for this mail, to these
 * people, for an hour, and nothing else is one (issue 10.9).
 */
#include "release.c"

#include <fcntl.h>
#include <unistd.h>

#include "test.h"

#define BODY "One\n.two\n\n"

static const char *const people[] = { "a@partner.test",
	"\"x, y\"@other.test" };
static struct seal_keys keys = { .count = 2, .list = {
	{ "0123456789abcdef0123456789abcdef", "11111111" },
	{ "another key that was there befor", "22222222" } } };

/* A message as it comes by at the clerk's. */
struct passing {
	struct config config;
	struct checkpoint checkpoint;
	struct sekisho_message message;
	struct examination ex;
};

static void
passing_make(struct passing *passing, struct pool *pool, const char *body)
{
	static const char headers[] = "Subject: x\n";
	int fd = memfd_create("test-release", MFD_CLOEXEC);
	const char *text = pool_printf(pool, "%s\n%s", headers, body);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	*passing = (struct passing){
		.message = { .id = "2", .sender = "alice@example.test",
			.recipients = (const char **)(uintptr_t)people,
			.recipient_count = 2, .headers = headers,
			.headers_len = strlen(headers) },
		.ex = { .pool = pool, .message_fd = fd,
			.size = strlen(text) },
	};
	passing->checkpoint.keys = &keys;
	passing->ex.checkpoint = &passing->checkpoint;
	passing->ex.message = &passing->message;
}

static struct shipment
sample(void)
{
	return (struct shipment){ .id = "1vNq2T-0000Ab-2X",
		.time = (uint64_t)time(NULL), .sender = "alice@example.test",
		.recipients = people, .recipient_count = 2,
		.body = BODY, .body_len = strlen(BODY) };
}

/* Under which id does a mail with that field pass? */
static const char *
passes(struct pool *pool, const struct shipment *shipment,
	const struct seal_key *key, const char *body)
{
	struct passing passing;
	const char *id;

	passing_make(&passing, pool, body);
	passing.ex.released = shipment_value(shipment, key, pool);
	id = release_id(&passing.ex);
	close(passing.ex.message_fd);
	return id == NULL ? "" : id;
}

static void
test_good(struct pool *pool)
{
	struct shipment shipment = sample();
	struct passing passing;

	test_begin("issue 10.9: a sealed mail passes, with its old id");
	test_str(passes(pool, &shipment, &keys.list[0], BODY), shipment.id);
	test_begin("issue 10.9: each key of the file is good");
	test_str(passes(pool, &shipment, &keys.list[1], BODY), shipment.id);
	test_begin("issue 10.9: line ends do not matter, nor the last ones");
	test_str(passes(pool, &shipment, &keys.list[0], "One\r\n.two\r\n"),
		shipment.id);
	test_begin("issue 10.9: nor the case of addresses");
	shipment.sender = "Alice@Example.TEST";
	test_str(passes(pool, &shipment, &keys.list[0], BODY), shipment.id);
	test_begin("issue 10.9: without a field nothing passes");
	passing_make(&passing, pool, BODY);
	test_assert(release_id(&passing.ex) == NULL);
	close(passing.ex.message_fd);
}

static void
test_forged(struct pool *pool)
{
	static const char *const others[] = { "a@partner.test",
		"b@other.test" };
	static const char *const fields[] = { "", "id=1", "id=1; time=5",
		"id=1; by=user; now", "id=1; time=5; key=11111111; seal=",
		";" };
	struct seal_key stranger = keys.list[0];
	struct shipment shipment = sample();
	struct passing passing;
	size_t i;

	test_begin("issue 10.9: another body does not pass");
	test_str(passes(pool, &shipment, &keys.list[0], "Two\n"), "");
	test_begin("issue 10.9: nor with another key");
	stranger.bytes[0] ^= 1;
	test_str(passes(pool, &shipment, &stranger, BODY), "");
	test_begin("issue 10.9: nor to others, to fewer, from another");
	shipment.recipients = others;
	test_str(passes(pool, &shipment, &keys.list[0], BODY), "");
	shipment = sample();
	shipment.recipient_count = 1;
	test_str(passes(pool, &shipment, &keys.list[0], BODY), "");
	shipment = sample();
	shipment.sender = "bob@example.test";
	test_str(passes(pool, &shipment, &keys.list[0], BODY), "");
	test_begin("issue 10.9: nor after an hour, nor from the future");
	shipment = sample();
	shipment.time -= VALID_SECONDS + 5;
	test_str(passes(pool, &shipment, &keys.list[0], BODY), "");
	shipment.time += 2 * VALID_SECONDS + 15;
	test_str(passes(pool, &shipment, &keys.list[0], BODY), "");
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		test_begin("issue 10.9: nor with a field that is none");
		passing_make(&passing, pool, BODY);
		passing.ex.released = fields[i];
		test_assert(release_id(&passing.ex) == NULL);
		close(passing.ex.message_fd);
	}
}

static void
test_take(struct pool *pool)
{
	static const struct {
		const char *headers, *value, *rest;
	} cases[] = {
		{ "A: b\nC: d\n", NULL, "A: b\nC: d\n" },
		{ "", NULL, "" },
		{ "X-Sekisho-Released: a;\n\tb\n", "a;\tb", "" },
		{ "A: b\nx-sekisho-released: a\nC: d\n", "a",
		  "A: b\nC: d\n" },
		{ "X-Sekisho-Released: a\nC: d\nX-Sekisho-Released: b\n", "a",
		  "C: d\n" },
	};
	struct sekisho_message message;
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		test_begin("issue 10.9: the field is taken out of the header");
		message = (struct sekisho_message){
			.headers = cases[i].headers,
			.headers_len = strlen(cases[i].headers) };
		value = release_take(&message, pool);
		test_str(value == NULL ? "-" : without_blanks(value, pool),
			cases[i].value == NULL ? "-" :
			without_blanks(cases[i].value, pool));
		test_str(pool_strndup(pool, message.headers,
			message.headers_len), cases[i].rest);
	}
}

static void
test_pieces(struct pool *pool)
{
	static const struct {
		const char *message;
		size_t offset;
	} bodies[] = {
		{ "A: b\n\nx\n", 6 }, { "A: b\r\n\r\nx", 8 }, { "A: b\n", 5 },
		{ "\nx", 1 }, { "A: b", 4 }, { "", 0 },
	};
	const char **list;
	size_t i, count;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		test_begin("issue 10.9: where the body begins");
		test_int((long long)(body_of(bodies[i].message,
			bodies[i].message + strlen(bodies[i].message)) -
			bodies[i].message), (long long)bodies[i].offset);
	}
	test_begin("issue 10.9: the recipients are those of the envelope");
	list = recipients_split("a@x.test,\"x, y\"@z.test,b@x.test", pool,
		&count);
	test_int((long long)count, 3);
	test_str(list[0], "a@x.test");
	test_str(list[1], "\"x, y\"@z.test");
	test_str(list[2], "b@x.test");
}

int
main(void)
{
	struct pool *pool = pool_new();

	if (sodium_init() < 0)
		return 2;
	test_good(pool);
	test_forged(pool);
	test_take(pool);
	test_pieces(pool);
	pool_free(pool);
	return test_done();
}
