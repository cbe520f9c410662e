/*
 * officekey_ooxml.c - documents of Office 2007 and later ([MS-OFFCRYPTO]).
 */
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "officekey_private.h"
#include "ole2.h"

#define STANDARD_SPIN 50000u
#define SEGMENT 4096u
#define VALUE_MAX 256u

void
officekey_xml_init(void)
{
	xmlInitParser();
}

static const EVP_CIPHER *
aes(unsigned long bits, bool cbc)
{
	switch (bits) {
	case 128:
		return cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
	case 192:
		return cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
	case 256:
		return cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
	default:
		return NULL;
	}
}

/* The stream begins with the number of bytes that are the document. */
static size_t
package_size(const struct sekisho_buf *package)
{
	uint64_t size = officekey_u64(package->data);

	return size < package->len - 8 ? (size_t)size : package->len - 8;
}

/* [MS-OFFCRYPTO] 2.3.4.7: the key of standard encryption, up to 40 bytes. */
static bool
standard_key(const char *salt, unsigned char *key_r)
{
	unsigned char hash[EVP_MAX_MD_SIZE], pad[64], zero[4] = { 0 };
	size_t i;

	if (!officekey_spin(EVP_sha1(), salt, 16, STANDARD_SPIN, hash) ||
	    !officekey_hash(EVP_sha1(), hash, 20, zero, 4, hash))
		return false;
	for (i = 0; i < sizeof(pad); i++)
		pad[i] = (i < 20 ? hash[i] : 0) ^ 0x36;
	if (!officekey_hash(EVP_sha1(), pad, sizeof(pad), "", 0, key_r))
		return false;
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	return officekey_hash(EVP_sha1(), pad, sizeof(pad), "", 0, key_r + 20);
}

/* [MS-OFFCRYPTO] 2.3.4.9: does the key open the verifier? */
static bool
standard_verify(const EVP_CIPHER *cipher, const unsigned char *key,
	const char *verifier)
{
	unsigned char plain[16], hash[32], expected[EVP_MAX_MD_SIZE];

	return officekey_decrypt(cipher, key, NULL, verifier, 16, plain) &&
		officekey_decrypt(cipher, key, NULL, verifier + 20, 32,
		hash) &&
		officekey_hash(EVP_sha1(), plain, 16, "", 0, expected) &&
		memcmp(hash, expected, 20) == 0;
}

int
officekey_standard(const struct sekisho_buf *info,
	const struct sekisho_buf *package, struct sekisho_buf *out)
{
	size_t header = info->len >= 12 ? officekey_u32(info->data + 8) : 0;
	size_t size = package_size(package), len = (size + 15) / 16 * 16;
	unsigned char key[64], *plain;
	const EVP_CIPHER *cipher;
	const char *verifier;
	int result = 0;

	/* Header, then: size and bytes of the salt, verifier, size, hash. */
	if (officekey_u16(info->data + 2) != 2 || header < 32 ||
	    header > info->len || 12 + header + 4 + 16 + 16 + 4 + 32 >
	    info->len || len > package->len - 8)
		return 0;
	verifier = info->data + 12 + header + 4;
	cipher = aes(officekey_u32(info->data + 12 + 16), false);
	if (cipher == NULL || !standard_key(verifier, key) ||
	    !standard_verify(cipher, key, verifier + 16))
		return 0;
	plain = malloc(len + 16);
	if (plain != NULL && officekey_decrypt(cipher, key, NULL,
	    package->data + 8, len, plain)) {
		sekisho_buf_add(out, plain, size);
		result = !out->failed;
	}
	free(plain);
	return result;
}

/* One element of the XML of agile encryption: how, and with which values. */
struct agile {
	const EVP_MD *md;
	const EVP_CIPHER *cipher;
	unsigned long bits;
	unsigned long spin;
	unsigned char salt[VALUE_MAX];
	size_t salt_len;
};

static size_t
attribute_bytes(xmlNode *node, const char *name, unsigned char *value_r)
{
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	size_t len = text != NULL ? strlen((const char *)text) : 0;
	int n = 0;

	if (len > 0 && len % 4 == 0 && len / 4 * 3 <= VALUE_MAX)
		n = EVP_DecodeBlock(value_r, text, (int)len);
	for (; n > 0 && len > 0 && text[len - 1] == '='; len--)
		n--;
	xmlFree(text);
	return n > 0 ? (size_t)n : 0;
}

static unsigned long
attribute_number(xmlNode *node, const char *name)
{
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	unsigned long value = text != NULL ?
		strtoul((const char *)text, NULL, 10) : 0;

	xmlFree(text);
	return value;
}

static bool
attribute_is(xmlNode *node, const char *name, const char *expected)
{
	xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	bool same = text != NULL && strcmp((const char *)text, expected) == 0;

	xmlFree(text);
	return same;
}

static const EVP_MD *
agile_md(xmlNode *node)
{
	if (attribute_is(node, "hashAlgorithm", "SHA512"))
		return EVP_sha512();
	if (attribute_is(node, "hashAlgorithm", "SHA384"))
		return EVP_sha384();
	if (attribute_is(node, "hashAlgorithm", "SHA256"))
		return EVP_sha256();
	if (attribute_is(node, "hashAlgorithm", "SHA1"))
		return EVP_sha1();
	return NULL;
}

static bool
agile_read(xmlNode *node, struct agile *agile_r)
{
	agile_r->md = agile_md(node);
	agile_r->bits = attribute_number(node, "keyBits");
	agile_r->spin = attribute_number(node, "spinCount");
	agile_r->salt_len = attribute_bytes(node, "saltValue", agile_r->salt);
	agile_r->cipher = attribute_is(node, "cipherAlgorithm", "AES") &&
		attribute_is(node, "cipherChaining", "ChainingModeCBC") ?
		aes(agile_r->bits, true) : NULL;
	return agile_r->md != NULL && agile_r->cipher != NULL &&
		agile_r->salt_len >= 16;
}

/* Decrypts one value of the key encryptor ([MS-OFFCRYPTO] 2.3.4.13). */
static size_t
agile_value(xmlNode *node, const struct agile *encryptor,
	const unsigned char *hash, const char *name, const char *block,
	unsigned char *value_r)
{
	unsigned char key[EVP_MAX_MD_SIZE], bytes[VALUE_MAX];
	size_t len = attribute_bytes(node, name, bytes);
	size_t md_len = (size_t)EVP_MD_size(encryptor->md);

	memset(key, 0x36, sizeof(key));
	if (len == 0 || !officekey_hash(encryptor->md, hash, md_len, block, 8,
	    key))
		return 0;
	/* A hash shorter than the key is filled up. */
	if (md_len < encryptor->bits / 8)
		memset(key + md_len, 0x36, encryptor->bits / 8 - md_len);
	return officekey_decrypt(encryptor->cipher, key, encryptor->salt,
		bytes, len, value_r) ? len : 0;
}

/* The key of the package, when the default password opens it. */
static bool
agile_key(xmlNode *node, unsigned char *key_r)
{
	unsigned char hash[EVP_MAX_MD_SIZE], input[VALUE_MAX],
		value[VALUE_MAX];
	struct agile encryptor;
	size_t input_len, md_len;

	if (!agile_read(node, &encryptor) || encryptor.spin >
	    OFFICEKEY_SPIN_MAX || !officekey_spin(encryptor.md,
	    encryptor.salt, encryptor.salt_len, (uint32_t)encryptor.spin,
	    hash))
		return false;
	md_len = (size_t)EVP_MD_size(encryptor.md);
	input_len = agile_value(node, &encryptor, hash,
		"encryptedVerifierHashInput",
		"\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", input);
	if (input_len < 16 || agile_value(node, &encryptor, hash,
	    "encryptedVerifierHashValue", "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e",
	    value) < md_len ||
	    !officekey_hash(encryptor.md, input, input_len, "", 0, input) ||
	    memcmp(input, value, md_len) != 0)
		return false;
	return agile_value(node, &encryptor, hash, "encryptedKeyValue",
		"\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", key_r) >=
		encryptor.bits / 8;
}

/* [MS-OFFCRYPTO] 2.3.4.15: segments, each with an IV of its own. */
static int
agile_package(const struct agile *agile, const unsigned char *key,
	const struct sekisho_buf *package, struct sekisho_buf *out)
{
	unsigned char iv[EVP_MAX_MD_SIZE], number[4], plain[SEGMENT];
	size_t at, len, left = package_size(package);
	uint32_t i = 0;

	for (at = 8; left > 0 && at < package->len; at += len, i++) {
		len = package->len - at < SEGMENT ? package->len - at :
			SEGMENT;
		len -= len % 16;
		officekey_put_u32(number, i);
		if (len == 0 || !officekey_hash(agile->md, agile->salt,
		    agile->salt_len, number, 4, iv) ||
		    !officekey_decrypt(agile->cipher, key, iv,
		    package->data + at, len, plain))
			return 0;
		sekisho_buf_add(out, plain, left < len ? left : len);
		left -= left < len ? left : len;
	}
	return left == 0 && !out->failed;
}

static xmlNode *
find_element(xmlNode *node, const char *name)
{
	xmlNode *found;

	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (strcmp((const char *)node->name, name) == 0)
			return node;
		found = find_element(node->children, name);
		if (found != NULL)
			return found;
	}
	return NULL;
}

int
officekey_agile(const struct sekisho_buf *info,
	const struct sekisho_buf *package, struct sekisho_buf *out)
{
	unsigned char key[VALUE_MAX];
	xmlNode *root, *data, *encryptor;
	struct agile agile;
	int result = 0;
	xmlDoc *doc;

	if (info->len > (1u << 20))
		return 0;
	doc = xmlReadMemory(info->data + 8, (int)info->len - 8, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
	data = find_element(root, "keyData");
	encryptor = find_element(root, "encryptedKey");
	if (data != NULL && encryptor != NULL && agile_read(data, &agile) &&
	    agile_key(encryptor, key))
		result = agile_package(&agile, key, package, out);
	xmlFreeDoc(doc);
	return result;
}
