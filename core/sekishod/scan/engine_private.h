/*
 * engine_private.h - what the files of the engine share (engine.h).
 */
#ifndef SEKISHO_ENGINE_PRIVATE_H
#define SEKISHO_ENGINE_PRIVATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <clamav.h>

#include "engine.h"
#include "sekisho.h"

#define ENGINE_CANARY "Sekisho.Test.Canary"

/* Names that libclamav does not make but that mean the same as its own. */
#define ENGINE_LIMIT "Heuristics.Limits.Exceeded."
#define ENGINE_ENCRYPTED_MEMBER "Sekisho.Encrypted.Member"
#define ENGINE_ENCRYPTED_RAR "Sekisho.Encrypted.RAR"
#define ENGINE_CLOSED_RAR "Sekisho.Unscannable.RAR"

struct engine {
	struct cl_engine *clamav;
	struct cl_stat directory;	/* as it was when loaded */
	unsigned int signatures;
	char set[ENGINE_SET + 1];	/* engine_set() */
	unsigned int scan_seconds;
	bool opens_rar;			/* engine_opens_rar() */
	int64_t deadline;		/* sekisho_now() time, 0: none */
};

/*
 * What libclamav logged since engine_log_reset(): it fails open, so this is the
 * only sign of a scan that did not really take place.
 */
struct engine_log {
	unsigned int errors;
	unsigned int passing;	/* of these, such as another try may not see */
	char first[200];	/* the first of them ... */
	char last[PATH_MAX];	/* ... and the last, which names a bad file */
};
extern struct engine_log engine_log;

void engine_log_reset(void);

/* To be given to cl_set_clcb_msg(). */
void engine_log_message(enum cl_msg severity, const char *full,
	const char *text, void *context);

/* Tells libclamav to call back into engine_scan(). */
void engine_set_callbacks(struct cl_engine *clamav);

#endif
