/*
 * inspectors.h - ask the inspectors of the present generation.
 */
#ifndef SEKISHO_INSPECTORS_H
#define SEKISHO_INSPECTORS_H

#include <stdbool.h>
#include <stdint.h>

#include "edit.h"
#include "inspection.h"
#include "pool.h"
#include "rewrite.h"
#include "sekisho.h"
#include "verdicts.h"

/* The socket of the present generation, below run_dir. */
#define INSPECT_SOCKET "inspect.sock"

/* Whom to ask, and until when (sekisho_now() milliseconds). */
struct inspectors {
	const char *run_dir;
	int64_t deadline;
	struct pool *pool;
	struct verdicts *verdicts;	/* NULL: ask each time */
	bool none;	/* nothing is scanned on this host */
	bool killed;	/* set: at least one died over the message, and no
			 * other one answered before the deadline */
	bool known;	/* set: the answer is that of the last time */
	const char *set;	/* set: engine_set() of who answered */
};

/*
 * Has the message in message_fd inspected; types as in inspect.h. An inspector
 * that died meanwhile, or belonged to an old generation, is replaced by another
 * one once. With verdicts, what was inspected before is not inspected again;
 * then key, of verdicts_key(), names the message, else it may be NULL. 0 or -1.
 */
int inspectors_inspect(struct inspectors *inspectors, int message_fd,
	bool types, const struct verdict_key *key,
	struct inspection *inspection_r, struct sekisho_error *err);

/*
 * Has the edits carried out; the new MIME entity is written to out_fd, a file
 * of its own.
 */
enum rewrite_result inspectors_rewrite(struct inspectors *inspectors,
	int message_fd, const struct edit_list *list, int out_fd,
	struct sekisho_error *err);

#endif
