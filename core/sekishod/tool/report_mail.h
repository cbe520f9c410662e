/*
 * report_mail.h - a page as an attachment of a mail.
 */
#ifndef SEKISHO_REPORT_MAIL_H
#define SEKISHO_REPORT_MAIL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Can it stand in a header field as it is? */
bool report_mail_address(const char *address);

/*
 * Appends a mail, whose lines end in LF, for `sendmail -t`. The subject is
 * "Sekisho: title, period", the text says text.
 */
void report_mail(GString *out, const char *address, const char *title,
	const char *period, const char *text, const GString *page,
	int64_t now);

#endif
