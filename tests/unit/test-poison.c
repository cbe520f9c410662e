/*
 * test-poison.c - mails that kill inspectors are counted (issue 7).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "poison.c"
#include "test.h"

#define NOW ((int64_t)90000 * 1000)
#define HOUR ((int64_t)3600 * 1000)
#define KEY ((uint64_t)0x123456789abcdef0)

static uint64_t
key_of(const char *headers, const char *body)
{
	struct sekisho_message message = { .headers = headers,
		.headers_len = strlen(headers) };

	return poison_key(&message, body, strlen(body));
}

static void
test_key(void)
{
	uint64_t key = key_of("Received: by a; today\n id 1\nDate: today\n"
		"From: a@b\nMessage-ID: <1>\nSubject: x\n y\n"
		"Content-Type: text/plain\n", "body");

	test_begin("poison: what is new with a try does not count");
	test_assert(key == key_of("Received: by a; tomorrow\n id 2\n"
		"Received: by x\nDKIM-Signature: t=2\nDate: tomorrow\n"
		"From: a@b\nMessage-ID: <2>\nSubject: x\n y\n"
		"Content-Type: text/plain\nX-Sender: 1\n", "body"));
	test_begin("poison: another mail is another");
	test_assert(key != key_of("From: a@b\nSubject: x\n y\n"
		"Content-Type: text/plain\n", "body2"));
	test_assert(key != key_of("From: a@b\nSubject: x\n z\n"
		"Content-Type: text/plain\n", "body"));
	test_assert(key != key_of("From: a@c\nSubject: x\n y\n"
		"Content-Type: text/plain\n", "body"));
	test_assert(key != key_of("From: a@b\nSubject: x\n y\n"
		"content-type: text/html\n", "body"));
	test_assert(key != key_of("From: a@b\nSubject: x\n y\n", "body"));
	test_begin("poison: lines that are no fields are looked at safely");
	test_assert(key_of("", "") == key_of("X\n\n \n:\n", ""));
	test_assert(key_of("From", "") == key_of("", ""));
	test_assert(key_of("From:", "") != key_of("", ""));
}

static void
test_count(void)
{
	struct poison *poison = poison_new(NULL);

	test_begin("poison: each mail has its own count");
	test_assert(!poison_any(poison, NOW));
	test_int(poison_tries(poison, KEY, NOW), 0);
	test_int(poison_add(poison, KEY, NOW), 1);
	test_int(poison_add(poison, KEY, NOW + HOUR), 2);
	test_int(poison_add(poison, KEY + ((uint64_t)1 << 40), NOW), 1);
	test_int(poison_tries(poison, KEY, NOW + HOUR), 2);
	test_assert(poison_any(poison, NOW + HOUR));
	test_begin("poison: a day after its last try it is forgotten");
	test_int(poison_tries(poison, KEY, NOW + 24 * HOUR), 2);
	test_int(poison_tries(poison, KEY, NOW + 25 * HOUR), 0);
	test_assert(!poison_any(poison, NOW + 25 * HOUR));
	test_int(poison_add(poison, KEY, NOW + 25 * HOUR), 1);
}

static void
test_full(void)
{
	struct poison *poison = poison_new(NULL);
	uint64_t i;

	test_begin("poison: without room the oldest is forgotten, no other");
	for (i = 0; i < PLACES; i++)
		poison_add(poison, i << 32 | 7, NOW + (int64_t)i * HOUR);
	test_int(poison_add(poison, (uint64_t)99 << 32 | 7, NOW + 9 * HOUR), 1);
	test_int(poison_tries(poison, 7, NOW + 9 * HOUR), 0);
	for (i = 1; i < PLACES; i++)
		test_int(poison_tries(poison, i << 32 | 7, NOW + 9 * HOUR), 1);
	test_begin("poison: the count ends before it begins anew");
	for (i = 0; i < 300; i++)
		poison_add(poison, KEY, NOW);
	test_int(poison_tries(poison, KEY, NOW), COUNT_MAX);
}

static void
test_processes(void)
{
	struct poison *poison = poison_new(NULL);
	int i, k;

	test_begin("poison: processes forked later share the count");
	poison_add(poison, KEY, NOW);
	fflush(stdout);
	for (i = 0; i < 4; i++)
		if (fork() == 0) {
			for (k = 0; k < 50; k++)
				poison_add(poison, KEY, NOW);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	test_int(poison_tries(poison, KEY, NOW), 201);
}

int
main(void)
{
	test_key();
	test_count();
	test_full();
	test_processes();
	return test_done();
}
