/*
 * test-message.c - what the MTA saw, to and from a frame.
 */
#include <stdlib.h>

#include "frame.h"
#include "message.h"
#include "test.h"

static const char *recipients[] = { "a@example.test", "\"b c\"@example.test" };

static const struct sekisho_message sample = {
	.id = "1abcde-000001-AA",
	.sender = "mallory@example.org",
	.recipients = recipients,
	.recipient_count = 2,
	.inside = true,
	.client_address = "2001:db8::1",
	.helo = "mail.example.org",
	.authenticated_id = "alice",
	.spam_score = "65",
	.dkim = "partner.test=pass other.test=fail",
	.spf = "softfail",
	.dmarc = "accept",
	.from_publishes = "spf dmarc",
	.headers = "Subject: a\nX-B: \0\n",
	.headers_len = 18,
	.body_start = 19,
	.body_crlf = true,
};

static void
test_fields(void)
{
	struct sekisho_message got, empty = { 0 };
	struct sekisho_error err = { "" };
	struct sekisho_buf buf;

	test_begin("message: every field arrives");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_message_encode(&sample, &buf);
	test_int(sekisho_message_decode(&got, buf.data, buf.len, &err), 0);
	test_str(got.id, sample.id);
	test_str(got.sender, sample.sender);
	test_int((long long)got.recipient_count, 2);
	test_str(got.recipients[0], recipients[0]);
	test_str(got.recipients[1], recipients[1]);
	test_assert(got.inside && got.body_crlf);
	test_str(got.client_address, sample.client_address);
	test_str(got.helo, sample.helo);
	test_str(got.authenticated_id, sample.authenticated_id);
	test_str(got.spam_score, sample.spam_score);
	test_str(got.dkim, sample.dkim);
	test_str(got.spf, sample.spf);
	test_str(got.dmarc, sample.dmarc);
	test_str(got.from_publishes, sample.from_publishes);
	test_assert(got.headers_len == 18 &&
		memcmp(got.headers, sample.headers, 18) == 0);
	test_int((long long)got.body_start, 19);
	sekisho_message_free(&got);
	sekisho_buf_free(&buf);

	test_begin("message: texts that are not there arrive as \"\"");
	sekisho_message_encode(&empty, &buf);
	test_int(sekisho_message_decode(&got, buf.data, buf.len, &err), 0);
	test_str(got.sender, "");
	test_str(got.headers, "");
	test_assert(got.recipient_count == 0 && !got.inside);
	sekisho_message_free(&got);
	sekisho_message_free(&got);
	sekisho_message_free(NULL);
	sekisho_buf_free(&buf);
}

/* Decodes exactly these bytes, which must be refused with a sentence. */
static void
refuse(const void *data, size_t len, const char *expected)
{
	struct sekisho_error err = { "" };
	struct sekisho_message got;
	char *copy = malloc(len + (len == 0));

	memcpy(copy, data, len);
	test_int(sekisho_message_decode(&got, copy, len, &err), -1);
	if (expected != NULL)
		test_str(err.text, expected);
	else
		test_assert(err.text[0] != '\0');
	free(copy);
}

#define FIELDS "message frame: fields missing or too many recipients"
#define RECIPIENTS "message frame: recipients cut off or bytes left over"

static void
test_refused(void)
{
	struct sekisho_message message = sample;
	struct sekisho_buf buf;
	size_t len, count;

	test_begin("message: a frame cut anywhere is refused");
	sekisho_buf_init(&buf, SEKISHO_FRAME_MAX);
	sekisho_message_encode(&sample, &buf);
	for (len = 0; len < buf.len; len++)
		refuse(buf.data, len, NULL);
	test_begin("message: so is one with a byte left over");
	sekisho_buf_add(&buf, "", 1);
	refuse(buf.data, buf.len, RECIPIENTS);

	test_begin("message: a flag is 0 or 1");
	/* Behind id and sender. */
	len = 4 + strlen(sample.id) + 1 + 4 + strlen(sample.sender) + 1;
	test_assert(memcmp(buf.data + len, "\0\0\0\1", 4) == 0);
	buf.data[len + 3] = 2;
	refuse(buf.data, buf.len - 1, FIELDS);
	buf.data[len + 3] = 1;
	buf.data[len - 1] = 'x';
	refuse(buf.data, buf.len - 1, FIELDS);
	sekisho_buf_free(&buf);

	test_begin("message: 50,000 recipients and not one more");
	for (count = 50000; count <= 50001; count++) {
		message.recipients = calloc(count, sizeof(char *));
		message.recipient_count = count;
		sekisho_message_encode(&message, &buf);
		free(message.recipients);
		if (count > SEKISHO_RECIPIENTS_MAX) {
			refuse(buf.data, buf.len, FIELDS);
		} else {
			test_int(sekisho_message_decode(&message, buf.data,
				buf.len, NULL), 0);
			sekisho_message_free(&message);
			message = sample;
		}
		sekisho_buf_free(&buf);
	}
}

int
main(void)
{
	test_fields();
	test_refused();
	return test_done();
}
