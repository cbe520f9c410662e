/*
 * template.h - a text of the administrator in a file, in UTF-8, with {NAME}
 * wherever a value belongs. Lines between {EACH} and {END} are written once for
 * each row, without those that have nothing to say.
 */
#ifndef SEKISHO_TEMPLATE_H
#define SEKISHO_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "pool.h"
#include "sekisho.h"

#define TEMPLATE_VALUE_MAX 1000u	/* characters of a value */

/* A name of the template and what stands in its place; UTF-8. */
struct template_value {
	const char *name;	/* "VIRUSNAME" for {VIRUSNAME} */
	const char *value;
};

/* What the lines between {EACH} and {END} say, once for each row. */
struct template_row {
	const struct template_value *values;
	size_t value_count;
};

/*
 * Values are made safe: control characters, line ends and what turns the
 * direction of writing become blanks; a value never makes a second placeholder.
 */
struct template {
	const char *file;
	bool html;		/* values are escaped for it */
	const struct template_value *values;
	size_t value_count;
	const struct template_row *rows;
	size_t row_count;
	struct pool *pool;
	const char *text;	/* of the whole file, by template_read() */
	const struct template_row *row;	/* whose values count, or NULL */
};

/*
 * Reads the file; CRs and a byte order mark at the start are dropped. Returns 0
 * or -1 with "file:line: reason".
 */
int template_read(struct template *template, struct sekisho_error *err);

/* Sets err to "file:line: reason"; at is in the text. Returns -1. */
int template_error(const struct template *template, const char *at,
	const char *reason, struct sekisho_error *err);

/* Appends [text, end) of it with its placeholders replaced. 0 or -1. */
int template_expand(const struct template *template, const char *text,
	const char *end, struct sekisho_buf *out, struct sekisho_error *err);

/* The same from body to the end of the text, and rows as well. */
int template_body(const struct template *template, const char *body,
	struct sekisho_buf *out, struct sekisho_error *err);

#endif
