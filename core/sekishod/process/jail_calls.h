/*
 * jail_calls.h - the system calls that an inspector needs, and no others.
 */
#ifndef SEKISHO_JAIL_CALLS_H
#define SEKISHO_JAIL_CALLS_H

#include "sekisho.h"

/*
 * From now on any other call kills the process (seccomp(2)). Needs no-new-
 * privileges. Returns 0 or -1.
 */
int jail_calls_filter(struct sekisho_error *err);

#endif
