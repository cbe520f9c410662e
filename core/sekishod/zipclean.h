/*
 * zipclean.h - take infected members out of a zip archive, in memory.
 */
#ifndef SEKISHO_ZIPCLEAN_H
#define SEKISHO_ZIPCLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "sekisho.h"

#define ZIPCLEAN_NOTE "SEKISHO-REMOVED.txt"

struct zipclean_request {
	const void *data;	/* the archive */
	size_t len;
	const char *note;	/* text of the note file, UTF-8 */
	/*
	 * Asked for each member: 1 infected, 0 not, -1 cannot say (err set).
	 * name is as the archive has it; data is NULL when the member is
	 * encrypted.
	 */
	int (*infected)(void *context, const char *name, const void *data,
		size_t len, struct sekisho_error *err);
	void *context;
};

/* True when the bytes begin as a zip archive does. */
bool zipclean_is_zip(const void *data, size_t len);

/*
 * Appends the archive without its infected members and with a note file; the
 * compressed bytes of all other members stay. Returns 0 when done, 1 when it
 * cannot be cleaned so (err says why: damaged, nothing infected found, nothing
 * left, a document that would break, too large), -1 when infected() failed or
 * memory ran out.
 */
int zipclean(const struct zipclean_request *request, struct sekisho_buf *out,
	struct sekisho_error *err);

#endif
