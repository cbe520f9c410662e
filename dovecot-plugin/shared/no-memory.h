/*
 * no-memory.h - without memory the process ends, as Dovecot does everywhere.
 *
 * Half of a field would be one that is wrong, and so a held mail an ordinary
 * one.
 */
#ifndef SEKISHO_NO_MEMORY_H
#define SEKISHO_NO_MEMORY_H

/* To be called when a module is loaded. */
void no_memory_init(void);

#endif
