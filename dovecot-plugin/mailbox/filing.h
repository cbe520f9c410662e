/*
 * filing.h - the one way into the quarantine (SPEC Q8).
 *
 * lib01_sekisho refuses every save and copy into the quarantine except while
 * lib95_sekisho_lmtp files a held message. LMTP and LDA save one message after
 * the other without going back to their event loop, so one flag does.
 */
#ifndef SEKISHO_FILING_H
#define SEKISHO_FILING_H

#include <stdbool.h>

void sekisho_filing_begin(void);
void sekisho_filing_end(void);

/* True while lib95_sekisho_lmtp saves a held message. */
bool sekisho_filing(void);

#endif
