/*
 * stray.c - files in a mail that are not where they ought to be.
 *
 * One walk over the lines. What it takes for a file is often none, which costs
 * a scan and nothing else.
 */
#include <string.h>
#include <strings.h>

#include "attribution.h"
#include "engine_limit.h"
#include "mimecode.h"
#include "mimeother.h"
#include "stray.h"
#include "text.h"

#define RUN_MIN 60u		/* letters of Base 64 that can be a file */
#define STRAYS_MAX 1000u

struct walk {
	struct probe *probe;
	struct sekisho_error *err;
	const struct mime *mime;
	const char *text;
	size_t len;
	size_t pos;		/* of the line at hand */
	size_t next;		/* and of the one behind it */
	size_t part;		/* the last one that begins at or before pos */
	bool base64;		/* it is a leaf in Base 64 */
	size_t dashes;		/* the last line with "--" in front, or len */
	size_t run;		/* where lines of Base 64 began */
	size_t letters;		/* how many there are */
	unsigned int strays;
};

/* Decodes some bytes and looks at what comes out. */
static int
look_at(struct walk *walk, enum mimecode way, size_t start, size_t end)
{
	struct sekisho_buf data;
	int status;

	if (end <= start)
		return 0;
	if (++walk->strays > STRAYS_MAX ||
	    engine_time_is_up(walk->probe->engine)) {
		probe_unscannable(walk->probe, "too many places where a file "
			"may begin");
		walk->next = walk->len;
		return 0;
	}
	sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
	mimecode_decode(way, walk->text + start, end - start, &data);
	status = data.failed ? sekisho_error_set(walk->err, "no memory to "
		"decode a part") : probe_file(walk->probe, way, data.data,
		data.len, walk->err);
	sekisho_buf_free(&data);
	return status;
}

/* In all ways of a mask, and as it is. */
static int
look_in_ways(struct walk *walk, unsigned int ways, size_t start, size_t end)
{
	unsigned int way;
	int status = 0;

	if (ways & 1u << MIMECODE_BASE64)
		ways |= 1u << MIMECODE_BASE64_STOP | 1u << MIMECODE_BASE64_SKIP;
	for (way = 0; way < MIMECODE_WAYS && status == 0; way++)
		if (ways & 1u << way)
			status = look_at(walk, (enum mimecode)way, start, end);
	return status;
}

static size_t
line_next(const struct walk *walk, size_t pos)
{
	const char *lf = memchr(walk->text + pos, '\n', walk->len - pos);

	return lf != NULL ? (size_t)(lf - walk->text) + 1 : walk->len;
}

/* Blanks and line ends at the end do not count. */
static size_t
line_length(const struct walk *walk, size_t pos, size_t next)
{
	while (next > pos && strchr(" \t\r\n", walk->text[next - 1]) != NULL &&
	    walk->text[next - 1] != '\0')
		next--;
	return next - pos;
}

/* The next line at or behind pos that begins with these bytes, or the end. */
static size_t
find_line(const struct walk *walk, size_t pos, const char *start, size_t len)
{
	const char *at = walk->text + pos, *end = walk->text + walk->len;

	while ((at = memmem(at, (size_t)(end - at), start, len)) != NULL) {
		if (at == walk->text || at[-1] == '\n')
			return (size_t)(at - walk->text);
		at++;
	}
	return walk->len;
}

/*
 * A body that begins here ends at a line like the one before its header, or at
 * any line that could be a delimiter.
 */
static int
look_at_body(struct walk *walk, unsigned int ways, size_t start)
{
	size_t near, far = walk->len, len;
	int status;

	if (ways == 0)		/* or each of very many would look far */
		return 0;
	near = find_line(walk, start, "--", 2);
	if (walk->dashes < start) {
		len = line_length(walk, walk->dashes,
			line_next(walk, walk->dashes));
		if (len > 2)
			far = find_line(walk, start, walk->text +
				walk->dashes, len);
	}
	status = look_in_ways(walk, ways, start, near);
	if (status == 0 && far != near)
		status = look_in_ways(walk, ways, start, far);
	return status;
}

/* Header lines begin where no part of ours has any. */
static int
look_at_header(struct walk *walk)
{
	struct mimeother header;
	size_t end = walk->pos, next = walk->next;
	size_t i;

	while (end < walk->len && line_length(walk, end, next) > 0 &&
	    (end == walk->pos || walk->len - end < 2 ||
	    memcmp(walk->text + end, "--", 2) != 0)) {
		end = next;
		next = line_next(walk, end);
	}
	mimeother_read(&header, walk->probe->pool, walk->text + walk->pos,
		end - walk->pos);
	for (i = 0; i < header.name_count; i++)
		probe_name(walk->probe, header.names[i]);
	if (header.too_long)
		probe_unscannable(walk->probe, "a header line is too long");
	walk->next = end > walk->pos ? end : walk->next;
	if (header.attachment || header.name_count > 0)
		header.ways |= 1u << MIMECODE_IDENTITY;
	return look_at_body(walk, header.ways, next);
}

/* Letters of Base 64 in the line, 0 if there is anything else. */
static size_t
count_letters(const struct walk *walk)
{
	size_t len = line_length(walk, walk->pos, walk->next), i;
	unsigned char c;

	for (i = 0; i < len; i++) {
		c = (unsigned char)walk->text[walk->pos + i];
		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '+' && c != '/' && c != '=')
			return 0;
	}
	return len;
}

static int
end_run(struct walk *walk)
{
	int status = 0;

	if (walk->letters >= RUN_MIN)
		status = look_at(walk, MIMECODE_BASE64, walk->run, walk->pos);
	walk->letters = 0;
	return status;
}

/* "begin 644 name" */
static bool
line_is_uuencode(const struct walk *walk)
{
	const char *p = walk->text + walk->pos + 6;
	const char *end = walk->text + walk->next;
	size_t digits = 0;

	if (walk->next - walk->pos < 11 || memcmp(p - 6, "begin ", 6) != 0)
		return false;
	while (p < end && *p >= '0' && *p <= '7')
		p++, digits++;
	return digits >= 3 && digits <= 5 && p < end && *p == ' ';
}

static int
look_at_uuencode(struct walk *walk)
{
	const char *line = walk->text + walk->pos;
	const char *name = memchr(line + 6, ' ', walk->next - walk->pos - 6);
	size_t start = (size_t)(name - walk->text) + 1;

	probe_name(walk->probe, text_clean(walk->probe->pool, name + 1,
		line_length(walk, start, walk->next)));
	return look_at(walk, MIMECODE_UUENCODE, walk->pos,
		find_line(walk, walk->next, "end\n", 4));
}

/* Is the line among the header lines of a part; is it Base 64 of a leaf? */
static void
find_place(struct walk *walk, bool *header_r, bool *base64_r)
{
	const struct mime *mime = walk->mime;
	const struct mime_part *part;

	while (walk->part + 1 < mime->count &&
	    mime->parts[walk->part + 1].start <= walk->pos) {
		part = &mime->parts[++walk->part];
		walk->base64 = part->leaf &&
			mimecode_of(part->encoding) == MIMECODE_BASE64;
	}
	part = &mime->parts[walk->part];
	*header_r = walk->pos < part->body_start;
	*base64_r = walk->base64 && !*header_r && walk->pos < part->end;
}

static int
look_at_line(struct walk *walk)
{
	const char *line = walk->text + walk->pos;
	bool header, base64;
	size_t letters;
	int status = 0;

	find_place(walk, &header, &base64);
	letters = header || base64 ? 0 : count_letters(walk);
	if (letters > 0) {
		if (walk->letters == 0)
			walk->run = walk->pos;
		walk->letters += letters;
		return 0;
	}
	status = end_run(walk);
	if (status < 0)
		return status;
	if (*line == '-' && walk->next - walk->pos > 2 && line[1] == '-')
		walk->dashes = walk->pos;
	else if (!header && (*line == 'C' || *line == 'c') &&
	    walk->next - walk->pos > 8 &&
	    strncasecmp(line, "Content-", 8) == 0)
		status = look_at_header(walk);
	else if (*line == 'b' && line_is_uuencode(walk))
		status = look_at_uuencode(walk);
	return status;
}

static int
walk_lines(struct walk *walk)
{
	int status = 0;

	for (; walk->pos < walk->len && status == 0; walk->pos = walk->next) {
		walk->next = line_next(walk, walk->pos);
		status = look_at_line(walk);
	}
	return status < 0 ? status : end_run(walk);
}

/* A part whose header lines others may read in another way. */
static int
look_at_part(struct walk *walk, size_t index)
{
	const struct mime_part *part = &walk->mime->parts[index];
	enum mimecode way = mimecode_of(part->encoding);
	struct mimeother header;
	int status;
	size_t i;

	mimeother_read(&header, walk->probe->pool, walk->text + part->start,
		part->body_start - part->start);
	if (walk->probe->depth == 0) {
		walk->probe->part = (uint32_t)index;
		walk->probe->cleanable = attribution_cleanable(walk->mime,
			index);
	}
	for (i = 0; i < header.name_count; i++)
		probe_name(walk->probe, header.names[i]);
	if (header.too_long)
		probe_unscannable(walk->probe, "a header line is too long");
	if (header.piece)
		probe_unscannable(walk->probe, "a piece of a mail");
	if (part->leaf)
		header.ways &= ~(1u << way);
	if (part->leaf && way == MIMECODE_BASE64 &&
	    mimecode_base64_is_odd(walk->text + part->body_start,
	    part->end - part->body_start))
		header.ways |= 1u << MIMECODE_BASE64_STOP |
			1u << MIMECODE_BASE64_SKIP;
	status = look_in_ways(walk, header.ways, part->body_start, part->end);
	if (walk->probe->depth == 0) {
		walk->probe->part = 0;
		walk->probe->cleanable = false;
	}
	return status;
}

/* Some take a CR for a line end, and no program shows a NUL. */
static int
scan_plain(struct probe *probe, const char *text, size_t len,
	struct sekisho_error *err)
{
	const char *cr = text, *end = text + len;
	char *copy;
	size_t i, n = 0;
	int status;
	bool odd = memchr(text, '\0', len) != NULL;

	while (!odd && (cr = memchr(cr, '\r', (size_t)(end - cr))) != NULL)
		odd = ++cr < end && *cr != '\n';
	if (!odd)
		return 0;
	copy = pool_alloc(probe->pool, len + 1);
	for (i = 0; i < len; i++) {
		if (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'))
			copy[n++] = '\n';
		else if (text[i] != '\0')
			copy[n++] = text[i];
	}
	/* Its parts are not those of the inspection. */
	probe->depth++;
	status = probe_mail(probe, copy, n, err);
	probe->depth--;
	return status;
}

int
stray_scan(struct probe *probe, const struct mime *mime,
	struct sekisho_error *err)
{
	struct walk walk = { .probe = probe, .err = err, .mime = mime,
		.text = mime->message, .len = mime->len,
		.dashes = mime->len };
	int status = 0;
	size_t i;

	for (i = 1; i < mime->count && status == 0; i++)
		status = look_at_part(&walk, i);
	if (status == 0)
		status = walk_lines(&walk);
	return status < 0 ? status : scan_plain(probe, mime->message,
		mime->len, err);
}
