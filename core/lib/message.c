/*
 * message.c - what the MTA saw of one message, to and from a frame.
 */
#include <stdlib.h>

#include "frame.h"
#include "message.h"

void
sekisho_message_encode(const struct sekisho_message *message,
	struct sekisho_buf *buf)
{
	size_t i;

	sekisho_put_text(buf, message->id);
	sekisho_put_text(buf, message->sender);
	sekisho_put_u32(buf, message->inside);
	sekisho_put_text(buf, message->client_address);
	sekisho_put_text(buf, message->helo);
	sekisho_put_text(buf, message->authenticated_id);
	sekisho_put_text(buf, message->spam_score);
	sekisho_put_text(buf, message->dkim);
	sekisho_put_text(buf, message->spf);
	sekisho_put_text(buf, message->dmarc);
	sekisho_put_text(buf, message->from_publishes);
	sekisho_put_bytes(buf, message->headers, message->headers_len);
	sekisho_put_u64(buf, message->body_start);
	sekisho_put_u32(buf, message->body_crlf);
	sekisho_put_u32(buf, (uint32_t)message->recipient_count);
	for (i = 0; i < message->recipient_count; i++)
		sekisho_put_text(buf, message->recipients[i]);
}

/* The recipients stand last, so that their number can be believed. */
static int
message_decode_recipients(struct sekisho_message *message,
	struct sekisho_reader *in, struct sekisho_error *err)
{
	size_t count = sekisho_get_below(in, SEKISHO_RECIPIENTS_MAX + 1);
	size_t i;

	if (in->failed)
		return sekisho_error_set(err,
			"message frame: fields missing or too many recipients");
	message->recipients = calloc(count + 1, sizeof(*message->recipients));
	if (message->recipients == NULL)
		return sekisho_error_set(err, "message frame: out of memory");
	message->recipient_count = count;
	for (i = 0; i < count; i++)
		message->recipients[i] = sekisho_get_text(in);
	if (!sekisho_reader_done(in))
		return sekisho_error_set(err,
			"message frame: recipients cut off or bytes left over");
	return 0;
}

int
sekisho_message_decode(struct sekisho_message *message_r, const void *data,
	size_t len, struct sekisho_error *err)
{
	struct sekisho_reader in;
	struct sekisho_message message = { 0 };

	sekisho_reader_init(&in, data, len);
	message.id = sekisho_get_text(&in);
	message.sender = sekisho_get_text(&in);
	message.inside = sekisho_get_below(&in, 2);
	message.client_address = sekisho_get_text(&in);
	message.helo = sekisho_get_text(&in);
	message.authenticated_id = sekisho_get_text(&in);
	message.spam_score = sekisho_get_text(&in);
	message.dkim = sekisho_get_text(&in);
	message.spf = sekisho_get_text(&in);
	message.dmarc = sekisho_get_text(&in);
	message.from_publishes = sekisho_get_text(&in);
	message.headers = sekisho_get_bytes(&in, &message.headers_len);
	message.body_start = sekisho_get_u64(&in);
	message.body_crlf = sekisho_get_below(&in, 2);
	if (message_decode_recipients(&message, &in, err) < 0) {
		sekisho_message_free(&message);
		return -1;
	}
	*message_r = message;
	return 0;
}

void
sekisho_message_free(struct sekisho_message *message)
{
	if (message == NULL)
		return;
	free(message->recipients);
	message->recipients = NULL;
	message->recipient_count = 0;
}
