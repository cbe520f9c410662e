/*
 * report_page.h - a tally as an HTML page that needs nothing else.
 */
#ifndef SEKISHO_REPORT_PAGE_H
#define SEKISHO_REPORT_PAGE_H

#include <glib.h>

#include "tally.h"

/* Appends the page; now is when it is made. */
void report_page(GString *out, struct tally *tally, int language, int64_t now);

/* "2026-11-24 - 2026-11-30", to be freed. */
char *report_period(const struct tally *tally);

#endif
