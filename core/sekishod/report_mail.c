/*
 * report_mail.c - a page as an attachment of a mail.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "report_mail.h"

#define LINE 76
/* No text of ours in base64 has this in it. */
#define BOUNDARY "sekisho_report"

bool
report_mail_address(const char *address)
{
	const char *p;

	for (p = address; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || strchr(",;:<>()\"", *p) != NULL)
			return false;
	return *address != '\0' && *address != '-';
}

static void
add_base64(GString *out, const char *data, size_t len)
{
	char *text = g_base64_encode((const guchar *)data, len);
	size_t i, all = strlen(text);

	for (i = 0; i < all; i += LINE)
		g_string_append_printf(out, "%.*s\n",
			(int)MIN(LINE, all - i), text + i);
	g_free(text);
}

/* Words of RFC 2047, none longer than 75 and none cut within a letter. */
static void
add_subject(GString *out, const char *title, const char *period)
{
	char *subject = g_strdup_printf("Sekisho: %s, %s", title, period);
	const char *at = subject;

	g_string_append(out, "Subject:");
	while (*at != '\0') {
		const char *end = at;
		char *text;

		while (*end != '\0' && g_utf8_next_char(end) - at <= 42)
			end = g_utf8_next_char(end);
		text = g_base64_encode((const guchar *)at, (gsize)(end - at));
		g_string_append_printf(out, " =?UTF-8?B?%s?=\n", text);
		g_free(text);
		at = end;
	}
	g_free(subject);
}

static void
add_date(GString *out, int64_t now)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t seconds = (time_t)now;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		g_string_append_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d "
			"+0000\n", days[tm.tm_wday], tm.tm_mday,
			months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
			tm.tm_min, tm.tm_sec);
}

void
report_mail(GString *out, const char *address, const char *title,
	const char *period, const char *text, const GString *page, int64_t now)
{
	char *body = g_strdup_printf("%s\n", text);

	g_string_append_printf(out, "To: %s\n", address);
	add_subject(out, title, period);
	add_date(out, now);
	g_string_append(out, "Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; "
		"boundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: base64\n\n");
	add_base64(out, body, strlen(body));
	g_string_append(out, "\n--" BOUNDARY "\nContent-Type: text/html; "
		"charset=utf-8\nContent-Transfer-Encoding: base64\n"
		"Content-Disposition: attachment; filename=\"sekisho.html\""
		"\n\n");
	add_base64(out, page->str, page->len);
	g_string_append(out, "\n--" BOUNDARY "--\n");
	g_free(body);
}
