/*
 * hold.c - seals what is held, and looks at seals that come back.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "envelope.h"
#include "hold.h"
#include "seal.h"
#include "text.h"

#define FROM_MAX 1000u		/* bytes; held.c takes no more */

/* The longest text of at most max bytes that ends with a whole character. */
static const char *
text_cut(struct pool *pool, const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return text;
	for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	return pool_strndup(pool, text, len);
}

/* "Inbound virus: Eicar-Test-Signature": the name of the rule says why. */
static const char *
hold_reason(const struct examination *ex,
	const struct decision_outcome *outcome)
{
	const char *text = outcome->fate_name;

	if (*outcome->virus_names != '\0')
		text = pool_printf(ex->pool, "%s: %s", text,
			outcome->virus_names);
	return text_cut(ex->pool, text_clean(ex->pool, text, strlen(text)),
		SEKISHO_HELD_REASON_MAX);
}

/* A stranger wrote it: it must not be a reason not to hold the mail. */
static const char *
hold_from(const struct examination *ex)
{
	const char *from = ex->inspection.from;

	return text_cut(ex->pool, text_clean(ex->pool, from, strlen(from)),
		FROM_MAX);
}

/* The header field, or NULL when it cannot be written. */
static const char *
held_field(const struct seal_keys *keys, struct sekisho_held *held,
	struct pool *pool)
{
	struct sekisho_held again;
	struct sekisho_buf buf;
	const char *text = NULL;

	seal_make(keys, held, pool);
	sekisho_buf_init(&buf, 2 * SEKISHO_HELD_MAX);
	sekisho_held_encode(held, &buf);
	if (!buf.failed && sekisho_held_decode(&again,
	    buf.data + strlen(SEKISHO_HELD_HEADER ":"), NULL) == 0) {
		text = pool_strdup(pool, buf.data);
		sekisho_held_free(&again);
	}
	sekisho_buf_free(&buf);
	return text;
}

int
hold_recipients(const struct examination *ex, struct sekisho_plan *plan,
	struct sekisho_error *err)
{
	const struct sekisho_message *message = ex->message;
	const struct decision_outcome *outcome;
	struct sekisho_held held = { .id = message->id,
		.time = (uint64_t)time(NULL), .sender = message->sender,
		.from = hold_from(ex), .proof = ex->approval.proof };
	size_t i;

	plan->recipient_held = pool_array(ex->pool, plan->recipient_count + 1,
		sizeof(*plan->recipient_held));
	for (i = 0; i < plan->recipient_count; i++) {
		outcome = &ex->decision->outcomes[
			ex->decision->recipient_outcome[i]];
		plan->recipient_held[i] = "";
		if (outcome->fate != SEKISHO_HOLD)
			continue;
		held.held_class = outcome->held_class;
		held.rule = outcome->fate_rule;
		held.reason = hold_reason(ex, outcome);
		held.recipient = message->recipients[i];
		plan->recipient_held[i] = held_field(ex->checkpoint->keys,
			&held, ex->pool);
		if (plan->recipient_held[i] == NULL)
			return sekisho_error_set(err, "an address is too long "
				"or too strange to be held: %s to %s",
				held.sender, held.recipient);
	}
	return 0;
}

/* Reads the field and looks at its seal. Returns 0, or -1 with the answer. */
static int
held_receive(struct inquiry *inquiry, struct sekisho_held *held_r)
{
	struct sekisho_error err;
	enum seal_result result;

	if (sekisho_held_decode(held_r, inquiry_get(inquiry, "header"),
	    &err) < 0) {
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "header", "%s",
			err.text);
		return -1;
	}
	result = seal_check(inquiry->checkpoint->keys, held_r);
	if (result == SEAL_TRUE)
		return 0;
	if (result == SEAL_FALSE)
		inquiry_fail(inquiry, SEKISHO_STATUS_REFUSED, "header",
			"the seal is false");
	else
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "header",
			"sealed with the key %s, which is not in %s: copy "
			"that file from the host where Exim runs", held_r->key,
			inquiry->checkpoint->config->held_key_file);
	sekisho_held_free(held_r);
	return -1;
}

void
hold_verify_answer(struct inquiry *inquiry)
{
	const char *user = envelope_address(inquiry_get(inquiry, "user"),
		inquiry->pool);
	struct sekisho_held held;

	if (held_receive(inquiry, &held) < 0)
		return;
	/* It is held mail, if not his: no reason to let it into his INBOX. */
	if (strcasecmp(user, envelope_address(held.recipient,
	    inquiry->pool)) != 0)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "user",
			"held for %s, not for %s", held.recipient, user);
	sekisho_held_free(&held);
}

void
hold_forward_answer(struct inquiry *inquiry)
{
	struct sekisho_held held;
	const char *field;

	if (held_receive(inquiry, &held) < 0)
		return;
	held.recipient = envelope_address(inquiry_get(inquiry, "recipient"),
		inquiry->pool);
	field = held_field(inquiry->checkpoint->keys, &held, inquiry->pool);
	if (field == NULL)
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "recipient",
			"this is no address");
	else
		inquiry_add(inquiry, "header", field);
	sekisho_held_free(&held);
}
