/*
 * chart.h - plots as SVG within an HTML page, each with its table.
 *
 * Series differ in colour (those that colour-blind people can tell apart), in
 * pattern or dashes (for who prints in grey), and are named beside the plot.
 */
#ifndef SEKISHO_CHART_H
#define SEKISHO_CHART_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHART_SERIES_MAX 6

struct chart_series {
	const char *name;
	const int64_t *values;	/* one for each label; -1 in lines: none */
};

struct chart {
	const char *title;	/* plain text, as all texts here */
	const char *note;	/* one sentence below it, or "" */
	const char *unit;	/* of the numbers, or "" */
	const char *table;	/* "as a table" */
	const char *axis;	/* what labels are: "day" */
	char *const *labels;
	size_t count;
	struct chart_series series[CHART_SERIES_MAX];
	size_t series_count;
};

/* The patterns of bars, once in a page, before all plots. */
void chart_patterns(GString *out);

/* How much of everything, one on top of the other. */
void chart_bars(GString *out, const struct chart *chart);

/* How numbers move. */
void chart_lines(GString *out, const struct chart *chart);

/* A row of a list that is a table and a plot at once. */
struct chart_row {
	const char *name;
	int64_t value;
};

struct chart_list {
	const char *title, *note;
	const char *name, *value;	/* headings of the columns */
	const char *empty;		/* said when there are no rows */
	const struct chart_row *rows;
	size_t count;
};

void chart_list(GString *out, const struct chart_list *list);

#endif
