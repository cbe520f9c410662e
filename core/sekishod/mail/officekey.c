/*
 * officekey.c - which of the three ways a document is encrypted.
 */
#include <string.h>

#include "officekey.h"
#include "officekey_private.h"
#include "ole2.h"

void
officekey_init(void)
{
	unsigned char hash[EVP_MAX_MD_SIZE], plain[16];

	officekey_xml_init();
	officekey_hash(EVP_md5(), "", 0, "", 0, hash);
	officekey_hash(EVP_sha512(), "", 0, "", 0, hash);
	officekey_decrypt(EVP_aes_256_cbc(), hash, hash, hash, 16, plain);
}

static int
open_ooxml(const struct sekisho_buf *info, const void *data, size_t len,
	struct sekisho_buf *out)
{
	struct sekisho_buf package;
	int result = 0;

	sekisho_buf_init(&package, OLE2_STREAM_MAX);
	if (info->len > 8 &&
	    ole2_read(data, len, "EncryptedPackage", &package) == 1 &&
	    package.len > 8)
		result = officekey_u16(info->data) == 4 &&
			officekey_u16(info->data + 2) == 4 ?
			officekey_agile(info, &package, out) :
			officekey_standard(info, &package, out);
	sekisho_buf_free(&package);
	return result;
}

/* The whole file again, with a stream that is no longer encrypted. */
static int
open_xls(const char *name, struct sekisho_buf *workbook, const void *data,
	size_t len, struct sekisho_buf *out)
{
	struct ole2_change change = { .replace = name, .by = workbook };

	return officekey_xls(workbook) == 1 &&
		ole2_copy(data, len, &change, out) == 1;
}

int
officekey_open(const void *data, size_t len, struct sekisho_buf *out)
{
	struct sekisho_buf stream;
	int result = 0;

	sekisho_buf_init(&stream, OLE2_STREAM_MAX);
	if (ole2_read(data, len, "EncryptionInfo", &stream) == 1)
		result = open_ooxml(&stream, data, len, out);
	else if (ole2_read(data, len, "Workbook", &stream) == 1)
		result = open_xls("Workbook", &stream, data, len, out);
	sekisho_buf_free(&stream);
	return result;
}

uint16_t
officekey_u16(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint16_t)(b[0] | b[1] << 8);
}

uint32_t
officekey_u32(const char *p)
{
	return officekey_u16(p) | (uint32_t)officekey_u16(p + 2) << 16;
}

uint64_t
officekey_u64(const char *p)
{
	return officekey_u32(p) | (uint64_t)officekey_u32(p + 4) << 32;
}

void
officekey_put_u32(unsigned char *p, uint32_t value)
{
	p[0] = value & 0xff;
	p[1] = value >> 8 & 0xff;
	p[2] = value >> 16 & 0xff;
	p[3] = value >> 24;
}

/* H(a + b); the result may lie where a or b does. */
bool
officekey_hash(const EVP_MD *md, const void *a, size_t a_len, const void *b,
	size_t b_len, unsigned char *hash_r)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
		EVP_DigestUpdate(ctx, a, a_len) == 1 &&
		EVP_DigestUpdate(ctx, b, b_len) == 1 &&
		EVP_DigestFinal_ex(ctx, hash_r, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return done;
}

bool
officekey_spin(const EVP_MD *md, const void *salt, size_t salt_len,
	uint32_t count, unsigned char *hash_r)
{
	size_t len = (size_t)EVP_MD_size(md);
	unsigned char number[4];
	uint32_t i;

	if (count > OFFICEKEY_SPIN_MAX || !officekey_hash(md, salt, salt_len,
	    OFFICEKEY_PASSWORD, OFFICEKEY_PASSWORD_LEN, hash_r))
		return false;
	for (i = 0; i < count; i++) {
		officekey_put_u32(number, i);
		if (!officekey_hash(md, number, 4, hash_r, len, hash_r))
			return false;
	}
	return true;
}

bool
officekey_decrypt(const EVP_CIPHER *cipher, const unsigned char *key,
	const unsigned char *iv, const void *in, size_t len,
	unsigned char *out_r)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool done = ctx != NULL && len % 16 == 0 && len <= OLE2_STREAM_MAX &&
		EVP_DecryptInit_ex(ctx, cipher, NULL, key, iv) == 1 &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		EVP_DecryptUpdate(ctx, out_r, &n, in, (int)len) == 1 &&
		(size_t)n == len;

	EVP_CIPHER_CTX_free(ctx);
	return done;
}
