/*
 * signatures.c - Sekisho's own signatures, for libclamav.
 *
 * libclamav 1.4 does not see that an Office or ODF document is encrypted; these
 * do, at any depth. The canary proves that an engine finds anything at all.
 * engine.c loads the text beside the signatures of the administrator.
 * Format: ClamAV's manual, "Logical signatures".
 */
#include <string.h>

#include "signatures.h"

/* First bytes of an OLE2 compound file ([MS-CFB] 2.2). */
#define OLE2 "0:d0cf11e0a1b11ae1"

/* In two halves, so that no scan of this program's file finds it. */
static const char *const canary[] = {
	"SEKISHO-CANARY-5f0f1b62", "-NOT-A-VIRUS-JUST-A-TEST",
};

static void
add_hex(struct sekisho_buf *out, const char *text, const char *gap)
{
	for (; *text != '\0'; text++)
		sekisho_buf_printf(out, "%02x%s", (unsigned char)*text, gap);
}

void
signatures_canary(struct sekisho_buf *out)
{
	sekisho_buf_puts(out, canary[0]);
	sekisho_buf_puts(out, canary[1]);
}

static void
add_canary(struct sekisho_buf *out)
{
	sekisho_buf_puts(out, "Sekisho.Test.Canary;Engine:81-255,Target:0;0;");
	add_hex(out, canary[0], "");
	add_hex(out, canary[1], "");
	sekisho_buf_puts(out, "\n");
}

/* Names of OLE2 streams are UTF-16LE. */
static void
add_ole2(struct sekisho_buf *out, const char *name, const char *stream,
	const char *other)
{
	sekisho_buf_printf(out, "Sekisho.Encrypted.%s;Engine:81-255,Target:0;"
		"%s;" OLE2 ";", name, other != NULL ? "0&1&2" : "0&1");
	add_hex(out, stream, "00");
	if (other != NULL) {
		sekisho_buf_puts(out, ";");
		add_hex(out, other, "00");
	}
	sekisho_buf_puts(out, "\n");
}

/* [MS-DOC] 2.5.2: wIdent, then fEncrypted, bit 0x01 of the byte at 11. */
static void
add_doc97(struct sekisho_buf *out)
{
	unsigned int flags;

	sekisho_buf_puts(out, "Sekisho.Encrypted.DOC97;"
		"Engine:81-255,Target:0;0;0:eca5{9}(");
	for (flags = 0x11; flags <= 0xff; flags += 2)
		if (flags & 0x10)
			sekisho_buf_printf(out, "%s%02x",
				flags == 0x11 ? "" : "|", flags);
	sekisho_buf_puts(out, ")\n");
}

static void
add_odf(struct sekisho_buf *out)
{
	sekisho_buf_puts(out, "Sekisho.Encrypted.ODF;"
		"Engine:81-255,Target:0;0&1;");
	add_hex(out, "<manifest:encryption-data", "");
	sekisho_buf_puts(out, ";");
	add_hex(out, "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0", "");
	sekisho_buf_puts(out, "\n");
}

void
signatures_write(struct sekisho_buf *out)
{
	add_canary(out);
	add_ole2(out, "OOXML", "EncryptedPackage", "EncryptionInfo");
	add_ole2(out, "PPT97", "EncryptedSummary", NULL);
	/* [MS-PPT] 2.3.2: Current User atom with an encrypted headerToken. */
	sekisho_buf_puts(out, "Sekisho.Encrypted.PPT97.CU;"
		"Engine:81-255,Target:0;0;"
		"0:0000f60f????????14000000dfc4d1f3\n");
	add_doc97(out);
	/* [MS-XLS] 2.4.117: FilePass right behind BOF. */
	sekisho_buf_puts(out, "Sekisho.Encrypted.XLS97;"
		"Engine:81-255,Target:0;0;0:09081000{16}2f00\n");
	/* The same where libclamav does not take the stream out. */
	sekisho_buf_puts(out, "Sekisho.Encrypted.XLS97;"
		"Engine:81-255,Target:0;0&1;" OLE2
		";0908100000060500{12}2f00{2}(00|01)00\n");
	add_odf(out);
}
