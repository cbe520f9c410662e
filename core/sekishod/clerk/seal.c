/*
 * seal.c - keys, and what is sealed with them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "seal.h"

static const char digits[] = "0123456789abcdef";

/* Reads exactly len bytes. Returns 0 or -1. */
static int
hex_read(unsigned char *bytes, size_t len, const char *text)
{
	size_t i;

	if (strlen(text) != 2 * len || strspn(text, digits) != 2 * len)
		return -1;
	for (i = 0; i < len; i++)
		bytes[i] = (unsigned char)(
			(strchr(digits, text[2 * i]) - digits) << 4 |
			(strchr(digits, text[2 * i + 1]) - digits));
	return 0;
}

static void
key_hmac(const struct seal_key *key, const char *data, size_t len,
	unsigned char digest[crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256(digest, (const unsigned char *)data, len,
		key->bytes);
}

void
seal_derive(const struct seal_key *key, const char *purpose,
	unsigned char bytes_r[SEAL_KEY_BYTES])
{
	key_hmac(key, purpose, strlen(purpose), bytes_r);
}

static void
key_name(struct seal_key *key)
{
	unsigned char digest[crypto_auth_hmacsha256_BYTES];

	seal_derive(key, "sekisho: the name of this key", digest);
	sodium_bin2hex(key->name, sizeof(key->name), digest,
		SEKISHO_HELD_KEY / 2);
}

/* A new file is complete before it has its name. */
static int
file_write(const char *file, uid_t uid, gid_t gid, const char *text)
{
	char path[4096];
	int fd, result = -1;

	snprintf(path, sizeof(path), "%s.new", file);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    (geteuid() != 0 || fchown(fd, uid, gid) == 0) && fsync(fd) == 0)
		result = rename(path, file);
	close(fd);
	if (result < 0)
		unlink(path);
	return result;
}

/* Makes the directory that file shall be in, when it is missing. */
static void
directory_make(const char *file)
{
	char *path = strdup(file);
	char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (slash != NULL && slash != path) {
		*slash = '\0';
		mkdir(path, 0755);
	}
	free(path);
}

int
seal_keys_create(const char *file, uid_t uid, gid_t gid,
	struct sekisho_error *err)
{
	unsigned char bytes[SEAL_KEY_BYTES];
	char text[2 * SEAL_KEY_BYTES + 2];
	int result = -1;

	if (access(file, F_OK) == 0)
		return 0;
	directory_make(file);
	if (getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes)) {
		sodium_bin2hex(text, sizeof(text), bytes, sizeof(bytes));
		strcat(text, "\n");
		result = file_write(file, uid, gid, text);
	}
	if (result < 0)
		sekisho_error_set(err, "held-key-file: cannot make %s: %s; "
			"make its directory or name another file", file,
			strerror(errno));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
	return result;
}

static int
keys_line(struct seal_keys *keys, char *line, struct sekisho_error *err)
{
	struct seal_key *key = &keys->list[keys->count];

	line[strcspn(line, "\r\n")] = '\0';
	if (*line == '\0' || *line == '#')
		return 0;
	if (keys->count == SEAL_KEYS_MAX)
		return sekisho_error_set(err, "more than %d keys",
			SEAL_KEYS_MAX);
	if (hex_read(key->bytes, sizeof(key->bytes), line) < 0)
		return sekisho_error_set(err, "a key is 64 hexadecimal digits "
			"in lower case");
	key_name(key);
	keys->count++;
	return 0;
}

static int
keys_read(struct seal_keys *keys, const char *file, FILE *in,
	struct sekisho_error *err)
{
	struct sekisho_error reason = { "" };
	unsigned int number = 0;
	char line[1024];
	struct stat st;
	int result = 0;

	if (fstat(fileno(in), &st) < 0 || (st.st_mode & 077) != 0)
		return sekisho_error_set(err, "held-key-file: others can read "
			"%s; make its mode 0600", file);
	while (result == 0 && fgets(line, sizeof(line), in) != NULL) {
		number++;
		result = keys_line(keys, line, &reason);
	}
	explicit_bzero(line, sizeof(line));
	if (result < 0)
		return sekisho_error_set(err, "%s:%u: %s", file, number,
			reason.text);
	if (keys->count == 0)
		return sekisho_error_set(err, "held-key-file: there is no key "
			"in %s; remove it and a new one is made", file);
	return 0;
}

int
seal_keys_load(struct seal_keys *keys_r, const char *file,
	struct sekisho_error *err)
{
	struct seal_keys keys = { .count = 0 };
	FILE *in = fopen(file, "re");
	int result;

	if (in == NULL)
		return sekisho_error_set(err,
			"held-key-file: cannot read %s: %s", file,
			strerror(errno));
	result = keys_read(&keys, file, in, err);
	fclose(in);
	if (result == 0)
		*keys_r = keys;
	explicit_bzero(&keys, sizeof(keys));
	return result;
}

static void
seal_write(const struct seal_key *key, const struct sekisho_held *held,
	char seal[SEKISHO_HELD_SEAL + 1])
{
	unsigned char digest[crypto_auth_hmacsha256_BYTES];
	struct sekisho_buf text;

	sekisho_buf_init(&text, SEKISHO_HELD_MAX);
	sekisho_held_sealed(held, &text);
	key_hmac(key, text.data, text.len, digest);
	sekisho_buf_free(&text);
	sodium_bin2hex(seal, SEKISHO_HELD_SEAL + 1, digest, sizeof(digest));
}

void
seal_make(const struct seal_keys *keys, struct sekisho_held *held,
	struct pool *pool)
{
	char seal[SEKISHO_HELD_SEAL + 1];

	held->key = keys->list[0].name;
	seal_write(&keys->list[0], held, seal);
	held->seal = pool_strdup(pool, seal);
}

enum seal_result
seal_check(const struct seal_keys *keys, const struct sekisho_held *held)
{
	char seal[SEKISHO_HELD_SEAL + 1];
	size_t i;

	for (i = 0; i < keys->count; i++) {
		if (strcmp(keys->list[i].name, held->key) != 0)
			continue;
		seal_write(&keys->list[i], held, seal);
		return sodium_memcmp(seal, held->seal, SEKISHO_HELD_SEAL) == 0 ?
			SEAL_TRUE : SEAL_FALSE;
	}
	return SEAL_UNKNOWN_KEY;
}
