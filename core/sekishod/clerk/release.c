/*
 * release.c - seals mail that leaves the quarantine for outside, submits it,
 * and knows it when it comes by.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include <sodium.h>

#include "envelope.h"
#include "headerfield.h"
#include "hold.h"
#include "mapping.h"
#include "release.h"
#include "seal.h"
#include "submission.h"

#define PURPOSE "sekisho: mail to outside is released"
#define VALID_SECONDS 3600	/* the clocks of two hosts may differ */

/* What the seal is about. */
struct shipment {
	const char *id;			/* under which it was held */
	uint64_t time;			/* of the release */
	const char *sender;
	const char *const *recipients;
	size_t recipient_count;
	const char *body;
	size_t body_len;
};

/* Whatever the line ends are, which Exim changes; the last ones, too. */
static void
hash_body(crypto_auth_hmacsha256_state *state, const char *body, size_t len)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state hash;
	const char *end = body + len, *cr;

	while (end > body && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	crypto_hash_sha256_init(&hash);
	for (; body < end; body = cr == end ? end : cr + 1) {
		cr = memchr(body, '\r', (size_t)(end - body));
		if (cr == NULL)
			cr = end;
		crypto_hash_sha256_update(&hash, (const unsigned char *)body,
			(size_t)(cr - body));
	}
	crypto_hash_sha256_final(&hash, digest);
	crypto_auth_hmacsha256_update(state, digest, sizeof(digest));
}

/* A text with its end, so that no two texts look like two others. */
static void
hash_text(crypto_auth_hmacsha256_state *state, const char *text)
{
	char c;

	do {
		c = (char)tolower((unsigned char)*text);
		crypto_auth_hmacsha256_update(state, (unsigned char *)&c, 1);
	} while (*text++ != '\0');
}

/* The value of the field, sealed with that key. */
static const char *
shipment_value(const struct shipment *shipment, const struct seal_key *key,
	struct pool *pool)
{
	unsigned char derived[SEAL_KEY_BYTES];
	unsigned char digest[crypto_auth_hmacsha256_BYTES];
	char seal[2 * sizeof(digest) + 1];
	crypto_auth_hmacsha256_state state;
	const char *head = pool_printf(pool, "id=%s; time=%" PRIu64 "; key=%s",
		shipment->id, shipment->time, key->name);
	size_t i;

	seal_derive(key, PURPOSE, derived);
	crypto_auth_hmacsha256_init(&state, derived, sizeof(derived));
	hash_text(&state, head);
	hash_text(&state, shipment->sender);
	for (i = 0; i < shipment->recipient_count; i++)
		hash_text(&state, shipment->recipients[i]);
	hash_body(&state, shipment->body, shipment->body_len);
	crypto_auth_hmacsha256_final(&state, digest);
	sodium_memzero(derived, sizeof(derived));
	sodium_bin2hex(seal, sizeof(seal), digest, sizeof(digest));
	return pool_printf(pool, "%s;\n\tseal=%s", head, seal);
}

/* -- on its way out of the quarantine ------------------------------------- */

/* Behind the empty line, or the end. */
static const char *
body_of(const char *message, const char *end)
{
	const char *lf;

	while (message < end && (lf = memchr(message, '\n',
	    (size_t)(end - message))) != NULL) {
		if (lf == message || (lf == message + 1 && *message == '\r'))
			return lf + 1;
		message = lf + 1;
	}
	return end;
}

static const char **
recipients_split(const char *list, struct pool *pool, size_t *count_r)
{
	const char **recipients = NULL;
	size_t len;

	for (*count_r = 0; *list != '\0'; list += len + (list[len] == ',')) {
		len = sekisho_held_recipient_len(list);
		*(const char **)pool_append(pool, &recipients, count_r,
			sizeof(char *)) = pool_strndup(pool, list, len);
	}
	return recipients;
}

/* message: as Dovecot has it, size bytes. */
static void
release_submit(struct inquiry *inquiry, const struct sekisho_held *held,
	const char *message, size_t size)
{
	const char *body = body_of(message, message + size);
	struct shipment shipment = { .id = held->id,
		.time = (uint64_t)time(NULL), .sender = held->sender,
		.body = body, .body_len = (size_t)(message + size - body) };
	struct submission submission = {
		.url = inquiry->checkpoint->config->smtp_url,
		.sender = held->sender, .text = message, .text_len = size,
		.deadline = inquiry->deadline };
	enum submission_result result;
	struct sekisho_error err;

	submission.recipients = recipients_split(held->recipient,
		inquiry->pool, &submission.recipient_count);
	shipment.recipients = submission.recipients;
	shipment.recipient_count = submission.recipient_count;
	submission.head = pool_printf(inquiry->pool,
		SEKISHO_RELEASED_HEADER ": %s\n", shipment_value(&shipment,
		&inquiry->checkpoint->keys->list[0], inquiry->pool));
	result = submission_send(&submission, inquiry->pool, &err);
	if (result != SUBMISSION_DONE)
		inquiry_fail(inquiry, result == SUBMISSION_REFUSED ?
			SEKISHO_STATUS_REFUSED : SEKISHO_STATUS_UNAVAILABLE,
			"", "%s", err.text);
}

static void
release_message(struct inquiry *inquiry, const struct sekisho_held *held)
{
	struct sekisho_error err;
	struct stat st;
	char *map = NULL;

	if (inquiry->fd < 0 || fstat(inquiry->fd, &st) < 0 ||
	    st.st_size <= 0 ||
	    (uint64_t)st.st_size > SEKISHO_MESSAGE_MAX) {
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "",
			"release: no message came along, or a huge one");
		return;
	}
	map = mapping_of_file(inquiry->fd, (size_t)st.st_size, &err);
	if (map == NULL) {
		inquiry_fail(inquiry, SEKISHO_STATUS_UNAVAILABLE, "", "%s",
			err.text);
		return;
	}
	release_submit(inquiry, held, map, (size_t)st.st_size);
	munmap(map, (size_t)st.st_size);
}

void
release_answer(struct inquiry *inquiry)
{
	struct sekisho_held held;

	if (hold_receive(inquiry, &held) < 0)
		return;
	if (*held.quarantine == '\0')
		inquiry_fail(inquiry, SEKISHO_STATUS_INVALID, "header",
			"this mail is held for %s, it does not go to outside",
			held.recipient);
	else
		release_message(inquiry, &held);
	sekisho_held_free(&held);
}

/* -- when it comes by ----------------------------------------------------- */

const char *
release_take(struct sekisho_message *message, struct pool *pool)
{
	const char *at = message->headers, *value = NULL;
	const char *end = at + message->headers_len;
	struct header_field field;
	char *kept = NULL;
	size_t len = 0;

	while (header_field_next(&at, end, &field)) {
		if (header_field_is(&field, SEKISHO_RELEASED_HEADER)) {
			if (value == NULL)
				value = header_field_text(&field, pool);
			if (kept != NULL)
				continue;
			len = (size_t)(field.whole - message->headers);
			kept = pool_alloc(pool, message->headers_len + 1);
			memcpy(kept, message->headers, len);
		} else if (kept != NULL) {
			memcpy(kept + len, field.whole, field.len);
			len += field.len;
		}
	}
	if (kept == NULL)
		return NULL;
	kept[len] = '\0';
	message->headers = kept;
	message->headers_len = len;
	return value;
}

/* Without blanks; a header may have been folded anew on its way. */
static const char *
without_blanks(const char *text, struct pool *pool)
{
	char *copy = pool_strdup(pool, text), *out = copy;

	for (; *text != '\0'; text++)
		if (strchr(" \t\r\n", *text) == NULL)
			*out++ = *text;
	*out = '\0';
	return copy;
}

/* Reads what the seal names, and looks whether one of the keys makes it. */
static bool
is_sealed(const struct examination *ex, const char *value,
	struct shipment *shipment)
{
	const struct seal_keys *keys = ex->checkpoint->keys;
	const char *text = without_blanks(value, ex->pool), *made;
	const char *semicolon = strchr(text, ';');
	time_t now = time(NULL);
	size_t i;

	if (strncmp(text, "id=", 3) != 0 || semicolon == NULL ||
	    strncmp(semicolon, ";time=", 6) != 0)
		return false;
	shipment->id = pool_strndup(ex->pool, text + 3,
		(size_t)(semicolon - text - 3));
	shipment->time = strtoull(semicolon + 6, NULL, 10);
	if (llabs((long long)now - (long long)shipment->time) > VALID_SECONDS)
		return false;
	for (i = 0; i < keys->count; i++) {
		made = without_blanks(shipment_value(shipment, &keys->list[i],
			ex->pool), ex->pool);
		if (strlen(made) == strlen(text) &&
		    sodium_memcmp(made, text, strlen(text)) == 0)
			return true;
	}
	return false;
}

const char *
release_id(const struct examination *ex)
{
	const struct sekisho_message *message = ex->message;
	size_t start = message->headers_len + 1;
	struct shipment shipment = { .sender = message->sender,
		.recipients = message->recipients,
		.recipient_count = message->recipient_count };
	bool sealed;
	char *map;

	if (ex->released == NULL || ex->checkpoint->keys == NULL ||
	    start > ex->size)
		return NULL;
	map = mapping_of_file(ex->message_fd, ex->size, NULL);
	if (map == NULL)
		return NULL;
	shipment.body = map + start;
	shipment.body_len = ex->size - start;
	sealed = is_sealed(ex, ex->released, &shipment);
	munmap(map, ex->size);
	return sealed ? shipment.id : NULL;
}
