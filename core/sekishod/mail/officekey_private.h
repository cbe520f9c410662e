/*
 * officekey_private.h - what the ways to encrypt a document share.
 */
#ifndef SEKISHO_OFFICEKEY_PRIVATE_H
#define SEKISHO_OFFICEKEY_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "buf.h"

/* "VelvetSweatshop" in UTF-16LE. */
#define OFFICEKEY_PASSWORD "V\0e\0l\0v\0e\0t\0S\0w\0e\0a\0t\0s\0h\0o\0p"
#define OFFICEKEY_PASSWORD_LEN 30u

/* Office takes 100,000; more is not done for a stranger. */
#define OFFICEKEY_SPIN_MAX 200000u

void officekey_xml_init(void);

/* Each returns 1 when the default password fits, else 0. */
int officekey_agile(const struct sekisho_buf *info,
	const struct sekisho_buf *package, struct sekisho_buf *out);
int officekey_standard(const struct sekisho_buf *info,
	const struct sekisho_buf *package, struct sekisho_buf *out);
int officekey_xls(struct sekisho_buf *workbook);

/* Numbers with the least significant byte first. */
uint16_t officekey_u16(const char *p);
uint32_t officekey_u32(const char *p);
uint64_t officekey_u64(const char *p);
void officekey_put_u32(unsigned char *p, uint32_t value);

/* H(a + b); the result may lie where a or b does. */
bool officekey_hash(const EVP_MD *md, const void *a, size_t a_len,
	const void *b, size_t b_len, unsigned char *hash_r);

/* H(n - 1 + ... H(0 + H(salt + password))), [MS-OFFCRYPTO] 2.3.4.7. */
bool officekey_spin(const EVP_MD *md, const void *salt, size_t salt_len,
	uint32_t count, unsigned char *hash_r);

/* AES without padding; iv may be NULL (ECB). */
bool officekey_decrypt(const EVP_CIPHER *cipher, const unsigned char *key,
	const unsigned char *iv, const void *in, size_t len,
	unsigned char *out_r);

#endif
