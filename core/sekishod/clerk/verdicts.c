/*
 * verdicts.c - a table in shared memory, where the hash of a mail says the slot
 * and the newest one has it.
 *
 * There is no lock that a killed process could leave behind. A slot is copied,
 * then its seal is made anew: whatever was torn, or written by two at once, has
 * another one. Hashes are keyed with a secret, so nobody finds two mails with
 * one hash at leisure.
 */
#include <stdatomic.h>
#include <string.h>

#include <sodium.h>

#include "headerfield.h"
#include "mapping.h"
#include "verdicts.h"

#define SLOTS 2048u
#define REPLY_MAX 3000u		/* dozens of parts */
#define FIELD_MAX 1000u		/* of a field that does not count */

struct slot {
	unsigned char seal[32];		/* of the key and the reply */
	uint32_t len;
	unsigned char reply[REPLY_MAX];
};

struct verdicts {
	unsigned char secret[32];
	_Atomic uint32_t generation;
	struct slot slots[SLOTS];
};

struct verdicts *
verdicts_new(struct sekisho_error *err)
{
	struct verdicts *verdicts = mapping_shared(sizeof(struct verdicts),
		err);

	if (verdicts != NULL)
		randombytes_buf(verdicts->secret, sizeof(verdicts->secret));
	return verdicts;
}

void
verdicts_begin(struct verdicts *verdicts, uint32_t generation)
{
	verdicts->generation = generation;
}

static void
hash_begin(const struct verdicts *verdicts, crypto_generichash_state *state)
{
	crypto_generichash_init(state, verdicts->secret,
		sizeof(verdicts->secret), 32);
}

static void
hash_add(crypto_generichash_state *state, const void *data, size_t len)
{
	crypto_generichash_update(state, data, len);
}

/*
 * What nobody reads as part of a mail and no program runs. RFC 5322, 3.6; the
 * signature is that of a header with these fields.
 */
static bool
field_is_new(const struct header_field *field)
{
	static const char *const names[] = { "Received", "Message-ID", "Date",
		"To", "Return-Path", "Delivered-To", "DKIM-Signature" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (header_field_is(field, names[i]))
			return true;
	return false;
}

static bool
field_is_ordinary(const struct header_field *field)
{
	size_t i;

	for (i = 0; i < field->len; i++)
		if (field->whole[i] != '\n' && field->whole[i] != '\t' &&
		    (field->whole[i] < ' ' || field->whole[i] > '~'))
			return false;
	return field->len <= FIELD_MAX;
}

void
verdicts_key(const struct verdicts *verdicts,
	const struct sekisho_message *message, const char *mail, size_t len,
	bool types, struct verdict_key *key_r)
{
	const char *at = mail, *end = mail + message->headers_len;
	unsigned char with_types = types;
	crypto_generichash_state state;
	struct header_field field;

	key_r->generation = verdicts->generation;
	hash_begin(verdicts, &state);
	hash_add(&state, &with_types, 1);
	hash_add(&state, &key_r->generation, sizeof(key_r->generation));
	while (header_field_next(&at, end, &field))
		if (!field_is_new(&field) || !field_is_ordinary(&field))
			hash_add(&state, field.whole, field.len);
	hash_add(&state, end, len - message->headers_len);
	crypto_generichash_final(&state, key_r->hash, sizeof(key_r->hash));
}

static struct slot *
slot_of(const struct verdicts *verdicts, const struct verdict_key *key)
{
	uint32_t place;

	memcpy(&place, key->hash, sizeof(place));
	return (struct slot *)&verdicts->slots[place % SLOTS];
}

static void
slot_seal(const struct verdicts *verdicts, const struct verdict_key *key,
	const struct slot *slot, unsigned char seal[32])
{
	crypto_generichash_state state;

	hash_begin(verdicts, &state);
	hash_add(&state, key->hash, sizeof(key->hash));
	hash_add(&state, slot->reply, slot->len);
	crypto_generichash_final(&state, seal, 32);
}

bool
verdicts_find(const struct verdicts *verdicts, const struct verdict_key *key,
	struct sekisho_buf *reply)
{
	struct slot slot = *slot_of(verdicts, key);
	unsigned char seal[32];

	if (slot.len == 0 || slot.len > REPLY_MAX)
		return false;
	slot_seal(verdicts, key, &slot, seal);
	if (memcmp(seal, slot.seal, sizeof(seal)) != 0)
		return false;
	sekisho_buf_add(reply, slot.reply, slot.len);
	return !reply->failed;
}

void
verdicts_add(struct verdicts *verdicts, const struct verdict_key *key,
	uint32_t generation, const void *reply, size_t len)
{
	struct slot *slot = slot_of(verdicts, key), whole = { .len = 0 };

	if (generation != key->generation || len == 0 || len > REPLY_MAX)
		return;
	whole.len = (uint32_t)len;
	memcpy(whole.reply, reply, len);
	slot_seal(verdicts, key, &whole, whole.seal);
	*slot = whole;
}
