/*
 * test-frame.c - fields go in and come out; what does not fit is a failure.
 */
#include <stdlib.h>

#include "frame.h"
#include "test.h"

static void
test_fields(void)
{
	struct sekisho_reader in;
	struct sekisho_buf buf;
	const char *bytes;
	size_t len;

	test_begin("frame: every kind of field comes out as it went in");
	sekisho_buf_init(&buf, 1000);
	sekisho_put_u32(&buf, 0xfedcba98);
	sekisho_put_u64(&buf, 0x0123456789abcdef);
	sekisho_put_text(&buf, "関所");
	sekisho_put_text(&buf, NULL);
	sekisho_put_bytes(&buf, "a\0b", 3);
	sekisho_put_u32(&buf, 6);
	sekisho_reader_init(&in, buf.data, buf.len);
	test_int(sekisho_get_u32(&in), 0xfedcba98);
	test_int((long long)sekisho_get_u64(&in), 0x0123456789abcdef);
	test_str(sekisho_get_text(&in), "関所");
	test_str(sekisho_get_text(&in), "");
	bytes = sekisho_get_bytes(&in, &len);
	test_assert(len == 3 && memcmp(bytes, "a\0b", 4) == 0);
	test_assert(!sekisho_reader_done(&in));
	test_int(sekisho_get_below(&in, 7), 6);
	test_assert(sekisho_reader_done(&in));

	test_begin("frame: after the end everything is 0 and empty");
	test_int(sekisho_get_u32(&in), 0);
	test_int((long long)sekisho_get_u64(&in), 0);
	test_str(sekisho_get_text(&in), "");
	test_str(sekisho_get_bytes(&in, &len), "");
	test_assert(len == 0 && in.failed && !sekisho_reader_done(&in));

	test_begin("frame: numbers are in network byte order");
	test_assert(memcmp(buf.data, "\xfe\xdc\xba\x98\x01\x23\x45\x67", 8) ==
		0);
	sekisho_buf_free(&buf);
}

/* A field of bytes as it lies in a frame, and whether it can be read. */
static const struct {
	const char *data;
	size_t len;
	bool bytes;	/* as bytes, and nothing left over */
	bool text;	/* as a text */
} fields[] = {
	{ "\0\0\0\0\0", 5, true, true },
	{ "\0\0\0\1a\0", 6, true, true },
	{ "\0\0\0\1\0\0", 6, true, false },	/* NUL inside */
	{ "\0\0\0\2a\0\0", 7, true, false },
	{ "\0\0\0\1ab", 6, false, false },	/* no NUL behind */
	{ "\0\0\0\1a", 5, false, false },
	{ "\0\0\0\2a\0", 6, false, false },
	{ "\0\0\0\1a\0\0", 7, false, false },	/* one too many */
	{ "\0\0\0", 3, false, false },
	{ "", 0, false, false },
	{ "\xff\xff\xff\xff" "a\0", 6, false, false },
	{ "\xff\xff\xff\xff", 4, false, false },
	{ "\x7f\xff\xff\xff" "a\0", 6, false, false },
};

static void
test_lengths(void)
{
	struct sekisho_reader in;
	const char *text;
	size_t i, len;
	char *data;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		test_begin("frame: a length is compared with what is there");
		/* In a block of its own, so that ASan sees its end. */
		data = malloc(fields[i].len + 1);
		memcpy(data, fields[i].data, fields[i].len);
		data = realloc(data, fields[i].len + (fields[i].len == 0));
		sekisho_reader_init(&in, data, fields[i].len);
		sekisho_get_bytes(&in, &len);
		test_int(sekisho_reader_done(&in), fields[i].bytes);
		sekisho_reader_init(&in, data, fields[i].len);
		text = sekisho_get_text(&in);
		test_int(sekisho_reader_done(&in), fields[i].text);
		test_assert(!in.failed || *text == '\0');
		free(data);
	}
}

static void
test_limits(void)
{
	struct sekisho_reader in;
	struct sekisho_buf buf;

	test_begin("frame: an index must be below its limit");
	sekisho_reader_init(&in, "\0\0\0\7", 4);
	test_int(sekisho_get_below(&in, 7), 0);
	test_assert(in.failed);
	sekisho_reader_init(&in, "\0\0\0\0", 4);
	test_int(sekisho_get_below(&in, 0), 0);
	test_assert(in.failed);
	sekisho_reader_init(&in, "\0\0\0\1", 4);
	test_int(sekisho_get_below(&in, UINT32_MAX), 1);
	test_assert(!in.failed);

	test_begin("frame: bytes that no number can count are refused");
	sekisho_buf_init(&buf, SIZE_MAX);
	sekisho_put_bytes(&buf, "", (size_t)UINT32_MAX + 1);
	test_assert(buf.failed);
	sekisho_buf_free(&buf);
}

int
main(void)
{
	test_fields();
	test_lengths();
	test_limits();
	return test_done();
}
