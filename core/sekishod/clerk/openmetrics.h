/*
 * openmetrics.h - writes numbers as OpenMetrics text, version 1.0.0.
 */
#ifndef SEKISHO_OPENMETRICS_H
#define SEKISHO_OPENMETRICS_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* A number with its labels: name, value, name, value, ..., NULL. */
typedef const char *const openmetrics_labels[];

/*
 * Begins a family: "counter", "gauge", "histogram" or "info". Its samples
 * follow, and nothing else does before the next family.
 */
void openmetrics_family(struct sekisho_buf *out, const char *name,
	const char *type, const char *help);

/* A sample; suffix is "_total", "_bucket" and so on, or "". */
void openmetrics_sample(struct sekisho_buf *out, const char *name,
	const char *suffix, const openmetrics_labels labels, uint64_t value);

/* The same for milliseconds, written as seconds. */
void openmetrics_seconds(struct sekisho_buf *out, const char *name,
	const char *suffix, uint64_t ms);

void openmetrics_end(struct sekisho_buf *out);

#endif
