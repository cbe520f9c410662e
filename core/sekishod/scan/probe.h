/*
 * probe.h - look closer at bytes that some mail program may take for a file:
 * they are scanned unless they were, and opened when they are a mail or TNEF.
 *
 * inspect.c looks at the parts of a mail; this is for what is inside of them
 * or beside them. All functions return 0, or -1 as inspect_message() does.
 */
#ifndef SEKISHO_PROBE_H
#define SEKISHO_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspection.h"
#include "mime.h"
#include "mimecode.h"
#include "seen.h"

struct engine;

struct probe {
	struct engine *engine;
	struct pool *pool;
	struct inspection *inspection;
	struct seen *seen;	/* what was scanned */
	uint32_t part;		/* what is found counts as of this part */
	bool cleanable;		/* and can be taken out with it */
	unsigned int depth;	/* files inside files */
	size_t members;		/* names that were told, and their bytes */
	size_t member_bytes;
};

/* Scans the bytes unless they were, then opens them. */
int probe_file(struct probe *probe, enum mimecode way, const void *data,
	size_t len, struct sekisho_error *err);

/*
 * Looks into a mail or TNEF; anything else is left alone, and so is a mail that
 * was not encoded: stray_scan() meets its header lines in the mail around it.
 */
int probe_open(struct probe *probe, enum mimecode way, const void *data,
	size_t len, struct sekisho_error *err);

/* The bytes of a whole mail: all its parts, and what is beside them. */
int probe_mail(struct probe *probe, const char *data, size_t len,
	struct sekisho_error *err);

/* A name that a file goes by. */
void probe_name(struct probe *probe, const char *name);

/* A finding of the kind unscannable. */
void probe_unscannable(struct probe *probe, const char *why);

#endif
