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

/* The field for a recipient, or for all outside; NULL with err set. */
static const char *
hold_field(const struct examination *ex,
	const struct decision_outcome *outcome, const char *recipient,
	struct sekisho_error *err)
{
	const struct sekisho_message *message = ex->message;
	struct sekisho_held held = { .id = message->id,
		.time = (uint64_t)time(NULL), .sender = message->sender,
		.held_class = outcome->held_class, .rule = outcome->fate_rule,
		.reason = hold_reason(ex, outcome), .from = hold_from(ex),
		.proof = ex->approval.proof, .recipient = recipient,
		.quarantine = outcome->quarantine };
	const char *field = held_field(ex->checkpoint->keys, &held, ex->pool);

	if (field == NULL)
		sekisho_error_set(err, "an address is too long or too strange "
			"to be held: %s to %.100s", held.sender, recipient);
	return field;
}

static bool
is_outside(const struct decision_outcome *outcome)
{
	return outcome->fate == SEKISHO_HOLD && *outcome->quarantine != '\0';
}

/*
 * What holds a mail to outside, which is one message for all recipients there:
 * of their outcomes, the first of the gravest class. NULL: nothing.
 */
static const struct decision_outcome *
gravest_outside(const struct decision *decision)
{
	const struct decision_outcome *outcome, *gravest = NULL;
	size_t i;

	for (i = 0; i < decision->outcome_count; i++) {
		outcome = &decision->outcomes[i];
		if (is_outside(outcome) && (gravest == NULL ||
		    outcome->held_class > gravest->held_class))
			gravest = outcome;
	}
	return gravest;
}

/* With commas between them. */
static const char *
recipients_outside(const struct examination *ex)
{
	const struct decision *decision = ex->decision;
	struct sekisho_buf list;
	const char *text;
	size_t i;

	sekisho_buf_init(&list, SEKISHO_HELD_MAX);
	for (i = 0; i < ex->message->recipient_count; i++)
		if (is_outside(&decision->outcomes[
		    decision->recipient_outcome[i]]))
			sekisho_buf_printf(&list, "%s%s", list.len > 0 ? "," :
				"", ex->message->recipients[i]);
	/* Too long for a field, which says so. */
	text = list.failed ? "" : pool_strdup(ex->pool, list.data);
	sekisho_buf_free(&list);
	return text;
}

static int
hold_outside(const struct examination *ex, struct sekisho_plan *plan,
	struct sekisho_error *err)
{
	const struct decision_outcome *gravest = gravest_outside(ex->decision);
	const char *field;
	size_t i;

	if (gravest == NULL)
		return 0;
	field = hold_field(ex, gravest, recipients_outside(ex), err);
	if (field == NULL)
		return -1;
	for (i = 0; i < plan->outcome_count; i++)
		if (is_outside(&ex->decision->outcomes[i]))
			plan->outcomes[i].headers = field;
	return 0;
}

int
hold_recipients(const struct examination *ex, struct sekisho_plan *plan,
	struct sekisho_error *err)
{
	const struct decision_outcome *outcome;
	size_t i;

	plan->recipient_held = pool_array(ex->pool, plan->recipient_count + 1,
		sizeof(*plan->recipient_held));
	for (i = 0; i < plan->recipient_count; i++) {
		outcome = &ex->decision->outcomes[
			ex->decision->recipient_outcome[i]];
		plan->recipient_held[i] = "";
		if (outcome->fate != SEKISHO_HOLD || is_outside(outcome))
			continue;
		plan->recipient_held[i] = hold_field(ex, outcome,
			ex->message->recipients[i], err);
		if (plan->recipient_held[i] == NULL)
			return -1;
	}
	return hold_outside(ex, plan, err);
}

int
hold_receive(struct inquiry *inquiry, struct sekisho_held *held_r)
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

int
hold_receive_of(struct inquiry *inquiry, const char *user,
	struct sekisho_held *held_r)
{
	const char *keeper;

	if (hold_receive(inquiry, held_r) < 0)
		return -1;
	keeper = sekisho_held_keeper(held_r);
	if (strcasecmp(user, envelope_address(keeper, inquiry->pool)) == 0)
		return 0;
	inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "user",
		"held for %s, not for %s", keeper, user);
	sekisho_held_free(held_r);
	return -1;
}

/* Held mail that is not his is no reason to let it into his INBOX. */
void
hold_verify_answer(struct inquiry *inquiry)
{
	const char *user = envelope_address(inquiry_get(inquiry, "user"),
		inquiry->pool);
	struct sekisho_held held;

	if (hold_receive_of(inquiry, user, &held) == 0)
		sekisho_held_free(&held);
}

void
hold_forward_answer(struct inquiry *inquiry)
{
	struct sekisho_held held;
	const char *field;

	if (hold_receive(inquiry, &held) < 0)
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
