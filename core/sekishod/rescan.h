/*
 * rescan.h - the verb "rescan": a held message is looked at with today's
 * signatures before it is released (SPEC Q9).
 */
#ifndef SEKISHO_RESCAN_H
#define SEKISHO_RESCAN_H

#include "inquiry.h"

/*
 * The message comes as a descriptor (RFC 5322, LF or CRLF). OK when nothing
 * was found that keeps it; REFUSED with the field "virus" when there is a
 * virus or something that cannot be scanned; UNAVAILABLE when nobody looked.
 */
void rescan_answer(struct inquiry *inquiry);

#endif
