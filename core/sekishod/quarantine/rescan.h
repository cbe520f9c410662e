/*
 * rescan.h - the verb "rescan": a held message is looked at with today's
 * signatures, before it is released (SPEC Q9) and when there are new ones.
 */
#ifndef SEKISHO_RESCAN_H
#define SEKISHO_RESCAN_H

#include "inquiry.h"

/*
 * The verb "signatures": with which ones is mail inspected now? The field
 * "signatures" is engine_set(). UNAVAILABLE when nobody is there who inspects.
 */
void rescan_signatures(struct inquiry *inquiry);

/*
 * The message comes as a descriptor (RFC 5322, LF or CRLF). OK when nothing
 * was found that keeps it; REFUSED with the field "virus" when there is a
 * virus or something that cannot be scanned; UNAVAILABLE when nobody looked. If
 * somebody did, the field "signatures" says with which.
 */
void rescan_answer(struct inquiry *inquiry);

#endif
