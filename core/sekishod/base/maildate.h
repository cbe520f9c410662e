/*
 * maildate.h - the field Date of a mail of ours, and times in its text.
 */
#ifndef SEKISHO_MAILDATE_H
#define SEKISHO_MAILDATE_H

#include <time.h>

#include "buf.h"
#include "pool.h"

/*
 * Appends "Date: ...", RFC 5322, 3.3, with its line end. tm is of localtime_r()
 * or gmtime_r(), which know the zone. English in every locale.
 */
void maildate_add(struct sekisho_buf *out, const struct tm *tm);

/* "2026-11-30 09:00", the time of this place; "" for 0. */
const char *maildate_text(struct pool *pool, time_t when);

#endif
