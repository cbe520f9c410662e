/*
 * poison.c - mails over which inspectors died.
 *
 * A table of fixed size in shared memory. A mail has eight slots to be in,
 * found by its hash; if all are taken, the one that was tried longest ago is
 * forgotten. A slot is one word, changed at once, so a clerk that dies at any
 * point leaves the table whole.
 */
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "headerfield.h"
#include "mapping.h"
#include "poison.h"

#define SLOTS 4096u
#define PLACES 8u		/* slots for one key */
#define DAY (24 * 60)
#define MINUTES 0xffffffu	/* 31 years since the machine was started */
#define COUNT_MAX 255u

struct poison {
	_Atomic uint64_t last;	/* minute of the last one, 0: none */
	/* 32 bits of the key, 24 for the minute, 8 for the count; 0: free */
	_Atomic uint64_t slots[SLOTS];
};

struct poison *
poison_new(struct sekisho_error *err)
{
	return mapping_shared(sizeof(struct poison), err);
}

/* From 1 on: 0 is never. */
static uint64_t
minute(int64_t now)
{
	return ((uint64_t)now / 60000 + 1) & MINUTES;
}

static bool
is_fresh(uint64_t then, int64_t now)
{
	return then != 0 && minute(now) - then < DAY;
}

static uint64_t
word(uint64_t key, int64_t now, unsigned int count)
{
	return (key >> 32) << 32 | minute(now) << 8 | count;
}

static uint64_t
word_minute(uint64_t slot)
{
	return slot >> 8 & MINUTES;
}

static bool
word_is(uint64_t slot, uint64_t key, int64_t now)
{
	return slot >> 32 == key >> 32 && is_fresh(word_minute(slot), now);
}

/* The place of a key, or that of the mail that is to be forgotten for it. */
static size_t
find(const struct poison *poison, uint64_t key, int64_t now)
{
	size_t first = key % SLOTS, oldest = first, i, place;

	for (i = 0; i < PLACES; i++) {
		place = (first + i) % SLOTS;
		if (word_is(poison->slots[place], key, now))
			return place;
		if (word_minute(poison->slots[place]) <
		    word_minute(poison->slots[oldest]))
			oldest = place;
	}
	return oldest;
}

bool
poison_any(const struct poison *poison, int64_t now)
{
	return is_fresh(poison->last, now);
}

unsigned int
poison_tries(const struct poison *poison, uint64_t key, int64_t now)
{
	uint64_t slot = poison->slots[find(poison, key, now)];

	return word_is(slot, key, now) ? slot & COUNT_MAX : 0;
}

unsigned int
poison_add(struct poison *poison, uint64_t key, int64_t now)
{
	_Atomic uint64_t *slot = &poison->slots[find(poison, key, now)];
	uint64_t old = *slot;
	unsigned int count;

	do {
		count = word_is(old, key, now) ? old & COUNT_MAX : 0;
		count += count < COUNT_MAX;
	} while (!atomic_compare_exchange_weak(slot, &old,
		word(key, now, count)));
	poison->last = minute(now);
	return count;
}

/* Is it the same at each try? */
static bool
field_counts(const struct header_field *field)
{
	return header_field_is(field, "From") ||
		header_field_is(field, "Subject") || (field->name_len > 8 &&
		strncasecmp(field->whole, "Content-", 8) == 0);
}

uint64_t
poison_key(const struct sekisho_message *message, const void *body, size_t len)
{
	const char *at = message->headers, *end = at + message->headers_len;
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	struct header_field field;
	uint64_t key;

	crypto_hash_sha256_init(&state);
	while (header_field_next(&at, end, &field))
		if (field_counts(&field))
			crypto_hash_sha256_update(&state,
				(const unsigned char *)field.whole, field.len);
	crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
	crypto_hash_sha256_update(&state, body, len);
	crypto_hash_sha256_final(&state, digest);
	memcpy(&key, digest, sizeof(key));
	return key;
}
