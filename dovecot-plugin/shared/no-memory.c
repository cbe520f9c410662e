/*
 * no-memory.c - what libsekisho does in Dovecot's processes without memory.
 */
#include "dovecot-compat.h"

#include "buf.h"
#include "no-memory.h"

static void
no_memory(void)
{
	i_fatal_status(FATAL_OUTOFMEM, "sekisho: out of memory");
}

void
no_memory_init(void)
{
	sekisho_no_memory_call(no_memory);
}
