/*
 * rewrite_job.h - what the three files of rewriting share; see rewrite.h.
 */
#ifndef SEKISHO_REWRITE_JOB_H
#define SEKISHO_REWRITE_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "edit.h"
#include "mime.h"
#include "pool.h"
#include "rewrite.h"
#include "splice.h"

struct rewrite_job {
	struct engine *engine;
	struct pool *pool;
	struct mime *mime;
	struct splice_list splices;
	struct splice_list root_fields;	/* new header lines of the message */
	const struct edit **part_edits;	/* clean or remove; by part, or NULL */
	const char **replaced;		/* text in the place of the part */
	const char *lines;		/* of all stamps, or "" */
	bool wrap;			/* stamps stand before the old mail */
};

/* rewrite_part.c */

/* Takes out and cleans what part_edits says (not yet what is replaced). */
enum rewrite_result rewrite_parts(struct rewrite_job *job,
	struct sekisho_error *err);

/* Puts the replacement texts where the parts were. */
void rewrite_replaced(struct rewrite_job *job);

/* Replaces or adds one header field of a part; line ends in LF. */
void rewrite_set_field(struct rewrite_job *job, size_t part, const char *name,
	const char *line);

/* The field of a part's header, or "" with 0 in *len_r. */
const char *rewrite_field(const struct rewrite_job *job, size_t part,
	const char *name, size_t *len_r);

/* Header lines, empty line and body of a text part that we make. */
void rewrite_text_part(struct sekisho_buf *out, const char *text);

/* rewrite_stamp.c */

/* Puts job->lines into the parts that are read first, or sets job->wrap. */
void rewrite_stamp(struct rewrite_job *job);

#endif
