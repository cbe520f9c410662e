/*
 * rewrite_part.c - take parts out of a mail, or the virus out of a part.
 *
 * The second step of rewrite_message(). What clean.h can clean keeps all but
 * the virus; any other part becomes a short text that says what was there.
 */
#include <string.h>

#include <glib.h>

#include "charset.h"
#include "clean.h"
#include "mimefield.h"
#include "rewrite_job.h"
#include "transfer.h"

#define REPLACEMENT_MAX (8u << 20)
#define TEXT_LINE_MAX 998u

static bool
text_is_plain(const char *text)
{
	size_t len;

	if (!charset_is_ascii(text, strlen(text)))
		return false;
	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > TEXT_LINE_MAX)
			return false;
	}
	return true;
}

void
rewrite_text_part(struct sekisho_buf *out, const char *text)
{
	bool plain = text_is_plain(text);

	sekisho_buf_printf(out,
		"Content-Type: text/plain; charset=UTF-8\n"
		"Content-Transfer-Encoding: %s\n"
		"Content-Disposition: inline\n\n", plain ? "7bit" : "base64");
	if (plain)
		sekisho_buf_puts(out, text);
	else
		transfer_add_base64_text(out, text, strlen(text));
}

/* The place of the first header line at or behind pos that has that name. */
static bool
field_next(const struct rewrite_job *job, size_t part, const char *name,
	size_t *pos, size_t *len_r)
{
	const struct mime_part *p = &job->mime->parts[part];
	const char *text = job->mime->message;

	for (; *pos < p->body_start && text[*pos] != '\n'; *pos += *len_r) {
		*len_r = mimefield_end(text + *pos, p->body_start - *pos);
		if (name == NULL ? mimefield_is_mime(text + *pos, *len_r) :
		    mimefield_is(text + *pos, *len_r, name))
			return true;
	}
	return false;
}

const char *
rewrite_field(const struct rewrite_job *job, size_t part, const char *name,
	size_t *len_r)
{
	size_t pos = job->mime->parts[part].start;

	if (field_next(job, part, name, &pos, len_r))
		return job->mime->message + pos;
	*len_r = 0;
	return "";
}

/* Adds lines at the end of a part's header. */
static void
header_append(struct rewrite_job *job, size_t part, const char *lines)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct splice splice = { .text = lines, .len = strlen(lines) };

	splice.start = p->body_start;
	if (splice.start > p->start &&
	    job->mime->message[splice.start - 1] == '\n')
		splice.start--;
	if (splice.start > p->start &&
	    job->mime->message[splice.start - 1] != '\n')
		splice.start++;	/* there is no empty line */
	splice.end = splice.start;
	if (part == 1)
		splice_add(&job->root_fields, job->pool, &splice);
	else
		splice_add(&job->splices, job->pool, &splice);
}

void
rewrite_set_field(struct rewrite_job *job, size_t part, const char *name,
	const char *line)
{
	struct splice splice = { .text = line, .len = strlen(line) };
	size_t pos = job->mime->parts[part].start, len = 0;

	for (; field_next(job, part, name, &pos, &len); pos += len) {
		splice.start = pos;
		splice.end = pos + len;
		splice_add(&job->splices, job->pool, &splice);
		splice.len = 0; /* a second one goes */
	}
	if (splice.len > 0)
		header_append(job, part, line);
}

/* Other bytes as the body of the part. */
static void
body_put(struct rewrite_job *job, size_t part, const struct sekisho_buf *data)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct splice splice = { .start = p->body_start, .end = p->end };
	struct sekisho_buf body;

	if (strcmp(p->encoding, "base64") != 0)
		rewrite_set_field(job, part, "Content-Transfer-Encoding",
			"Content-Transfer-Encoding: base64\n");
	sekisho_buf_init(&body, SEKISHO_MESSAGE_MAX);
	transfer_add_base64(&body, data->data, data->len);
	if (body.len > 0 && part != 1)
		body.len--; /* the last LF belongs to the delimiter */
	splice.text = body.data;
	splice.len = body.len;
	splice_add(&job->splices, job->pool, &splice);
	sekisho_buf_free(&body);
}

/* "report.docm" as "report.docx". */
static const char *
name_with_ending(struct pool *pool, const char *name, const char *ending)
{
	const char *dot = strrchr(name, '.');
	size_t len;

	if (strlen(name) > 200 || *name == '\0')
		return pool_printf(pool, "document.%s", ending);
	len = dot != NULL && strlen(dot) <= 5 ? (size_t)(dot - name) :
		strlen(name);

	return pool_printf(pool, "%.*s.%s", (int)len, name, ending);
}

/* " parameter=value", RFC 2231 where RFC 2045's quoted-string is too narrow. */
static const char *
parameter(struct pool *pool, const char *name, const char *value)
{
	struct sekisho_buf text;
	const unsigned char *p;
	const char *copy;

	if (charset_is_ascii(value, strlen(value)) &&
	    strpbrk(value, "\"\\\r\n") == NULL && strlen(value) < 60)
		return pool_printf(pool, "%s=\"%s\"", name, value);
	sekisho_buf_init(&text, REPLACEMENT_MAX);
	sekisho_buf_printf(&text, "%s*=UTF-8''", name);
	for (p = (const unsigned char *)value; *p != '\0'; p++)
		if (g_ascii_isalnum(*p) || *p == '.' || *p == '-' || *p == '_')
			sekisho_buf_add(&text, p, 1);
		else
			sekisho_buf_printf(&text, "%%%02X", *p);
	copy = pool_strdup(pool, text.failed ? name : text.data);
	sekisho_buf_free(&text);
	return copy;
}

/* The name and the type of a document follow what it has become. */
static void
name_put(struct rewrite_job *job, size_t part, const struct cleaned *cleaned)
{
	const char *name = name_with_ending(job->pool,
		job->mime->parts[part].filename, cleaned->ending);

	rewrite_set_field(job, part, "Content-Type", pool_printf(job->pool,
		"Content-Type: %s;\n\t%s\n", cleaned->type,
		parameter(job->pool, "name", name)));
	rewrite_set_field(job, part, "Content-Disposition", pool_printf(
		job->pool, "Content-Disposition: attachment;\n\t%s\n",
		parameter(job->pool, "filename", name)));
}

/* A part of its own behind the cleaned one, which had no room for the note. */
static void
note_put(struct rewrite_job *job, size_t part, const char *note)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct splice splice = { .start = p->end, .end = p->end };
	struct sekisho_buf text;

	sekisho_buf_init(&text, 4 * REPLACEMENT_MAX);
	sekisho_buf_printf(&text, "\n--%s\n",
		job->mime->parts[p->parent].boundary);
	rewrite_text_part(&text, note);
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.len--; /* the last LF belongs to the delimiter */
	splice.text = text.data;
	splice.len = text.len;
	splice_add(&job->splices, job->pool, &splice);
	sekisho_buf_free(&text);
}

/*
 * Takes the virus out of the file that a part is. REWRITE_IMPOSSIBLE: it stays;
 * then the part as a whole must go.
 */
static enum rewrite_result
part_clean(struct rewrite_job *job, size_t part, const char *note,
	struct sekisho_error *err)
{
	enum rewrite_result result = REWRITE_IMPOSSIBLE;
	struct cleaned cleaned;
	struct sekisho_buf data;

	if (job->engine == NULL || !job->mime->parts[part].leaf)
		return REWRITE_IMPOSSIBLE;
	sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
	mime_decode(job->mime, part, &data);
	if (data.failed) {
		sekisho_error_set(err, "part %zu: out of memory", part);
		result = REWRITE_FAILED;
	} else if (data.len > 0) {
		result = (enum rewrite_result)clean_file(job->engine, &data,
			note, job->pool, &cleaned, err);
	}
	sekisho_buf_free(&data);
	if (result != REWRITE_DONE)
		return result;
	body_put(job, part, &cleaned.data);
	if (cleaned.ending != NULL)
		name_put(job, part, &cleaned);
	if (!cleaned.noted)
		note_put(job, part, note);
	sekisho_buf_free(&cleaned.data);
	return REWRITE_DONE;
}

/* True when a part around this one is taken out as a whole. */
static bool
part_is_inside_replaced(const struct rewrite_job *job, size_t part)
{
	while (part > 0) {
		part = job->mime->parts[part].parent;
		if (job->replaced[part] != NULL)
			return true;
	}
	return false;
}

enum rewrite_result
rewrite_parts(struct rewrite_job *job, struct sekisho_error *err)
{
	const struct edit *edit;
	enum rewrite_result result;
	size_t i;

	for (i = 0; i < job->mime->count; i++) {
		edit = job->part_edits[i];
		if (edit == NULL || part_is_inside_replaced(job, i))
			continue;
		if (job->mime->parts[i].sealed || i == 0) {
			sekisho_error_set(err, "part %zu cannot be changed: "
				"it is %s", i, i == 0 ? "the whole message" :
				"signed or encrypted");
			return REWRITE_IMPOSSIBLE;
		}
		result = REWRITE_IMPOSSIBLE;
		if (edit->kind == EDIT_CLEAN)
			result = part_clean(job, i,
				edit->member_text != NULL &&
				*edit->member_text != '\0' ?
				edit->member_text : edit->text, err);
		if (result == REWRITE_FAILED)
			return result;
		if (result == REWRITE_DONE)
			continue;
		if (i == 1) {
			sekisho_error_set(err, "part 1 cannot be taken out: "
				"it is all that the message is");
			return REWRITE_IMPOSSIBLE;
		}
		job->replaced[i] = edit->text;
	}
	return REWRITE_DONE;
}

/* The root of a message inside the mail: its From and Subject stay. */
static void
replace_inner_root(struct rewrite_job *job, size_t part,
	const struct sekisho_buf *text)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct splice splice = { .text = "" };
	size_t pos = p->start, len = 0, head;
	const char *body = strstr(text->data, "\n\n");
	char *fields;

	for (; field_next(job, part, NULL, &pos, &len); pos += len) {
		splice.start = pos;
		splice.end = pos + len;
		splice_add(&job->splices, job->pool, &splice);
	}
	head = (size_t)(body - text->data) + 1;
	fields = pool_strndup(job->pool, text->data, head);
	header_append(job, part, pool_printf(job->pool, "MIME-Version: 1.0\n%s",
		fields));
	splice.start = p->body_start;
	splice.end = p->end;
	splice.text = body + 2;
	splice.len = text->len - head - 1;
	splice_add(&job->splices, job->pool, &splice);
}

void
rewrite_replaced(struct rewrite_job *job)
{
	const struct mime_part *part;
	struct splice splice;
	struct sekisho_buf text;
	size_t i;

	for (i = 2; i < job->mime->count; i++) {
		if (job->replaced[i] == NULL)
			continue;
		part = &job->mime->parts[i];
		sekisho_buf_init(&text, 4 * REPLACEMENT_MAX);
		rewrite_text_part(&text, job->replaced[i]);
		/* The last line end belongs to the delimiter behind it. */
		if (part->end < job->mime->len && text.len > 0 &&
		    text.data[text.len - 1] == '\n' &&
		    text.data[text.len - 2] != '\n')
			text.len--;
		if (strcmp(job->mime->parts[part->parent].type,
		    "message/rfc822") == 0) {
			replace_inner_root(job, i, &text);
		} else {
			splice.start = part->start;
			splice.end = part->end;
			splice.text = text.data;
			splice.len = text.len;
			splice_add(&job->splices, job->pool, &splice);
		}
		sekisho_buf_free(&text);
	}
}
