/*
 * rewrite_part.c - take parts out of a mail, or the virus out of a part.
 *
 * The second step of rewrite_message(). A zip archive loses its infected
 * members only; any other part becomes a short text that says what was there.
 */
#include <string.h>

#include "base64.h"
#include "charset.h"
#include "engine.h"
#include "inspection.h"
#include "mimefield.h"
#include "rewrite_job.h"
#include "text.h"
#include "transfer.h"
#include "virusname.h"
#include "zipclean.h"

#define REPLACEMENT_MAX (8u << 20)
#define LINE_MAX 998u

/* What zipclean() asks about: the first scan of the whole archive. */
struct zip_check {
	struct engine *engine;
	struct pool *pool;
	const struct scan_result *scan;
};

static bool
text_is_plain(const char *text)
{
	size_t len;

	if (!charset_is_ascii(text, strlen(text)))
		return false;
	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (len > LINE_MAX)
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

int
rewrite_virus(struct engine *engine, const void *data, size_t len,
	struct sekisho_error *err)
{
	struct scan_result scan = { 0 };
	struct pool *pool = pool_new();
	int result;
	size_t i;

	result = engine_scan(engine, data, len, pool, &scan, err);
	for (i = 0; result == 0 && i < scan.match_count; i++)
		if (virusname_kind(scan.matches[i].name) == FINDING_VIRUS)
			result = 1;
	pool_free(pool);
	return result;
}

/* For zipclean(): is this member infected, by name or by its bytes? */
static int
zip_member_infected(void *context, const char *name, const void *data,
	size_t len, struct sekisho_error *err)
{
	const struct zip_check *check = context;
	const struct scan_match *match;
	const char *shown = text_clean(check->pool, name, strlen(name));
	size_t i;

	for (i = 0; i < check->scan->match_count; i++) {
		match = &check->scan->matches[i];
		if (strcmp(match->member, shown) == 0 &&
		    virusname_kind(match->name) == FINDING_VIRUS)
			return 1;
	}
	return data == NULL ? 0 : rewrite_virus(check->engine, data, len, err);
}

/* The cleaned archive replaces the body of the part. */
static void
zip_put(struct rewrite_job *job, size_t part, const struct sekisho_buf *zip)
{
	const struct mime_part *p = &job->mime->parts[part];
	struct splice splice = { .start = p->body_start, .end = p->end };
	struct sekisho_buf body;

	if (strcmp(p->encoding, "base64") != 0)
		rewrite_set_field(job, part, "Content-Transfer-Encoding",
			"Content-Transfer-Encoding: base64\n");
	sekisho_buf_init(&body, SEKISHO_MESSAGE_MAX);
	transfer_add_base64(&body, zip->data, zip->len);
	if (body.len > 0 && part != 1)
		body.len--; /* the last LF belongs to the delimiter */
	splice.text = body.data;
	splice.len = body.len;
	splice_add(&job->splices, job->pool, &splice);
	sekisho_buf_free(&body);
}

static bool
part_may_be_zip(const struct mime_part *part, const struct sekisho_buf *data)
{
	return part->leaf && data->len > 0 &&
		(zipclean_is_zip(data->data, data->len) ||
		 strcmp(part->type, "application/zip") == 0 ||
		 strcmp(part->type, "application/x-zip-compressed") == 0);
}

/*
 * Cleans a zip archive. REWRITE_IMPOSSIBLE: it is none, or the virus stays;
 * then the part as a whole must go.
 */
static enum rewrite_result
zip_clean(struct rewrite_job *job, size_t part, const char *note,
	struct sekisho_error *err)
{
	enum rewrite_result result = REWRITE_FAILED;
	struct sekisho_buf data, cleaned;
	struct scan_result scan = { 0 };
	struct zip_check check = { .engine = job->engine,
		.pool = job->pool, .scan = &scan };
	struct zipclean_request request = { .note = note,
		.infected = zip_member_infected, .context = &check };

	sekisho_buf_init(&data, SEKISHO_MESSAGE_MAX);
	sekisho_buf_init(&cleaned, SEKISHO_MESSAGE_MAX);
	mime_decode(job->mime, part, &data);
	if (data.failed) {
		sekisho_error_set(err, "part %zu: out of memory", part);
		goto out;
	}
	result = REWRITE_IMPOSSIBLE;
	if (job->engine == NULL ||
	    !part_may_be_zip(&job->mime->parts[part], &data))
		goto out;
	request.data = data.data;
	request.len = data.len;
	if (engine_scan(job->engine, data.data, data.len, job->pool, &scan,
	    err) != 0)
		result = REWRITE_FAILED;
	else
		result = (enum rewrite_result)zipclean(&request, &cleaned,
			err);
	if (result == REWRITE_DONE)
		result = (enum rewrite_result)rewrite_virus(job->engine,
			cleaned.data, cleaned.len, err);
	if (result == REWRITE_DONE)
		zip_put(job, part, &cleaned);
out:
	sekisho_buf_free(&data);
	sekisho_buf_free(&cleaned);
	return result;
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
			result = zip_clean(job, i,
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
