/*
 * tnef.h - winmail.dat: the files and names in it (Microsoft, [MS-OXTNEF]).
 *
 * Read here since libclamav does not tell the names. Nothing is copied.
 */
#ifndef SEKISHO_TNEF_H
#define SEKISHO_TNEF_H

#include <stdbool.h>
#include <stddef.h>

struct tnef_piece {
	bool name;		/* a name of the file at hand, else bytes */
	bool wide;		/* a name in UTF-16LE, else 8 bit */
	const char *data;
	size_t len;
};

/* Returns 0 to go on. */
typedef int tnef_fn(void *context, const struct tnef_piece *piece);

/*
 * Calls back for each name and each file or body, in their order, until one
 * call returns something else than 0, which is returned then. 0 also when the
 * bytes are no TNEF; what is behind damage is not there for anybody.
 */
int tnef_read(const void *data, size_t len, tnef_fn *found, void *context);

#endif
