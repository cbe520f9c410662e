/*
 * encrypted.c - encrypted mail, which libclamav does not know: PGP, S/MIME.
 *
 * Used by inspect.c for each leaf. Encrypted archives and documents are found
 * by libclamav and the signatures of signatures.c.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "encrypted.h"

#define ARMOR_MAX (1u << 20)	/* bytes of a text that are searched */

/* Is a line of the text exactly this (but for blanks after it)? */
static const char *
find_line(const char *text, size_t len, const char *line)
{
	const char *found = text, *end = text + len, *p;
	size_t line_len = strlen(line);

	while ((found = memmem(found, (size_t)(end - found), line,
	    line_len)) != NULL) {
		p = found + line_len;
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		if ((found == text || found[-1] == '\n') &&
		    (p == end || *p == '\n'))
			return p;
		found++;
	}
	return NULL;
}

/* RFC 4880 section 6.2. */
static bool
is_armored(const char *text, size_t len)
{
	const char *body;

	if (len > ARMOR_MAX)
		len = ARMOR_MAX;
	body = find_line(text, len, "-----BEGIN PGP MESSAGE-----");
	return body != NULL && find_line(body, len - (size_t)(body - text),
		"-----END PGP MESSAGE-----") != NULL;
}

/* A session key for a public key or a password is first (RFC 4880 11.3). */
static bool
is_pgp_packet(const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	unsigned int tag;
	size_t body;

	if (len < 8 || !(p[0] & 0x80))
		return false;
	tag = p[0] & 0x40 ? p[0] & 0x3f : (p[0] & 0x3c) >> 2;
	if (p[0] & 0x40)
		body = p[1] < 192 ? 2 : 3;
	else
		body = (p[0] & 3) == 0 ? 2 : 3;
	return (tag == 1 && (p[body] == 3 || p[body] == 6)) ||
		(tag == 3 && p[body] >= 4 && p[body] <= 6);
}

static bool
has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), n = strlen(ending);

	return len >= n && strcasecmp(name + len - n, ending) == 0;
}

static bool
is_pgp_file(const struct mime_part *part)
{
	return has_ending(part->filename, ".pgp") ||
		has_ending(part->filename, ".gpg") ||
		has_ending(part->filename, ".asc") ||
		strncmp(part->type, "application/pgp", 15) == 0;
}

/* The content type of CMS (RFC 5652 section 3) is near the beginning. */
static bool
is_enveloped(const char *data, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} types[] = {
		{ "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", 11 },
		{ "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06", 11 },
		{ "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
			13 },
	};
	size_t i;

	if (len < 16 || data[0] != 0x30)
		return false;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (memmem(data, 24 < len ? 24 : len, types[i].bytes,
		    types[i].len) != NULL)
			return true;
	return false;
}

static bool
is_smime(const struct mime_part *part, const char *data, size_t len)
{
	bool typed = strcmp(part->type, "application/pkcs7-mime") == 0 ||
		strcmp(part->type, "application/x-pkcs7-mime") == 0;

	if (typed && (strcasecmp(part->smime_type, "enveloped-data") == 0 ||
	    strcasecmp(part->smime_type, "authEnveloped-data") == 0))
		return true;
	return is_enveloped(data, len);
}

const char *
encrypted_name(const struct mime *mime, size_t index, const char *data,
	size_t len)
{
	const struct mime_part *part = &mime->parts[index];
	const struct mime_part *parent = &mime->parts[part->parent];

	if (strcmp(parent->type, "multipart/encrypted") == 0)
		return strcmp(part->type, "application/pgp-encrypted") == 0 ?
			NULL : "Sekisho.Encrypted.MIME";
	if (is_smime(part, data, len))
		return "Sekisho.Encrypted.SMIME";
	if (is_pgp_file(part) && is_pgp_packet(data, len))
		return "Sekisho.Encrypted.PGP";
	if ((strncmp(part->type, "text/", 5) == 0 || is_pgp_file(part)) &&
	    is_armored(data, len))
		return "Sekisho.Encrypted.PGP";
	return NULL;
}
