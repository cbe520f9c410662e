/*
 * mapping.c - mmap(), and one sentence when it fails.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "mapping.h"

static void *
checked(void *map, struct sekisho_error *err)
{
	if (map != MAP_FAILED)
		return map;
	sekisho_error_set(err, "mmap: %s", strerror(errno));
	return NULL;
}

void *
mapping_of_file(int fd, size_t len, struct sekisho_error *err)
{
	return checked(mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0), err);
}

void *
mapping_shared(size_t len, struct sekisho_error *err)
{
	return checked(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED |
		MAP_ANONYMOUS, -1, 0), err);
}
