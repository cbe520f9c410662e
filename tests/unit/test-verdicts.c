/*
 * test-verdicts.c - what was said of a mail is said of the same mail only.
 */
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verdicts.c"
#include "test.h"

#define HEADER "From: a@b\nSubject: x\n"
#define MAIL HEADER "\nbody\n"

static struct verdict_key
key_of(const struct verdicts *verdicts, const char *mail)
{
	const char *end = strstr(mail, "\n\n");
	struct sekisho_message message = { .headers = mail,
		.headers_len = end == NULL ? 0 : (size_t)(end + 1 - mail) };
	struct verdict_key key;

	verdicts_key(verdicts, &message, mail, strlen(mail), false, &key);
	return key;
}

static bool
same(const struct verdicts *verdicts, const char *a, const char *b)
{
	struct verdict_key one = key_of(verdicts, a),
		other = key_of(verdicts, b);

	return memcmp(one.hash, other.hash, sizeof(one.hash)) == 0;
}

/* What is remembered of a mail, "" for nothing. */
static const char *
found(const struct verdicts *verdicts, const char *mail)
{
	struct verdict_key key = key_of(verdicts, mail);
	static struct sekisho_buf reply;

	sekisho_buf_free(&reply);
	sekisho_buf_init(&reply, REPLY_MAX);
	return verdicts_find(verdicts, &key, &reply) ? reply.data : "";
}

static void
add(struct verdicts *verdicts, const char *mail, const char *reply)
{
	struct verdict_key key = key_of(verdicts, mail);

	verdicts_add(verdicts, &key, verdicts->generation, reply,
		strlen(reply) + 1);
}

static void
test_key(const struct verdicts *verdicts)
{
	static const char *const others[] = {
		MAIL "x", "To: a\n" MAIL "\n", "Subject: y\n" MAIL,
		"Reply-To: a@b\n" MAIL, "Tox: a\n" MAIL, ": x\n" MAIL,
		"Dates: x\n" MAIL, "To\n" MAIL, " To: x\n" MAIL,
		"To: \x1b\n" MAIL, "To: \x7f\n" MAIL, "To: \xe3\n" MAIL,
		HEADER "Content-Type: text/html\n\nbody\n",
		HEADER "\nTo: a\n\nbody\n",
	};
	char longest[FIELD_MAX + sizeof(MAIL) + 8];
	size_t i;

	test_begin("verdicts: what is new with each recipient does not count");
	test_assert(same(verdicts, "Received: by a\n\tid 1;\n now\n"
		"Date: today\nTo: <a@b>,\n\t<c@d>\nmessage-id : <1>\n"
		"Return-Path: <a>\nDelivered-To: x\nReceived: x\n"
		"DKIM-Signature: v=1; b=a+/=\n" MAIL, MAIL));
	test_begin("verdicts: everything else counts");
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (same(verdicts, others[i], MAIL))
			test_fail(__FILE__, __LINE__, others[i]);
	test_begin("verdicts: a field that is too long counts");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "To: ", 4);
	strcpy(longest + FIELD_MAX - 1, "\n" MAIL);
	test_assert(same(verdicts, longest, MAIL));
	strcpy(longest + FIELD_MAX, "\n" MAIL);
	longest[FIELD_MAX - 1] = 'a';
	test_assert(!same(verdicts, longest, MAIL));
}

static void
test_types(const struct verdicts *verdicts)
{
	struct sekisho_message message = { .headers = "" };
	struct verdict_key key, typed;

	test_begin("verdicts: who asks for types has other answers");
	verdicts_key(verdicts, &message, "\nx", 2, false, &key);
	verdicts_key(verdicts, &message, "\nx", 2, true, &typed);
	test_assert(memcmp(key.hash, typed.hash, sizeof(key.hash)) != 0);
}

static void
test_memory(struct verdicts *verdicts, struct verdicts *other)
{
	char longest[REPLY_MAX + 1];
	struct verdict_key key;

	test_begin("verdicts: what was said is found");
	test_str(found(verdicts, MAIL), "");
	add(verdicts, MAIL, "clean");
	add(verdicts, MAIL "2", "a virus");
	test_str(found(verdicts, MAIL), "clean");
	test_str(found(verdicts, MAIL "2"), "a virus");
	test_str(found(verdicts, MAIL "3"), "");
	test_str(found(other, MAIL), "");
	test_begin("verdicts: what is too long is not remembered");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[REPLY_MAX] = '\0';
	add(verdicts, MAIL "4", longest);
	test_str(found(verdicts, MAIL "4"), "");
	longest[REPLY_MAX - 1] = '\0';
	add(verdicts, MAIL "4", longest);
	test_str(found(verdicts, MAIL "4"), longest);
	test_begin("verdicts: other signatures, other verdicts");
	key = key_of(verdicts, MAIL "5");
	verdicts_add(verdicts, &key, 2, "of another inspector", 21);
	test_str(found(verdicts, MAIL "5"), "");
	verdicts_begin(verdicts, 2);
	test_str(found(verdicts, MAIL), "");
	verdicts_add(verdicts, &key, 1, "late", 5);
	test_str(found(verdicts, MAIL "5"), "");
	add(verdicts, MAIL, "clean");
	test_str(found(verdicts, MAIL), "clean");
}

/* Each byte of a slot matters. */
static void
test_torn(struct verdicts *verdicts)
{
	struct verdict_key key = key_of(verdicts, MAIL);
	unsigned char *slot = (unsigned char *)slot_of(verdicts, &key);
	size_t i, kept = 0, used = offsetof(struct slot, reply) + 6;

	test_begin("verdicts: a slot that was not written whole is empty");
	add(verdicts, MAIL, "clean");
	for (i = 0; i < used; i++) {
		slot[i] ^= 0x41;
		kept += *found(verdicts, MAIL) != '\0';
		slot[i] ^= 0x41;
	}
	test_int((int)kept, 0);
	test_str(found(verdicts, MAIL), "clean");
}

/* Two processes write into one slot, one of them is killed at any moment. */
static void
test_race(struct verdicts *verdicts)
{
	static const char *const said[] = { "clean", "a longer answer" };
	size_t wrong = 0, round, i;
	pid_t pids[2];
	const char *now;

	test_begin("verdicts: of two writers one is right, or none");
	for (i = 0; i < 2; i++) {
		pids[i] = fork();
		while (pids[i] == 0)
			add(verdicts, MAIL, said[i]);
	}
	for (round = 0; round < 20000; round++) {
		now = found(verdicts, MAIL);
		wrong += *now != '\0' && strcmp(now, said[0]) != 0 &&
			strcmp(now, said[1]) != 0;
	}
	for (i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	test_int((int)wrong, 0);
	add(verdicts, MAIL, "clean");
	test_str(found(verdicts, MAIL), "clean");
}

int
main(void)
{
	struct verdicts *verdicts = verdicts_new(NULL);
	struct verdicts *other = verdicts_new(NULL);

	verdicts_begin(verdicts, 1);
	verdicts_begin(other, 1);
	test_key(verdicts);
	test_types(verdicts);
	test_memory(verdicts, other);
	test_torn(verdicts);
	test_race(verdicts);
	return test_done();
}
