/*
 * report_mail.c - a page as an attachment of a mail.
 */
#include <string.h>
#include <time.h>

#include "maildate.h"
#include "report_mail.h"
#include "transfer.h"

#define MAIL_ROOM 65536u	/* for all but the page */
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

void
report_mail(GString *out, const char *address, const char *title,
	const char *period, const char *text, const GString *page, int64_t now)
{
	char *subject = g_strdup_printf("Sekisho: %s, %s", title, period);
	char *body = g_strdup_printf("%s\n", text);
	time_t seconds = (time_t)now;
	struct sekisho_buf mail;
	struct tm tm;

	sekisho_buf_init(&mail, 2 * page->len + MAIL_ROOM);
	sekisho_buf_printf(&mail, "To: %s\nSubject: ", address);
	transfer_add_words(&mail, subject, strlen(subject),
		strlen("Subject: "));
	sekisho_buf_puts(&mail, "\n");
	if (gmtime_r(&seconds, &tm) != NULL)
		maildate_add(&mail, &tm);
	sekisho_buf_puts(&mail, "Auto-Submitted: auto-generated\n"
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; "
		"boundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
		"Content-Type: text/plain; charset=utf-8\n"
		"Content-Transfer-Encoding: base64\n\n");
	transfer_add_base64(&mail, body, strlen(body));
	sekisho_buf_puts(&mail, "\n--" BOUNDARY "\nContent-Type: text/html; "
		"charset=utf-8\nContent-Transfer-Encoding: base64\n"
		"Content-Disposition: attachment; filename=\"sekisho.html\""
		"\n\n");
	transfer_add_base64(&mail, page->str, page->len);
	sekisho_buf_puts(&mail, "\n--" BOUNDARY "--\n");
	g_string_append_len(out, mail.data, (gssize)mail.len);
	sekisho_buf_free(&mail);
	g_free(subject);
	g_free(body);
}
