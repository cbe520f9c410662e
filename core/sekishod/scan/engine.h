/*
 * engine.h - libclamav, made to fail closed (the only file that includes
 * clamav.h is engine.c).
 *
 * One engine per process; it is loaded before fork and shared copy-on-write.
 */
#ifndef SEKISHO_ENGINE_H
#define SEKISHO_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"
#include "seen.h"
#include "sekisho.h"

struct engine;

#define ENGINE_SET 16		/* letters of engine_set() */

/* What one scan said. The lists live in the pool given to engine_scan(). */
struct scan_result {
	struct scan_match {
		const char *name;	/* without ".UNOFFICIAL" */
		const char *member;	/* archive member it was in, or "" */
	} *matches;			/* all of them, each once */
	size_t match_count;
	struct scan_member {
		const char *name;
		uint64_t size;
		bool encrypted;
		size_t file;		/* the innermost of layers that it is
					 * in, + 1; 0: none, or not known */
	} *members;			/* archive members, in one file once */
	size_t member_count;
	struct scan_layer {
		unsigned char digest[SEEN_DIGEST];
		size_t around;		/* the one that it is in, + 1, or 0 */
	} *layers;			/* files that a mail was taken into */
	size_t layer_count;
};

/*
 * Loads and compiles all signatures of directory, prepares iconv for the jail,
 * and runs an EICAR-like canary of its own through the engine. Returns NULL
 * with a sentence when anything is missing. scan_seconds limits one scan.
 */
struct engine *engine_open(const char *directory, unsigned int scan_seconds,
	struct sekisho_error *err);
void engine_close(struct engine *engine);

/*
 * False when the library is missing that libclamav opens RAR archives with.
 * Then one without a password is a match "Sekisho.Unscannable.RAR".
 */
bool engine_opens_rar(const struct engine *engine);

/* Number of signatures; 1 when the files changed since that was said last. */
unsigned int engine_signatures(const struct engine *engine);
int engine_changed(struct engine *engine);

/*
 * Which signatures these are, in ENGINE_SET hexadecimal digits: another process
 * that loads the same files with the same libclamav says the same.
 */
const char *engine_set(const struct engine *engine);

/*
 * Scans a file once more in its present surroundings that must be found; call
 * it after the jail is entered. 0 or -1.
 */
int engine_canary(struct engine *engine, struct sekisho_error *err);

/*
 * Scans len bytes, all-match. Returns 0 (look at the result) or -1 when the
 * scan cannot be trusted: no room, no descriptors, no memory, any error that
 * libclamav logged. Limits come back as matches (Heuristics.Limits.Exceeded.*).
 */
int engine_scan(struct engine *engine, const void *data, size_t len,
	struct pool *pool, struct scan_result *result_r,
	struct sekisho_error *err);

#endif
