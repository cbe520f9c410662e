/*
 * chart.c - plots as SVG within an HTML page, each with its table.
 */
#include <inttypes.h>
#include <string.h>

#include "chart.h"
#include "html.h"

/* The size of a plot, and of what is within its axes. */
#define WIDTH 720
#define HEIGHT 230
#define LEFT 72
#define TOP 12
#define INNER_WIDTH (WIDTH - LEFT - 14)
#define INNER_HEIGHT (HEIGHT - TOP - 28)
#define LETTER 8			/* a wide digit, below the axis */
#define TICKS 5

/* Okabe and Ito's, without those that are too light for white paper. */
static const char *const colours[CHART_SERIES_MAX] = { "#0072b2", "#e69f00",
	"#009e73", "#cc79a7", "#d55e00", "#56b4e9" };

/* What is drawn over a bar; NULL: nothing. */
static const char *const patterns[CHART_SERIES_MAX] = { NULL,
	"M0 8L8 0", "M0 4H8", "M0 0L8 8", "M4 0V8", "M0 8L8 0M0 0L8 8" };
static const char *const dashes[CHART_SERIES_MAX] = { "none", "7 3", "2 3",
	"9 3 2 3", "4 2", "1 2" };

/* -- the frame ------------------------------------------------------------ */

static void
begin(GString *out, const char *title, const char *note)
{
	g_string_append(out, "<section>\n<h2>");
	html_text(out, title);
	g_string_append(out, "</h2>\n");
	if (*note != '\0') {
		g_string_append(out, "<p>");
		html_text(out, note);
		g_string_append(out, "</p>\n");
	}
}

static void
svg_begin(GString *out, const struct chart *chart)
{
	g_string_append_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"", WIDTH, HEIGHT);
	html_text(out, chart->title);
	g_string_append(out, "\">\n");
}

/* The least of 1, 2, 5, 10, 20 ... with which TICKS steps reach the top. */
static int64_t
step_for(int64_t top)
{
	static const int64_t factors[] = { 1, 2, 5 };
	int64_t power = 1;
	size_t i = 0;

	while (factors[i] * power * TICKS < top && power < INT64_MAX / 100) {
		i = (i + 1) % 3;
		power *= i == 0 ? 10 : 1;
	}
	return factors[i] * power;
}

static double
y_of(int64_t value, int64_t low, int64_t high)
{
	return TOP + INNER_HEIGHT - (double)(value - low) * INNER_HEIGHT /
		(double)(high - low);
}

/* The middle of a label's place. */
static double
x_of(const struct chart *chart, size_t i)
{
	return LEFT + ((double)i + 0.5) * INNER_WIDTH / (double)chart->count;
}

/* Decimal points, whatever the locale. */
static const char *
point(char buffer[G_ASCII_DTOSTR_BUF_SIZE], double number)
{
	return g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.1f",
		number);
}

static void
axis_y(GString *out, const struct chart *chart, int64_t low, int64_t high,
	int64_t step)
{
	char y[G_ASCII_DTOSTR_BUF_SIZE], base[G_ASCII_DTOSTR_BUF_SIZE];
	int64_t value;

	for (value = low; value <= high; value += step) {
		point(y, y_of(value, low, high));
		point(base, y_of(value, low, high) + 4);
		g_string_append_printf(out, "<path class=\"%s\" d=\"M%d %sH%d"
			"\"/><text x=\"%d\" y=\"%s\" text-anchor=\"end\">%"
			PRId64, value == 0 ? "axis" : "grid", LEFT, y,
			WIDTH - 14, LEFT - 6, base, value);
		if (value + step > high && *chart->unit != '\0') {
			g_string_append(out, " ");
			html_text(out, chart->unit);
		}
		g_string_append(out, "</text>\n");
	}
}

static void
axis_x(GString *out, const struct chart *chart)
{
	/* So many that none touches the next one. */
	size_t room = INNER_WIDTH / (LETTER * (strlen(chart->labels[0]) + 2)),
		i, every = (chart->count + room - 1) / room;
	char x[G_ASCII_DTOSTR_BUF_SIZE];

	for (i = 0; i < chart->count; i += every) {
		g_string_append_printf(out, "<text x=\"%s\" y=\"%d\" "
			"text-anchor=\"middle\">", point(x, x_of(chart, i)),
			HEIGHT - 6);
		html_text(out, chart->labels[i]);
		g_string_append(out, "</text>\n");
	}
}

/* Only what screen readers and tooltips say. */
static void
tooltip(GString *out, const struct chart *chart, size_t series, size_t i)
{
	g_string_append(out, "<title>");
	html_text(out, chart->labels[i]);
	g_string_append(out, ", ");
	html_text(out, chart->series[series].name);
	g_string_append_printf(out, ": %" PRId64 "</title>",
		chart->series[series].values[i]);
}

static void
legend(GString *out, const struct chart *chart, bool lines)
{
	size_t i;

	g_string_append(out, "<ul class=\"legend\">\n");
	for (i = 0; i < chart->series_count; i++) {
		g_string_append(out, "<li><svg viewBox=\"0 0 24 12\" "
			"aria-hidden=\"true\">");
		if (lines)
			g_string_append_printf(out, "<path class=\"line\" "
				"d=\"M0 6H24\" stroke=\"%s\" "
				"stroke-dasharray=\"%s\"/>", colours[i],
				dashes[i]);
		else
			g_string_append_printf(out, "<path d=\"M0 0H24V12H0z\" "
				"fill=\"%s\"/><path d=\"M0 0H24V12H0z\" "
				"fill=\"url(#p%zu)\"/>", colours[i], i);
		g_string_append(out, "</svg>");
		html_text(out, chart->series[i].name);
		g_string_append(out, "</li>\n");
	}
	g_string_append(out, "</ul>\n");
}

static void
cell(GString *out, const char *element, const char *text)
{
	g_string_append_printf(out, "<%s>", element);
	html_text(out, text);
	g_string_append_printf(out, "</%.2s>", element);
}

static void
table(GString *out, const struct chart *chart)
{
	size_t i, k;

	g_string_append(out, "<details><summary>");
	html_text(out, chart->table);
	g_string_append(out, "</summary>\n<table>\n<caption>");
	html_text(out, chart->title);
	g_string_append(out, "</caption>\n<tr>");
	cell(out, "th scope=\"col\"", chart->axis);
	for (k = 0; k < chart->series_count; k++)
		cell(out, "th scope=\"col\"", chart->series[k].name);
	g_string_append(out, "</tr>\n");
	for (i = 0; i < chart->count; i++) {
		g_string_append(out, "<tr>");
		cell(out, "th scope=\"row\"", chart->labels[i]);
		for (k = 0; k < chart->series_count; k++)
			if (chart->series[k].values[i] < 0 &&
			    *chart->unit != '\0')
				g_string_append(out, "<td></td>");
			else
				g_string_append_printf(out, "<td>%" PRId64
					"</td>", chart->series[k].values[i]);
		g_string_append(out, "</tr>\n");
	}
	g_string_append(out, "</table></details>\n");
}

/* -- bars ----------------------------------------------------------------- */

static int64_t
highest_stack(const struct chart *chart)
{
	int64_t high = 1, sum;
	size_t i, k;

	for (i = 0; i < chart->count; i++) {
		sum = 0;
		for (k = 0; k < chart->series_count; k++)
			sum += chart->series[k].values[i];
		high = MAX(high, sum);
	}
	return high;
}

static void
bar(GString *out, double x, double y, double width, double height,
	const char *fill)
{
	char text[4][G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(out, "<rect x=\"%s\" y=\"%s\" width=\"%s\" "
		"height=\"%s\" fill=\"%s\"", point(text[0], x),
		point(text[1], y), point(text[2], width),
		point(text[3], height), fill);
}

static void
stack(GString *out, const struct chart *chart, size_t i, int64_t high)
{
	double place = (double)INNER_WIDTH / (double)chart->count,
		width = MIN(place * 0.8, 60), x = x_of(chart, i) - width / 2;
	int64_t sum = 0, value;
	size_t k;

	for (k = 0; k < chart->series_count; k++) {
		double y, height;

		value = chart->series[k].values[i];
		sum += value;
		y = y_of(sum, 0, high);
		height = y_of(sum - value, 0, high) - y;
		if (value == 0)
			continue;
		bar(out, x, y, width, height, colours[k]);
		g_string_append(out, ">");
		tooltip(out, chart, k, i);
		g_string_append(out, "</rect>");
		if (patterns[k] != NULL) {
			char url[16];

			g_snprintf(url, sizeof(url), "url(#p%zu)", k);
			bar(out, x, y, width, height, url);
			g_string_append(out, " pointer-events=\"none\"/>");
		}
		g_string_append_c(out, '\n');
	}
}

void
chart_patterns(GString *out)
{
	size_t k;

	g_string_append(out, "<svg width=\"0\" height=\"0\" aria-hidden=\"true"
		"\" class=\"patterns\"><defs>\n");
	for (k = 0; k < CHART_SERIES_MAX; k++)
		g_string_append_printf(out, "<pattern id=\"p%zu\" width=\"8\" "
			"height=\"8\" patternUnits=\"userSpaceOnUse\"><path "
			"d=\"%s\" stroke=\"#fff\" fill=\"none\"/></pattern>\n",
			k, patterns[k] == NULL ? "" : patterns[k]);
	g_string_append(out, "</defs></svg>\n");
}

void
chart_bars(GString *out, const struct chart *chart)
{
	int64_t step = step_for(highest_stack(chart)), high;
	size_t i;

	high = (highest_stack(chart) + step - 1) / step * step;
	begin(out, chart->title, chart->note);
	svg_begin(out, chart);
	axis_y(out, chart, 0, high, step);
	for (i = 0; i < chart->count; i++)
		stack(out, chart, i, high);
	axis_x(out, chart);
	g_string_append(out, "</svg>\n");
	legend(out, chart, false);
	table(out, chart);
	g_string_append(out, "</section>\n");
}

/* -- lines ---------------------------------------------------------------- */

/* With a unit, -1 is no number. */
static bool
is_there(const struct chart *chart, size_t series, size_t i)
{
	return *chart->unit == '\0' || chart->series[series].values[i] >= 0;
}

static void
line(GString *out, const struct chart *chart, size_t k, int64_t low,
	int64_t high)
{
	char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
	bool drawing = false;
	size_t i;

	g_string_append_printf(out, "<path class=\"line\" stroke=\"%s\" "
		"stroke-dasharray=\"%s\" d=\"", colours[k], dashes[k]);
	for (i = 0; i < chart->count; i++) {
		if (is_there(chart, k, i))
			g_string_append_printf(out, "%c%s %s",
				drawing ? 'L' : 'M', point(x, x_of(chart, i)),
				point(y, y_of(chart->series[k].values[i], low,
				high)));
		drawing = is_there(chart, k, i);
	}
	g_string_append(out, "\"/>\n");
	for (i = 0; i < chart->count; i++) {
		if (!is_there(chart, k, i))
			continue;
		g_string_append_printf(out, "<circle cx=\"%s\" cy=\"%s\" "
			"r=\"3\" fill=\"%s\">", point(x, x_of(chart, i)),
			point(y, y_of(chart->series[k].values[i], low, high)),
			colours[k]);
		tooltip(out, chart, k, i);
		g_string_append(out, "</circle>\n");
	}
}

void
chart_lines(GString *out, const struct chart *chart)
{
	int64_t low = 0, high = 1, step;
	size_t i, k;

	for (k = 0; k < chart->series_count; k++)
		for (i = 0; i < chart->count; i++) {
			if (!is_there(chart, k, i))
				continue;
			low = MIN(low, chart->series[k].values[i]);
			high = MAX(high, chart->series[k].values[i]);
		}
	step = step_for(high - low);
	high = (high + step - 1) / step * step;
	low = -((-low + step - 1) / step * step);
	begin(out, chart->title, chart->note);
	svg_begin(out, chart);
	axis_y(out, chart, low, high, step);
	for (k = 0; k < chart->series_count; k++)
		line(out, chart, k, low, high);
	axis_x(out, chart);
	g_string_append(out, "</svg>\n");
	legend(out, chart, true);
	table(out, chart);
	g_string_append(out, "</section>\n");
}

/* -- lists ---------------------------------------------------------------- */

void
chart_list(GString *out, const struct chart_list *list)
{
	char width[G_ASCII_DTOSTR_BUF_SIZE];
	int64_t high = 1;
	size_t i;

	begin(out, list->title, list->note);
	for (i = 0; i < list->count; i++)
		high = MAX(high, list->rows[i].value);
	if (list->count == 0)
		cell(out, "p", list->empty);
	else
		g_string_append(out, "<table class=\"list\">\n<tr>");
	for (i = 0; i < list->count; i++) {
		if (i == 0) {
			cell(out, "th scope=\"col\"", list->name);
			g_string_append(out, "<th scope=\"col\" "
				"colspan=\"2\">");
			html_text(out, list->value);
			g_string_append(out, "</th></tr>\n");
		}
		g_string_append(out, "<tr>");
		cell(out, "th scope=\"row\"", list->rows[i].name);
		g_string_append_printf(out, "<td>%" PRId64 "</td><td "
			"class=\"bar\"><svg viewBox=\"0 0 100 10\" "
			"preserveAspectRatio=\"none\" aria-hidden=\"true\">"
			"<rect width=\"%s\" height=\"10\" fill=\"%s\"/></svg>"
			"</td></tr>\n", list->rows[i].value, point(width,
			(double)list->rows[i].value * 100 / (double)high),
			colours[0]);
	}
	if (list->count > 0)
		g_string_append(out, "</table>\n");
	g_string_append(out, "</section>\n");
}
