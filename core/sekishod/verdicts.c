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
#include <strings.h>

#include <sodium.h>

#include "mapping.h"
#include "verdicts.h"

#define SLOTS 2048u
#define REPLY_MAX 3000u		/* dozens of parts */

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

/* The length of Exim's own Received field, which names the message; or 0. */
static size_t
own_field(const struct sekisho_message *message, const char *mail, size_t len)
{
	static const char name[] = "Received:";
	const char *end = mail, *stop = mail + len;

	if (len < sizeof(name) || message->id[0] == '\0' ||
	    strncasecmp(mail, name, sizeof(name) - 1) != 0)
		return 0;
	do {
		end = memchr(end, '\n', (size_t)(stop - end));
		if (end++ == NULL)
			return 0;
	} while (end < stop && (*end == ' ' || *end == '\t'));
	return memmem(mail, (size_t)(end - mail), message->id,
		strlen(message->id)) != NULL ? (size_t)(end - mail) : 0;
}

void
verdicts_key(const struct verdicts *verdicts,
	const struct sekisho_message *message, const void *mail, size_t len,
	bool types, struct verdict_key *key_r)
{
	size_t skip = own_field(message, mail, len);
	unsigned char with_types = types;
	crypto_generichash_state state;

	key_r->generation = verdicts->generation;
	hash_begin(verdicts, &state);
	crypto_generichash_update(&state, &with_types, 1);
	crypto_generichash_update(&state,
		(const unsigned char *)&key_r->generation,
		sizeof(key_r->generation));
	crypto_generichash_update(&state, (const unsigned char *)mail + skip,
		len - skip);
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
	crypto_generichash_update(&state, key->hash, sizeof(key->hash));
	crypto_generichash_update(&state, slot->reply, slot->len);
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
