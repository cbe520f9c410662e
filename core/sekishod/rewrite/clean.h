/*
 * clean.h - take the virus out of a file and leave the rest (SPEC R1): infected
 * members out of archives, macros out of Office documents. In memory, in the
 * jail.
 */
#ifndef SEKISHO_CLEAN_H
#define SEKISHO_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "pool.h"
#include "sekisho.h"

#define CLEAN_NOTE "SEKISHO-REMOVED.txt"
#define CLEAN_MEMBERS_MAX 10000
#define CLEAN_DEPTH_MAX 3u	/* archives in archives that are cleaned */
#define CLEAN_UNPACKED_MAX (256u << 20)	/* bytes of all members together */

struct engine;

struct clean_request {
	const void *data;	/* the file */
	size_t len;
	const char *note;	/* text of the note put in, UTF-8 */
	/*
	 * Asked for each member: 1 infected, 0 not, -1 cannot say (err set).
	 * name is as the archive has it; data is NULL when the member is
	 * encrypted.
	 */
	int (*infected)(void *context, const char *name, const void *data,
		size_t len, struct sekisho_error *err);
	/*
	 * Asked for an infected member before it is taken out: true when out
	 * holds it without the virus, under the same name. NULL: never.
	 */
	bool (*clean)(void *context, const void *data, size_t len,
		struct sekisho_buf *out);
	void *context;
};

/* The file afterwards. */
struct cleaned {
	struct sekisho_buf data;
	bool noted;		/* the note is inside */
	const char *type;	/* its type if that is another now, or NULL */
	const char *ending;	/* and the end of its name, "docx", or NULL */
};

/*
 * One way of cleaning. 0 done; CLEAN_OTHER another kind of file; 1 it cannot be
 * cleaned (err says why: damaged, nothing infected, nothing left); -1
 * infected() failed or memory ran out.
 */
#define CLEAN_OTHER 2
typedef int clean_fn(const struct clean_request *request,
	struct cleaned *cleaned, struct sekisho_error *err);

clean_fn zipclean;	/* zip archives that are no documents */
clean_fn archiveclean;	/* tar (compressed or not), cpio, 7z */
clean_fn ooxmlclean;	/* macros of Office 2007 and later */
clean_fn ole2clean;	/* macros of Office 97 to 2003 */

/*
 * Scans the file, tries the ways one after the other, and scans what came out:
 * it must be free of viruses. Returns 0, 1 or -1. On 0 the caller frees
 * cleaned_r->data.
 */
int clean_file(struct engine *engine, const struct sekisho_buf *file,
	const char *note, struct pool *pool, struct cleaned *cleaned_r,
	struct sekisho_error *err);

/* 1 when there is a virus in the bytes, 0 when not, -1 when unknown. */
int clean_has_virus(struct engine *engine, const void *data, size_t len,
	struct sekisho_error *err);

/* Sets "X cannot be cleaned: WHY" and returns 1. */
int clean_impossible(struct sekisho_error *err, const char *what,
	const char *why);

#endif
