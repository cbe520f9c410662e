/*
 * prepare.c - all that inspectors need from files, before there are no files.
 *
 * engine_open() calls it, so a generation does this once and its inspectors
 * share it.
 *
 * iconv_open() loads a module of the C library when a set is first used. A
 * module stays loaded as long as one descriptor is open, so they stay open.
 */
#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "filetype.h"
#include "mime.h"
#include "officekey.h"
#include "ole2.h"
#include "prepare.h"
#include "seen.h"

static const char *const charsets[] = {
	"UTF-8", "US-ASCII", "UTF-7", "UTF-16", "UTF-16LE", "UTF-16BE",
	"UTF-32", "UTF-32LE", "UTF-32BE", "UCS-2", "UCS-4",
	"ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5",
	"ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10",
	"ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15",
	"ISO-8859-16", "CP437", "CP850", "CP852", "CP855", "CP857", "CP858",
	"CP862", "CP864", "CP865", "CP866", "CP869", "CP874", "CP932",
	"CP949", "CP950", "CP936", "CP1250", "CP1251", "CP1252", "CP1253",
	"CP1254", "CP1255", "CP1256", "CP1257", "CP1258", "CP1361",
	"SHIFT_JIS", "EUC-JP", "EUC-JP-MS", "ISO-2022-JP", "ISO-2022-JP-2",
	"ISO-2022-JP-3", "SHIFT_JISX0213", "EUC-JISX0213", "EUC-KR",
	"ISO-2022-KR", "JOHAB", "GB2312", "GBK", "GB18030", "EUC-CN",
	"ISO-2022-CN", "BIG5", "BIG5-HKSCS", "EUC-TW", "KOI8-R", "KOI8-U",
	"KOI8-T", "TIS-620", "VISCII", "TCVN", "MACINTOSH", "MAC-CYRILLIC",
	"MAC-CENTRALEUROPE", "ARMSCII-8", "GEORGIAN-PS", "PT154", "HP-ROMAN8",
};

#define CHARSETS (sizeof(charsets) / sizeof(charsets[0]))

/* One descriptor keeps the module of its set, which has both directions. */
static iconv_t kept[CHARSETS + 1];

static void
load_charsets(void)
{
	size_t i;

	for (i = 0; i < CHARSETS; i++)
		kept[i] = iconv_open("UTF-8", charsets[i]);
	kept[CHARSETS] = iconv_open("UTF-8//TRANSLIT", "CP1252");
}

/* What GLib's libraries think of a stranger's file is no business of a log. */
static GLogWriterOutput
log_nothing(GLogLevelFlags level, const GLogField *fields, gsize count,
	gpointer context)
{
	return G_LOG_WRITER_HANDLED;
}

int
prepare_for_jail(struct sekisho_error *err)
{
	static bool done;

	if (done)
		return 0;
	load_charsets();
	g_log_set_writer_func(log_nothing, NULL, NULL);
	mime_init();
	ole2_init();
	officekey_init();
	if (filetype_open(err) < 0)
		return -1;
	if (seen_init() < 0)
		return sekisho_error_set(err, "libsodium does not start");
	done = true;
	return 0;
}
