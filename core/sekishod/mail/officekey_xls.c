/*
 * officekey_xls.c - workbooks of Excel 97 to 2003 ([MS-XLS] 2.2.10).
 *
 * RC4 is written out here: OpenSSL 3 keeps it in a module that is loaded from a
 * file, which the jail does not have.
 */
#include <string.h>

#include "officekey_private.h"

#define BLOCK 1024u		/* bytes of the stream with the same key */
#define RECORD_BOF 0x0809
#define RECORD_FILEPASS 0x002f
#define RECORD_BOUNDSHEET 0x0085

struct rc4 {
	unsigned char state[256];
	unsigned char i, j;
};

/* How the key of a block is made. */
struct xls {
	bool cryptoapi;
	unsigned char base[EVP_MAX_MD_SIZE];
	size_t key_len;
};

static void
rc4_init(struct rc4 *rc4, const unsigned char *key, size_t len)
{
	unsigned char j = 0, swap;
	size_t i;

	for (i = 0; i < 256; i++)
		rc4->state[i] = (unsigned char)i;
	for (i = 0; i < 256; i++) {
		j = (unsigned char)(j + rc4->state[i] + key[i % len]);
		swap = rc4->state[i];
		rc4->state[i] = rc4->state[j];
		rc4->state[j] = swap;
	}
	rc4->i = rc4->j = 0;
}

static unsigned char
rc4_next(struct rc4 *rc4)
{
	unsigned char swap;

	rc4->i++;
	rc4->j = (unsigned char)(rc4->j + rc4->state[rc4->i]);
	swap = rc4->state[rc4->i];
	rc4->state[rc4->i] = rc4->state[rc4->j];
	rc4->state[rc4->j] = swap;
	return rc4->state[(unsigned char)(rc4->state[rc4->i] +
		rc4->state[rc4->j])];
}

static bool
block_key(const struct xls *xls, uint32_t block, struct rc4 *rc4)
{
	unsigned char number[4], key[EVP_MAX_MD_SIZE] = { 0 };
	size_t base = xls->cryptoapi ? 20 : 5;

	officekey_put_u32(number, block);
	if (!officekey_hash(xls->cryptoapi ? EVP_sha1() : EVP_md5(),
	    xls->base, base, number, 4, key))
		return false;
	/* A key of 40 bits is filled up with zeros. */
	if (xls->cryptoapi && xls->key_len < 16)
		memset(key + xls->key_len, 0, 16 - xls->key_len);
	rc4_init(rc4, key, xls->key_len < 16 ? 16 : xls->key_len);
	return true;
}

/* Verifier and its hash, decrypted by the key of block 0. */
static bool
verify(const struct xls *xls, const char *verifier, const char *hash)
{
	size_t i, len = xls->cryptoapi ? 20 : 16;
	unsigned char plain[16], expected[EVP_MAX_MD_SIZE];
	struct rc4 rc4;

	if (!block_key(xls, 0, &rc4))
		return false;
	for (i = 0; i < 16; i++)
		plain[i] = (unsigned char)verifier[i] ^ rc4_next(&rc4);
	if (!officekey_hash(xls->cryptoapi ? EVP_sha1() : EVP_md5(), plain,
	    16, "", 0, expected))
		return false;
	for (i = 0; i < len; i++)
		if (((unsigned char)hash[i] ^ rc4_next(&rc4)) != expected[i])
			return false;
	return true;
}

/* [MS-OFFCRYPTO] 2.3.6.2: salt, verifier, hash of 16 bytes each. */
static bool
open_rc4(struct xls *xls, const char *pass, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE], many[16 * 21];
	size_t i;

	if (len < 48 || !officekey_hash(EVP_md5(), OFFICEKEY_PASSWORD,
	    OFFICEKEY_PASSWORD_LEN, "", 0, hash))
		return false;
	for (i = 0; i < 16; i++) {
		memcpy(many + i * 21, hash, 5);
		memcpy(many + i * 21 + 5, pass, 16);
	}
	xls->key_len = 16;
	return officekey_hash(EVP_md5(), many, sizeof(many), "", 0,
		xls->base) && verify(xls, pass + 16, pass + 32);
}

/* [MS-OFFCRYPTO] 2.3.5.1: flags, size of the header, header, verifier. */
static bool
open_cryptoapi(struct xls *xls, const char *pass, size_t len)
{
	size_t header = len >= 8 ? officekey_u32(pass + 4) : 0;
	const char *verifier;
	uint32_t bits;

	if (header < 32 || header > len || 8 + header + 4 + 16 + 16 + 4 + 20 >
	    len)
		return false;
	bits = officekey_u32(pass + 8 + 16);
	xls->key_len = bits == 0 ? 5 : bits / 8;
	if (xls->key_len < 5 || xls->key_len > 16)
		return false;
	verifier = pass + 8 + header + 4;
	xls->cryptoapi = true;
	return officekey_hash(EVP_sha1(), verifier, 16, OFFICEKEY_PASSWORD,
		OFFICEKEY_PASSWORD_LEN, xls->base) &&
		verify(xls, verifier + 16, verifier + 36);
}

/* The content of the FilePass record ([MS-XLS] 2.4.117). */
static bool
open_pass(struct xls *xls, const char *pass, size_t len)
{
	memset(xls, 0, sizeof(*xls));
	if (len < 6 || officekey_u16(pass) != 1)
		return false;
	if (officekey_u16(pass + 2) == 1)
		return open_rc4(xls, pass + 6, len - 6);
	return officekey_u16(pass + 4) == 2 &&
		open_cryptoapi(xls, pass + 6, len - 6);
}

/* How many bytes of a record's content are never encrypted. */
static size_t
plain_bytes(uint16_t type, size_t len)
{
	switch (type) {
	case RECORD_BOF:
	case RECORD_FILEPASS:
	case 0x00e1:	/* InterfaceHdr */
	case 0x0138:	/* RRDHead */
	case 0x0194:	/* UsrExcl */
	case 0x0195:	/* FileLock */
	case 0x0196:	/* RRDInfo */
		return len;
	case RECORD_BOUNDSHEET:
		return len < 4 ? len : 4;
	default:
		return 0;
	}
}

/* The key stream runs on over what is not encrypted. */
static bool
decrypt_range(const struct xls *xls, struct rc4 *rc4, char *data, size_t from,
	size_t to, size_t plain_to)
{
	unsigned char byte;
	size_t at;

	for (at = from; at < to; at++) {
		if (at % BLOCK == 0 && !block_key(xls, (uint32_t)(at / BLOCK),
		    rc4))
			return false;
		byte = rc4_next(rc4);
		if (at >= plain_to)
			data[at] = (char)((unsigned char)data[at] ^ byte);
	}
	return true;
}

int
officekey_xls(struct sekisho_buf *workbook)
{
	char *data = workbook->data;
	size_t at, len, bof, end = workbook->len;
	struct xls xls;
	struct rc4 rc4;
	uint16_t type;

	if (end < 8 || officekey_u16(data) != RECORD_BOF)
		return 0;
	bof = 4 + (size_t)officekey_u16(data + 2);
	if (bof + 4 > end || officekey_u16(data + bof) != RECORD_FILEPASS)
		return 0;
	len = officekey_u16(data + bof + 2);
	if (bof + 4 + len > end || !open_pass(&xls, data + bof + 4, len))
		return 0;
	for (at = 0; at + 4 <= end; at += 4 + len) {
		type = officekey_u16(data + at);
		len = officekey_u16(data + at + 2);
		if (at + 4 + len > end)
			len = end - at - 4;
		if (!decrypt_range(&xls, &rc4, data, at, at + 4 + len,
		    at + 4 + plain_bytes(type, len)))
			return 0;
	}
	/* No reader shall ask for a password again: an unknown record. */
	memset(data + bof, 0xfe, 2);
	return 1;
}
