/*
 * digest_link.c - what the URL of a digest carries.
 *
 *	form and action	1 byte each
 *	end		4 bytes, seconds since 1970, the highest first
 *	GUID		16 bytes
 *	login		the rest
 *	HMAC		16 bytes of the 32
 *
 * in the Base 64 of URLs. It has to be short: three of them stand below each
 * message, and 128 bits of an HMAC are more than anybody can try.
 */
#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "digest_link.h"

#define FORM 1
#define HEAD_BYTES (6 + DIGEST_GUID_BYTES)
#define MAC_BYTES 16
#define BYTES_MAX (HEAD_BYTES + DIGEST_LOGIN_MAX + MAC_BYTES)
#define URLSAFE sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const char *const action_names[DIGEST_ACTIONS] = {
	[DIGEST_DELIVER] = "deliver",
	[DIGEST_APPROVE] = "approve",
	[DIGEST_DELETE] = "delete",
};

const char *
digest_action_name(enum digest_action action)
{
	return action < DIGEST_ACTIONS ? action_names[action] : "?";
}

int
digest_guid_read(unsigned char guid_r[DIGEST_GUID_BYTES], const char *text)
{
	size_t len;

	return sodium_hex2bin(guid_r, DIGEST_GUID_BYTES, text, strlen(text),
		NULL, &len, NULL) == 0 && len == DIGEST_GUID_BYTES ? 0 : -1;
}

/* A key of its own: no HMAC of held mail can be one of these. */
static void
link_mac(const struct seal_key *key, const unsigned char *bytes, size_t len,
	unsigned char mac_r[crypto_auth_hmacsha256_BYTES])
{
	unsigned char own[SEAL_KEY_BYTES];

	seal_derive(key, "sekisho: links of digests", own);
	crypto_auth_hmacsha256(mac_r, bytes, len, own);
	sodium_memzero(own, sizeof(own));
}

const char *
digest_link_make(const struct seal_keys *keys, const struct digest_link *link,
	struct pool *pool)
{
	unsigned char bytes[BYTES_MAX], mac[crypto_auth_hmacsha256_BYTES];
	size_t login = strlen(link->login), len = HEAD_BYTES + login, size;
	uint32_t end = (uint32_t)link->expires;
	char *text;

	bytes[0] = FORM;
	bytes[1] = (unsigned char)link->action;
	bytes[2] = (unsigned char)(end >> 24);
	bytes[3] = (unsigned char)(end >> 16);
	bytes[4] = (unsigned char)(end >> 8);
	bytes[5] = (unsigned char)end;
	memcpy(bytes + 6, link->guid, DIGEST_GUID_BYTES);
	memcpy(bytes + HEAD_BYTES, link->login, login);
	link_mac(&keys->list[0], bytes, len, mac);
	memcpy(bytes + len, mac, MAC_BYTES);
	size = sodium_base64_encoded_len(len + MAC_BYTES, URLSAFE);
	text = pool_alloc(pool, size);
	return sodium_bin2base64(text, size, bytes, len + MAC_BYTES, URLSAFE);
}

static bool
link_is_true(const struct seal_keys *keys, const unsigned char *bytes,
	size_t len)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	size_t i;

	for (i = 0; i < keys->count; i++) {
		link_mac(&keys->list[i], bytes, len, mac);
		if (sodium_memcmp(mac, bytes + len, MAC_BYTES) == 0)
			return true;
	}
	return false;
}

int
digest_link_read(const struct seal_keys *keys, const char *key, time_t now,
	struct digest_link *link_r, struct pool *pool)
{
	unsigned char bytes[BYTES_MAX];
	size_t len;

	if (sodium_base642bin(bytes, sizeof(bytes), key, strlen(key), NULL,
	    &len, NULL, URLSAFE) < 0 || len <= HEAD_BYTES + MAC_BYTES)
		return -1;
	len -= MAC_BYTES;
	if (!link_is_true(keys, bytes, len) || bytes[0] != FORM ||
	    bytes[1] >= DIGEST_ACTIONS)
		return -1;
	link_r->action = (enum digest_action)bytes[1];
	link_r->expires = (time_t)((uint32_t)bytes[2] << 24 |
		(uint32_t)bytes[3] << 16 | (uint32_t)bytes[4] << 8 | bytes[5]);
	memcpy(link_r->guid, bytes + 6, DIGEST_GUID_BYTES);
	link_r->login = pool_strndup(pool, (const char *)bytes + HEAD_BYTES,
		len - HEAD_BYTES);
	/* To doveadm "*" and "?" mean several users. */
	if (strlen(link_r->login) != len - HEAD_BYTES ||
	    strpbrk(link_r->login, "*?") != NULL)
		return -1;
	return now < link_r->expires ? 1 : 0;
}
