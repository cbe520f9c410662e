/*
 * headerwork.c - how long libclamav would take to read the header lines of a
 * mail.
 *
 * Called by engine_scan.c before libclamav takes a mail apart. One walk over
 * the lines that knows what libclamav takes for a header (its mbox.c), which is
 * more than others do.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "headerwork.h"
#include "mimefield.h"

#define LINE_MAX_READ 1000u	/* libclamav cuts longer lines */
#define BOUNDARIES_MAX 16u	/* the last ones count */
#define QUOTE_COST 4u		/* it looks at each letter then */

/* What libclamav does with a line behind those that it read. */
enum place {
	PLACE_MAIL,	/* the header of the mail */
	PLACE_PART,	/* the header of a part */
	PLACE_BODY,
};

struct work {
	enum place place;
	size_t field;		/* length of the field at hand */
	bool open;		/* PLACE_MAIL: it has a quote that is open */
	bool continues;		/* PLACE_PART: ended with a semicolon */
	uint64_t copied;
};

static bool
starts_with(const char *line, size_t len, const char *start)
{
	size_t n = strlen(start);

	return len >= n && strncasecmp(line, start, n) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Each thousand bytes of a line count as a line. */
static void
add_line(struct work *work, size_t len, unsigned int cost)
{
	size_t n;

	do {
		n = len < LINE_MAX_READ ? len : LINE_MAX_READ;
		work->field += n;
		work->copied += (uint64_t)work->field * cost;
		len -= n;
	} while (len > 0);
}

static bool
quotes_are_odd(const char *line, size_t len)
{
	bool odd = false;
	size_t i;

	for (i = 0; i < len; i++)
		odd ^= line[i] == '"';
	return odd;
}

/*
 * It has a limit for the whole header (256 kB), but a quote that never ends is
 * looked for from the beginning at each line.
 */
static void
read_mail_line(struct work *work, const char *line, size_t len)
{
	if (!work->open) {
		work->field = 0;
		if (!starts_with(line, len, "Content-") && !is_blank(*line))
			return;
	}
	add_line(work, len, QUOTE_COST);
	work->open ^= quotes_are_odd(line, len);
}

/* Lines are joined when they are folded, and when they seem to be. */
static void
read_part_line(struct work *work, const char *line, size_t len)
{
	if (!is_blank(*line) &&
	    !(work->continues && memchr(line, '=', len) != NULL))
		work->field = 0;
	add_line(work, len, 1);
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	work->continues = len > 0 && line[len - 1] == ';';
}

static void
read_line(struct work *work, const char *line, size_t len)
{
	/* Behind the empty line, too: some viruses have the end too early. */
	if (len >= 2 && line[0] == '-' && line[1] == '-') {
		work->place = PLACE_PART;
		work->field = 0;
		work->continues = false;
	} else if (work->place == PLACE_MAIL) {
		read_mail_line(work, line, len);
	} else if (work->place == PLACE_PART) {
		read_part_line(work, line, len);
	} else if (starts_with(line, len, "Content") ||
	    starts_with(line, len, "filename=")) {
		work->place = PLACE_PART;
		work->field = 0;
		read_part_line(work, line, len);
	}
}

uint64_t
headerwork_count(const char *mail, size_t len)
{
	struct work work = { .place = PLACE_MAIL };
	const char *line = mail, *end = mail + len, *next;
	bool begun = false;
	size_t n;

	for (; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		n = (size_t)((next != NULL ? next : end) - line);
		next = next != NULL ? next + 1 : end;
		while (n > 0 && line[n - 1] == '\r')
			n--;
		if (n > 0)
			read_line(&work, line, n);
		else if (begun)		/* before it they are passed over */
			work.place = PLACE_BODY;
		begun |= n > 0;
	}
	return work.copied;
}

struct boundaries {
	struct boundary {
		const char *text;
		size_t len;
	} list[BOUNDARIES_MAX];
	size_t count;
};

/* "boundary = value", "boundary*0=value" and the like; equals is the sign. */
static void
add_boundary(struct boundaries *boundaries, const char *data,
	const char *equals)
{
	const char *p = equals;

	while (p > data && strchr(" \t*01", p[-1]) != NULL && p[-1] != '\0')
		p--;
	if (p - data >= 8 && strncasecmp(p - 8, "boundary", 8) == 0)
		boundaries->list[boundaries->count++ %
			BOUNDARIES_MAX].text = equals + 1;
}

/* Where the value begins and ends. */
static void
trim_boundary(struct boundary *boundary, const char *end)
{
	const char *p = boundary->text;

	while (p < end && strchr(" \t\r\n\"", *p) != NULL && *p != '\0')
		p++;
	boundary->text = p;
	while (p < end && strchr("\";\r\n", *p) == NULL)
		p++;
	while (p > boundary->text && is_blank(p[-1]))
		p--;
	boundary->len = (size_t)(p - boundary->text);
}

/* Does a line, "--" left out, begin with one of them? */
static bool
is_delimiter(const struct boundaries *boundaries, const char *line, size_t len)
{
	const struct boundary *boundary;
	size_t i;

	for (i = 0; i < boundaries->count && i < BOUNDARIES_MAX; i++) {
		boundary = &boundaries->list[i];
		if (boundary->len <= len && memcmp(line, boundary->text,
		    boundary->len) == 0 && (boundary->len == len ||
		    strchr(" \t\r\n-", line[boundary->len]) != NULL))
			return true;
	}
	return false;
}

/* A data: URI as value of an attribute of HTML; colon is its sign. */
static bool
is_data_uri(const char *data, const char *colon)
{
	const char *p = colon - 4;

	if (colon - data < 5 || strncasecmp(p, "data", 4) != 0)
		return false;
	while (p > data && (is_blank(p[-1]) || p[-1] == '"' || p[-1] == '\''))
		p--;
	return p > data && p[-1] == '=';
}

size_t
headerwork_files(const char *data, size_t len)
{
	struct boundaries boundaries = { .count = 0 };
	const char *p, *end = data + len;
	size_t files = 0, i;

	for (p = data; (p = memchr(p, '=', (size_t)(end - p))) != NULL; p++)
		add_boundary(&boundaries, data, p);
	for (i = 0; i < boundaries.count && i < BOUNDARIES_MAX; i++)
		trim_boundary(&boundaries.list[i], end);
	for (p = data; boundaries.count > 0 && (p = mimefield_find_dashes(p,
	    (size_t)(end - p))) != NULL; p += 3)
		files += is_delimiter(&boundaries, p + 3,
			(size_t)(end - p) - 3);
	for (p = data; (p = memchr(p, ':', (size_t)(end - p))) != NULL; p++)
		files += is_data_uri(data, p);
	return files;
}
