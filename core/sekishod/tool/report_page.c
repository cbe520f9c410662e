/*
 * report_page.c - a tally as an HTML page that needs nothing else.
 *
 * No script, no font, no picture from elsewhere; its Content-Security-Policy
 * says so, in case something of a mail got through html_text().
 */
#include <inttypes.h>
#include <string.h>

#include "chart.h"
#include "html.h"
#include "report_page.h"
#include "report_words.h"
#include "sekisho.h"

#define ROWS_MAX 15

struct page {
	GString *out;
	struct tally *tally;
	int language;
	bool hours;
	char *labels[TALLY_SLOTS_MAX];
};

static const char style[] =
	"body{font:15px/1.5 system-ui,'Noto Sans JP','Hiragino Sans',"
	"'Yu Gothic',IPAPGothic,sans-serif;color:#1a1a1a;background:#fff;"
	"max-width:56rem;margin:0 auto;padding:1rem 1.25rem}\n"
	"h1{font-size:1.7rem;margin:.5rem 0 0}h2{font-size:1.15rem;"
	"margin:0 0 .25rem}p{margin:.25rem 0;color:#444}\n"
	"section{margin:2rem 0;break-inside:avoid}\n"
	"svg{display:block;width:100%;height:auto}svg text{font-size:12px;"
	"fill:#333}\n.patterns{position:absolute;width:0;height:0}\n"
	".grid{stroke:#ddd}.axis{stroke:#555}.line{fill:none;stroke-width:2}\n"
	".legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;"
	"margin:.25rem 0;padding:0}.legend li{display:flex;gap:.4rem;"
	"align-items:center}.legend svg{width:24px;height:12px}\n"
	".tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:.5rem 0}"
	".tiles div{flex:1 1 8rem;border:1px solid #bbb;border-radius:6px;"
	"padding:.5rem .75rem;display:flex;flex-direction:column-reverse;"
	"justify-content:flex-end}.tiles dt{color:#444;font-size:.85rem}"
	".tiles dd{margin:0;font-size:1.5rem;line-height:1.3;"
	"white-space:nowrap}\n"
	"table{border-collapse:collapse;margin:.5rem 0;font-size:.9rem}"
	"caption{text-align:left;font-weight:600}th,td{padding:.15rem .6rem;"
	"border-bottom:1px solid #ddd;text-align:right;"
	"font-variant-numeric:tabular-nums}th[scope=row],.left{text-align:left;"
	"overflow-wrap:anywhere}th[scope=row]{font-weight:400}"
	"th[scope=col]{vertical-align:bottom}\n"
	"@media(min-width:44rem){.fixed th[scope=row],.fixed td:nth-child(2){"
	"white-space:nowrap}}\n@media(max-width:44rem){th,td{padding:"
	".15rem .3rem}}\n"
	".list{width:100%}.list th[scope=row]{width:45%}.list tr:first-child "
	"th:first-child{text-align:left}.list th[colspan]{text-align:left;"
	"padding-left:1.5rem}.bar{width:40%}.bar svg{height:.8rem}\n"
	"summary{cursor:pointer;color:#004f7c}details{margin:.25rem 0;"
	"overflow-x:auto}\n"
	"@page{margin:15mm}@media print{body{max-width:none;padding:0;"
	"font-size:11pt}details{display:none}*{print-color-adjust:exact;"
	"-webkit-print-color-adjust:exact}}\n";

static const char *
word(const struct page *page, enum report_word which)
{
	return report_word(page->language, which);
}

static void
format_time(int64_t when, const char *format, char *text, size_t size)
{
	GDateTime *time = g_date_time_new_from_unix_local(when);
	char *formatted = time == NULL ? NULL :
		g_date_time_format(time, format);

	g_strlcpy(text, formatted != NULL ? formatted : "?", size);
	g_free(formatted);
	if (time != NULL)
		g_date_time_unref(time);
}

char *
report_period(const struct tally *tally)
{
	char first[16], last[16];

	format_time(tally->edges[0], "%Y-%m-%d", first, sizeof(first));
	format_time(tally->edges[tally->slots] - 1, "%Y-%m-%d", last,
		sizeof(last));
	return g_strcmp0(first, last) == 0 ? g_strdup(first) :
		g_strdup_printf("%s \xe2\x80\x93 %s", first, last);
}

/* -- plots by the day ----------------------------------------------------- */

static struct chart
chart_of(const struct page *page, enum report_word title,
	enum report_word note)
{
	return (struct chart){ .title = word(page, title),
		.note = word(page, note), .unit = "",
		.table = word(page, WORD_TABLE),
		.axis = word(page, page->hours ? WORD_HOUR : WORD_DAY),
		.labels = page->labels, .count = page->tally->slots };
}

static void
add_series(const struct page *page, struct chart *chart, enum report_word name,
	const int64_t *values)
{
	chart->series[chart->series_count++] = (struct chart_series){
		word(page, name), values };
}

/* Kinds that follow each other, with names that do. */
static void
bars(const struct page *page, enum report_word title, enum tally_kind first,
	enum report_word name, size_t count)
{
	struct chart chart = chart_of(page, title,
		(enum report_word)(title + 1));
	size_t i;

	for (i = 0; i < count; i++)
		add_series(page, &chart, (enum report_word)(name + i),
			page->tally->numbers[first + i]);
	chart_bars(page->out, &chart);
}

/* More is held with each that is filed, less with all others. */
static void
growth(const struct page *page)
{
	struct chart chart = chart_of(page, WORD_GROWTH, WORD_GROWTH_NOTE);
	const struct tally *tally = page->tally;
	int64_t *values = g_new0(int64_t, tally->slots), sum = 0;
	enum tally_kind kind;
	size_t i;

	for (i = 0; i < tally->slots; i++) {
		sum += tally->numbers[TALLY_FILED][i];
		for (kind = TALLY_RELEASED; kind <= TALLY_EVICTED; kind++)
			sum -= tally->numbers[kind][i];
		values[i] = sum;
	}
	add_series(page, &chart, WORD_CHANGE, values);
	chart_lines(page->out, &chart);
	g_free(values);
}

static void
latency(const struct page *page)
{
	static const unsigned int percents[] = { 50, 95, 99 };
	struct chart chart = chart_of(page, WORD_LATENCY, WORD_LATENCY_NOTE);
	int64_t *values[3];
	size_t i, k;

	chart.unit = "ms";
	for (k = 0; k < 3; k++) {
		values[k] = g_new0(int64_t, page->tally->slots);
		for (i = 0; i < page->tally->slots; i++)
			values[k][i] = tally_percentile(page->tally, i,
				percents[k]);
		add_series(page, &chart, (enum report_word)(WORD_P50 + k),
			values[k]);
	}
	chart_lines(page->out, &chart);
	for (k = 0; k < 3; k++)
		g_free(values[k]);
}

/* -- lists ---------------------------------------------------------------- */

/* More often first; the same, by name. */
static gint
compare_rows(gconstpointer a, gconstpointer b)
{
	const struct chart_row *one = a, *two = b;

	if (one->value != two->value)
		return one->value > two->value ? -1 : 1;
	return strcmp(one->name, two->name);
}

static void
list(const struct page *page, enum report_word title, enum report_word name,
	GHashTable *names)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct chart_row));
	struct chart_row row;
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		row.name = *(const char *)key != '\0' ? key :
			word(page, WORD_NO_SENDER);
		row.value = GPOINTER_TO_INT(value);
		g_array_append_val(rows, row);
	}
	g_array_sort(rows, compare_rows);
	chart_list(page->out, &(struct chart_list){ .title = word(page, title),
		.note = word(page, (enum report_word)(title + 1)),
		.name = word(page, name), .value = word(page, WORD_NUMBER),
		.empty = word(page, WORD_NOTHING),
		.rows = (const struct chart_row *)(void *)rows->data,
		.count = MIN(rows->len, ROWS_MAX) });
	g_array_unref(rows);
}

/* The names of TALLY_SCORES places: "below 0", "0 - 2" ... "no score". */
static char *
score_name(const struct page *page, int place)
{
	GString *name = g_string_new(NULL);
	const char *format = word(page, place == 0 ? WORD_SCORE_BELOW :
		WORD_SCORE_FROM), *number = strstr(format, "%d");
	int from = (place - 1) * 2;

	if (place == TALLY_SCORES - 1)
		g_string_append(name, word(page, WORD_SCORE_NONE));
	else if (place > 0 && place < TALLY_SCORES - 2)
		g_string_printf(name, "%d \xe2\x80\x93 %d", from, from + 2);
	else
		g_string_printf(name, "%.*s%d%s", (int)(number - format),
			format, place == 0 ? 0 : from, number + 2);
	return g_string_free(name, FALSE);
}

static void
scores(const struct page *page)
{
	struct chart_row rows[TALLY_SCORES];
	char *names[TALLY_SCORES];
	int i;

	for (i = 0; i < TALLY_SCORES; i++) {
		names[i] = score_name(page, i);
		rows[i] = (struct chart_row){ names[i],
			page->tally->scores[i] };
	}
	chart_list(page->out, &(struct chart_list){
		.title = word(page, WORD_SCORES),
		.note = word(page, WORD_SCORES_NOTE),
		.name = word(page, WORD_SCORE),
		.value = word(page, WORD_NUMBER), .rows = rows,
		.count = TALLY_SCORES });
	for (i = 0; i < TALLY_SCORES; i++)
		g_free(names[i]);
}

static void
slow_row(const struct page *page, const struct tally_slow *slow)
{
	char stamp[32];

	format_time(slow->when, "%Y-%m-%d %H:%M:%S", stamp, sizeof(stamp));
	g_string_append(page->out, "<tr><th scope=\"row\">");
	html_text(page->out, slow->id);
	g_string_append_printf(page->out, "</th><td class=\"left\">%s</td>"
		"<td class=\"left\">", stamp);
	html_text(page->out, slow->sender != NULL && *slow->sender != '\0' ?
		slow->sender : word(page, WORD_NO_SENDER));
	g_string_append_printf(page->out, "</td><td>%" PRId64 "</td><td>%"
		PRId64 "</td></tr>\n", (slow->size + 999) / 1000, slow->ms);
}

static void
slowest(const struct page *page)
{
	static const enum report_word heads[] = { WORD_ID, WORD_TIME,
		WORD_SENDER, WORD_SIZE, WORD_MS };
	const struct tally_slow *slow = page->tally->slowest;
	size_t i;

	g_string_append_printf(page->out, "<section>\n<h2>%s</h2>\n<p>%s</p>\n"
		"<table class=\"fixed\">\n<tr>", word(page, WORD_SLOWEST),
		word(page, slow->id == NULL ? WORD_NOTHING :
		WORD_SLOWEST_NOTE));
	for (i = 0; i < G_N_ELEMENTS(heads); i++)
		g_string_append_printf(page->out, "<th scope=\"col\"%s>%s"
			"</th>", i < 3 ? " class=\"left\"" : "",
			word(page, heads[i]));
	g_string_append(page->out, "</tr>\n");
	for (i = 0; i < TALLY_SLOWEST && slow[i].id != NULL; i++)
		slow_row(page, &slow[i]);
	g_string_append(page->out, "</table>\n</section>\n");
}

/* -- the whole ------------------------------------------------------------ */

static void
tile(const struct page *page, enum report_word name, int64_t value)
{
	g_string_append_printf(page->out, "<div><dt>%s</dt><dd>%" PRId64
		"</dd></div>\n", word(page, name), value);
}

static void
summary(const struct page *page)
{
	const struct tally *tally = page->tally;
	int64_t messages = 0;
	enum tally_kind kind;

	for (kind = TALLY_INBOUND; kind <= TALLY_BOTH; kind++)
		messages += tally_sum(tally, kind);
	g_string_append_printf(page->out, "<section>\n<h2>%s</h2>\n<dl "
		"class=\"tiles\">\n", word(page, WORD_SUMMARY));
	tile(page, WORD_MESSAGES, messages);
	tile(page, WORD_VIRUS_MESSAGES, tally_sum(tally, TALLY_VIRUS));
	tile(page, WORD_HELD_RECIPIENTS, tally_sum(tally, TALLY_HOLD));
	tile(page, WORD_RELEASED_ALL, tally_sum(tally, TALLY_RELEASED) +
		tally_sum(tally, TALLY_APPROVED));
	tile(page, WORD_DEFERRED, tally_sum(tally, TALLY_DEFER));
	g_string_append(page->out, "</dl>\n</section>\n");
}

static void
head(const struct page *page, int64_t now)
{
	char *period = report_period(page->tally), stamp[32];
	const char *title = word(page, WORD_TITLE);

	format_time(now, "%Y-%m-%d %H:%M", stamp, sizeof(stamp));
	g_string_append_printf(page->out, "<!DOCTYPE html>\n<html lang=\"%s\">"
		"\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv="
		"\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n<title>"
		"Sekisho: %s, %s</title>\n<style>\n%s</style>\n</head>\n<body>"
		"\n<header>\n<h1>%s</h1>\n<p>%s: %s<br>%s: %s (Sekisho %s)</p>"
		"\n</header>\n<main>\n", page->language == 0 ? "en" : "ja",
		title, period, style, title, word(page, WORD_PERIOD), period,
		word(page, WORD_MADE), stamp, SEKISHO_VERSION);
	g_free(period);
}

static void
sections(const struct page *page)
{
	summary(page);
	bars(page, WORD_VOLUME, TALLY_INBOUND, WORD_INBOUND, 4);
	bars(page, WORD_FATES, TALLY_DELIVER, WORD_DELIVER, 6);
	list(page, WORD_VIRUSES, WORD_NAME, page->tally->viruses);
	scores(page);
	list(page, WORD_RULES, WORD_RULE, page->tally->rules);
	bars(page, WORD_QUARANTINE, TALLY_FILED, WORD_FILED, 6);
	growth(page);
	list(page, WORD_SENDERS, WORD_SENDER, page->tally->held_senders);
	bars(page, WORD_NOTICES, TALLY_NOTICE, WORD_NOTICE, 2);
	latency(page);
	slowest(page);
}

void
report_page(GString *out, struct tally *tally, int language, int64_t now)
{
	struct page page = { .out = out, .tally = tally,
		.language = language };
	const char *format;
	char label[32];
	size_t i;

	page.hours = tally->edges[1] - tally->edges[0] < 2 * 3600;
	format = !page.hours ? "%m-%d" : tally->slots > 25 ? "%m-%d %H:00" :
		"%H:00";
	for (i = 0; i < tally->slots; i++) {
		format_time(tally->edges[i], format, label, sizeof(label));
		page.labels[i] = g_strdup(label);
	}
	head(&page, now);
	chart_patterns(out);
	sections(&page);
	g_string_append(out, "</main>\n</body>\n</html>\n");
	for (i = 0; i < tally->slots; i++)
		g_free(page.labels[i]);
}
