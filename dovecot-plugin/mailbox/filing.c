/*
 * filing.c - the flag that opens the quarantine for lib95_sekisho_lmtp.
 */
#include "filing.h"

static bool filing;

void
sekisho_filing_begin(void)
{
	filing = true;
}

void
sekisho_filing_end(void)
{
	filing = false;
}

bool
sekisho_filing(void)
{
	return filing;
}
