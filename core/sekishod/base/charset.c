/*
 * charset.c - character sets: valid UTF-8, iconv with the names that mails use.
 *
 * Used by what writes text for people: subject tags, notices, stamps. Nothing
 * is ever transliterated: a character is held exactly, or the caller is told.
 */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "charset.h"

#define NAME_MAX_LEN 64u	/* longer names of character sets are unknown */

bool
charset_is_ascii(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80 || text[i] == '\0')
			return false;
	return true;
}

size_t
charset_utf8_next(const char *text, size_t len, uint32_t *code_r)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	uint32_t code;
	size_t n, i;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		n = 1, code = p[0];
	else if (p[0] >= 0xc2 && p[0] < 0xe0)
		n = 2, code = p[0] & 0x1f;
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		n = 3, code = p[0] & 0x0f;
	else if (p[0] >= 0xf0 && p[0] < 0xf5)
		n = 4, code = p[0] & 0x07;
	else
		return 0;
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	if (code_r != NULL)
		*code_r = code;
	return n;
}

/* Controls, line ends, and marks that make "exe.txt" read as "txt.exe". */
static bool
code_is_blank(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
		(code >= 0x2028 && code <= 0x202e) ||
		(code >= 0x2066 && code <= 0x2069) ||
		code == 0x200e || code == 0x200f || code == 0xfeff;
}

char *
charset_clean_line(struct pool *pool, const char *text, size_t max)
{
	size_t left = strlen(text), count, n;
	uint32_t code;
	char *line, *p;

	/* One byte becomes at most three (U+FFFD). */
	p = line = pool_alloc(pool, left * 3 + 4);
	for (count = 0; left > 0; count++, text += n, left -= n) {
		if (count == max) {
			memcpy(p, "...", 3);
			p += 3;
			break;
		}
		n = charset_utf8_next(text, left, &code);
		if (n == 0) {
			memcpy(p, "\xef\xbf\xbd", 3);
			p += 3;
			n = 1;
		} else if (code_is_blank(code)) {
			*p++ = ' ';
		} else {
			memcpy(p, text, n);
			p += n;
		}
	}
	*p = '\0';
	return line;
}

/*
 * What iconv calls a MIME name; wide is a superset for reading what mails
 * really hold under that name, or NULL.
 */
static const struct charset_alias {
	const char *mime;
	const char *exact;
	const char *wide;
} aliases[] = {
	{ "", "US-ASCII", NULL },
	{ "ascii", "US-ASCII", NULL },
	{ "shift_jis", "SHIFT_JIS", "CP932" },
	{ "shift-jis", "SHIFT_JIS", "CP932" },
	{ "x-sjis", "SHIFT_JIS", "CP932" },
	{ "sjis", "SHIFT_JIS", "CP932" },
	{ "windows-31j", "CP932", NULL },
	{ "cswindows31j", "CP932", NULL },
	{ "ms_kanji", "CP932", NULL },
	{ "euc-jp", "EUC-JP", "EUC-JP-MS" },
	{ "x-euc-jp", "EUC-JP", "EUC-JP-MS" },
	{ "iso-2022-jp", "ISO-2022-JP", NULL },
	{ "gb2312", "GB2312", "GB18030" },
	{ "gbk", "GBK", "GB18030" },
	{ "big5", "BIG5", "CP950" },
	{ "ks_c_5601-1987", "EUC-KR", "CP949" },
	{ "euc-kr", "EUC-KR", "CP949" },
	{ "utf8", "UTF-8", NULL },
	{ "unicode-1-1-utf-7", "UTF-7", NULL },
	{ "iso-8859-8-i", "ISO-8859-8", NULL },
	{ "iso-8859-8-e", "ISO-8859-8", NULL },
	{ "iso-8859-6-i", "ISO-8859-6", NULL },
};

/* A name with "/" would give iconv options ("//TRANSLIT") or a file. */
static bool
name_is_safe(const char *name)
{
	size_t len = strlen(name);

	return len < NAME_MAX_LEN &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			"-_.:()+") == len;
}

static const struct charset_alias *
alias_find(const char *charset)
{
	size_t i;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(aliases[i].mime, charset) == 0)
			return &aliases[i];
	return NULL;
}

/* iconv's name, or NULL when there is none. */
static const char *
charset_iconv_name(const char *charset)
{
	const struct charset_alias *alias = alias_find(charset);

	if (alias != NULL)
		return alias->exact;
	return name_is_safe(charset) ? charset : NULL;
}

bool
charset_known(const char *charset)
{
	const char *name = charset_iconv_name(charset);
	iconv_t cd;

	if (name == NULL)
		return false;
	cd = iconv_open("UTF-8", name);
	if (cd == (iconv_t)-1)
		return false;
	iconv_close(cd);
	return true;
}

bool
charset_holds_ascii(const char *charset)
{
	/* "+" and "\" are letters of UTF-7, UTF-16 and EBCDIC alone. */
	static const char probe[] = "<p>The +&~ 09 AZ az";
	struct sekisho_buf buf;
	bool same;

	sekisho_buf_init(&buf, 256);
	same = charset_from_utf8(&buf, charset, probe, strlen(probe)) == 0 &&
		buf.len == strlen(probe) &&
		memcmp(buf.data, probe, buf.len) == 0;
	sekisho_buf_free(&buf);
	return same;
}

/* Appends text converted; -1 with buf as it was. */
static int
charset_convert(struct sekisho_buf *buf, iconv_t cd, const char *text,
	size_t len)
{
	size_t old = buf->len, lost, room;
	char *in = (char *)text, chunk[4096], *to;
	bool flushed = false;

	while (!flushed) {
		to = chunk;
		room = sizeof(chunk);
		flushed = len == 0;
		lost = iconv(cd, flushed ? NULL : &in, flushed ? NULL : &len,
			&to, &room);
		if (lost == (size_t)-1 && errno == E2BIG)
			flushed = false;
		else if (lost != 0)
			goto fail;
		sekisho_buf_add(buf, chunk, sizeof(chunk) - room);
	}
	if (!buf->failed)
		return 0;
fail:
	buf->len = old;
	if (buf->data != NULL)
		buf->data[old] = '\0';
	return -1;
}

static int
charset_iconv(struct sekisho_buf *buf, const char *to, const char *from,
	const char *text, size_t len)
{
	iconv_t cd;
	int result;

	cd = iconv_open(to, from);
	if (cd == (iconv_t)-1)
		return -1;
	result = charset_convert(buf, cd, text, len);
	iconv_close(cd);
	return result;
}

int
charset_from_utf8(struct sekisho_buf *buf, const char *charset,
	const char *text, size_t len)
{
	const char *name = charset_iconv_name(charset);

	if (name == NULL)
		return -1;
	return charset_iconv(buf, name, "UTF-8", text, len);
}

int
charset_to_utf8(struct sekisho_buf *buf, const char *charset,
	const char *text, size_t len)
{
	const struct charset_alias *alias = alias_find(charset);
	const char *name = charset_iconv_name(charset);

	if (name == NULL)
		return -1;
	if (charset_iconv(buf, "UTF-8", name, text, len) == 0)
		return 0;
	if (alias == NULL || alias->wide == NULL || buf->failed)
		return -1;
	return charset_iconv(buf, "UTF-8", alias->wide, text, len);
}
