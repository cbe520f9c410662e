/*
 * mapping.h - memory that the kernel shares: a message's file, or a table of
 * several processes.
 */
#ifndef SEKISHO_MAPPING_H
#define SEKISHO_MAPPING_H

#include <stddef.h>

#include "sekisho.h"

/*
 * The first len bytes of a file, to be read only. To be ended with munmap();
 * fd may be closed before. Returns NULL when it cannot be mapped, with err set.
 */
void *mapping_of_file(int fd, size_t len, struct sekisho_error *err);

/*
 * len bytes of zeros that processes forked later share; they end with the last
 * of them. Returns NULL when there is no memory, with err set.
 */
void *mapping_shared(size_t len, struct sekisho_error *err);

#endif
