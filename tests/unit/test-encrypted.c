/*
 * test-encrypted.c - PGP and S/MIME, by what a part is and by its bytes
 * (SPEC R3).
 */
#include <stdlib.h>

#include "encrypted.h"
#include "test.h"

#define PGP "Sekisho.Encrypted.PGP"
#define SMIME "Sekisho.Encrypted.SMIME"
#define MIME "Sekisho.Encrypted.MIME"

#define BEGIN "-----BEGIN PGP MESSAGE-----"
#define END "-----END PGP MESSAGE-----"
#define OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define AUTH_OID "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"

static const struct {
	const char *parent;
	const char *type;
	const char *filename;
	const char *smime_type;
	const char *data;
	size_t len;
	const char *expected;
} cases[] = {
#define CASE(text) text, sizeof(text) - 1
	{ "", "text/plain", "", "", CASE("hello"), NULL },
	{ "", "text/plain", "", "", CASE(""), NULL },
	/* 2: PGP/MIME */
	{ "multipart/encrypted", "application/pgp-encrypted", "", "",
	  CASE("Version: 1"), NULL },
	{ "multipart/encrypted", "application/octet-stream", "", "",
	  CASE("x"), MIME },
	{ "multipart/encrypted", "text/plain", "", "", CASE(""), MIME },
	/* 5: armored text */
	{ "", "text/plain", "", "", CASE(BEGIN "\n\nabc\n" END "\n"), PGP },
	{ "", "text/html", "", "", CASE("a\n" BEGIN " \r\nabc\r\n" END), PGP },
	{ "", "text/plain", "", "", CASE("> " BEGIN "\n\n" END "\n"), NULL },
	{ "", "text/plain", "", "", CASE(BEGIN " x\n\n" END "\n"), NULL },
	{ "", "text/plain", "", "", CASE(BEGIN "\n\nabc\n"), NULL },
	{ "", "text/plain", "", "", CASE(END "\n" BEGIN "\n"), NULL },
	{ "", "text/plain", "", "",
	  CASE("x" BEGIN "\n" BEGIN "\n" "x" END "\n" END "\n"), PGP },
	{ "", "application/octet-stream", "a.ASC", "",
	  CASE(BEGIN "\n" END "\n"), PGP },
	{ "", "application/octet-stream", "a.bin", "",
	  CASE(BEGIN "\n" END "\n"), NULL },
	/* 14: packets: a session key comes first */
	{ "", "application/octet-stream", "a.pgp", "",
	  CASE("\x85\x01\x0c\x03xxxxxxxx"), PGP },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\xc1\xc0\x4c\x03xxxxxxxx"), PGP },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\xc3\x0d\x04xxxxxxxx"), PGP },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\x8c\x0d\x04xxxxxxxx"), PGP },
	{ "", "application/octet-stream", "a.bin", "",
	  CASE("\x85\x01\x0c\x03xxxxxxxx"), NULL },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\x99\x01\x0c\x03xxxxxxxx"), NULL },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\x85\x01\x0c"), NULL },
	{ "", "application/octet-stream", "a.gpg", "",
	  CASE("\x05\x01\x0c\x03xxxxxxxx"), NULL },
	/* 22: S/MIME by its type, by its bytes */
	{ "", "application/pkcs7-mime", "", "Enveloped-Data", CASE("x"),
	  SMIME },
	{ "", "application/x-pkcs7-mime", "", "authEnveloped-data", CASE(""),
	  SMIME },
	{ "", "application/pkcs7-mime", "", "signed-data", CASE("x"), NULL },
	{ "", "text/plain", "", "enveloped-data", CASE("x"), NULL },
	{ "", "application/octet-stream", "smime.p7m", "",
	  CASE("\x30\x80" OID "\x03\xa0\x80\x30\x80"), SMIME },
	{ "", "application/octet-stream", "", "",
	  CASE("\x30\x82\x01\x00" OID "\x06\xa0\x80"), SMIME },
	{ "", "application/octet-stream", "", "",
	  CASE("\x30\x80" AUTH_OID "\xa0\x80"), SMIME },
	{ "", "application/octet-stream", "", "",
	  CASE("\x30\x80" OID "\x02\xa0\x80\x30\x80"), NULL },
	{ "", "application/octet-stream", "", "",
	  CASE("\x31\x80" OID "\x03\xa0\x80\x30\x80"), NULL },
#undef CASE
};

int
main(void)
{
	static char names[sizeof(cases) / sizeof(cases[0])][32];
	struct mime_part parts[2];
	struct mime mime = { .parts = parts, .count = 2 };
	const char *name;
	char *copy;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "R3: encrypted case %zu",
			i);
		test_begin(names[i]);
		memset(parts, 0, sizeof(parts));
		parts[0].type = cases[i].parent;
		parts[1].type = cases[i].type;
		parts[1].filename = cases[i].filename;
		parts[1].smime_type = cases[i].smime_type;
		copy = malloc(cases[i].len + (cases[i].len == 0));
		memcpy(copy, cases[i].data, cases[i].len);
		name = encrypted_name(&mime, 1, copy, cases[i].len);
		test_str(name != NULL ? name : "none",
			cases[i].expected != NULL ? cases[i].expected :
			"none");
		free(copy);
	}
	return test_done();
}
