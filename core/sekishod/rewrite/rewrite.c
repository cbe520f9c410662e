/*
 * rewrite.c - carry out body changes on a message, in the jail.
 *
 * An inspector calls it when a plan changes the body. Parts are cleaned or
 * taken out (rewrite_part.c), then stamps are put in (rewrite_stamp.c); both
 * only note splices, which are rendered once, here. What was cleaned is scanned
 * again before it leaves.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "charset.h"
#include "mimefield.h"
#include "rewrite.h"
#include "clean.h"
#include "rewrite_job.h"
#include "stamp.h"

#define STAMPS_MAX (4u << 20)
#define BOUNDARY_SIZE 40u

/* Sorts the edits: what happens to which part. 0, or -1 (bad part). */
static int
job_read_edits(struct rewrite_job *job, const struct edit_list *list,
	struct sekisho_error *err)
{
	const struct edit *edit, **slot;
	struct sekisho_buf lines;
	size_t i;

	sekisho_buf_init(&lines, STAMPS_MAX);
	for (i = 0; i < list->count; i++) {
		edit = &list->edits[i];
		if (edit->kind == EDIT_STAMP) {
			stamp_lines(&lines, &edit->text, 1);
			continue;
		}
		if (edit->part >= job->mime->count) {
			sekisho_buf_free(&lines);
			return sekisho_error_set(err, "no part %u: %s",
				edit->part, *job->mime->doubt == '\0' ?
				"the message has fewer" : job->mime->doubt);
		}
		slot = &job->part_edits[edit->part];
		if (*slot == NULL || edit->kind == EDIT_REMOVE)
			*slot = edit;
	}
	job->lines = lines.data == NULL ? "" :
		pool_strndup(job->pool, lines.data, lines.len);
	sekisho_buf_free(&lines);
	return 0;
}

/* Appends the header fields of the message: its MIME fields, or all others. */
static size_t
header_render(struct rewrite_job *job, bool mime, struct sekisho_buf *out)
{
	const char *text = job->mime->message;
	size_t end = job->mime->len, pos, len;

	if (job->mime->count > 1)
		end = job->mime->parts[1].body_start;
	for (pos = 0; pos < end && text[pos] != '\n'; pos += len) {
		len = mimefield_end(text + pos, end - pos);
		if (mimefield_is_mime(text + pos, len) != mime ||
		    (mime && job->wrap &&
		     mimefield_is(text + pos, len, "MIME-Version")))
			continue;
		splice_render(&job->splices, text, pos, pos + len, out);
	}
	/* In a message of doubt the empty line is the end of the header. */
	return job->mime->count > 1 ? end : pos + (pos < end);
}

/* The changed entity: MIME header lines, an empty line, the body. */
static void
entity_render(struct rewrite_job *job, struct sekisho_buf *out)
{
	size_t i, body;

	body = header_render(job, true, out);
	for (i = 0; i < job->root_fields.count; i++)
		sekisho_buf_add(out, job->root_fields.splices[i].text,
			job->root_fields.splices[i].len);
	if (out->len > 0 && out->data[out->len - 1] != '\n')
		sekisho_buf_puts(out, "\n");
	sekisho_buf_puts(out, "\n");
	splice_render(&job->splices, job->mime->message, body, job->mime->len,
		out);
}

/* A boundary that is nowhere in the text; the same text, the same boundary. */
static void
boundary_make(char boundary[BOUNDARY_SIZE], const struct sekisho_buf *text)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */
	size_t i;

	for (i = 0; i < text->len; i++)
		hash = (hash ^ (unsigned char)text->data[i]) * 1099511628211u;
	do {
		snprintf(boundary, BOUNDARY_SIZE, "=_sekisho_%016llx",
			(unsigned long long)hash);
		hash++;
	} while (memmem(text->data, text->len, boundary, strlen(boundary)) !=
		NULL);
}

/* The stamps as the first part of a new message, the old one as the second. */
static void
entity_wrap(struct rewrite_job *job, const struct sekisho_buf *old,
	struct sekisho_buf *out)
{
	char boundary[BOUNDARY_SIZE];
	const char *encoding = "";

	boundary_make(boundary, old);
	if (memchr(old->data, '\0', old->len) != NULL)
		encoding = "Content-Transfer-Encoding: binary\n";
	else if (!charset_is_ascii(old->data, old->len))
		encoding = "Content-Transfer-Encoding: 8bit\n";
	sekisho_buf_printf(out, "MIME-Version: 1.0\n"
		"Content-Type: multipart/mixed; boundary=\"%s\"\n%s\n--%s\n",
		boundary, encoding, boundary);
	rewrite_text_part(out, job->lines);
	sekisho_buf_printf(out, "\n--%s\n", boundary);
	sekisho_buf_add(out, old->data, old->len);
	sekisho_buf_printf(out, "\n--%s--\n", boundary);
}

/* Scans the new message as a whole. */
static enum rewrite_result
entity_check(struct rewrite_job *job, const struct sekisho_buf *entity,
	struct sekisho_error *err)
{
	struct sekisho_buf whole;
	int virus = -1;

	sekisho_buf_init(&whole, 2 * SEKISHO_MESSAGE_MAX);
	header_render(job, false, &whole);
	sekisho_buf_add(&whole, entity->data, entity->len);
	if (whole.failed)
		sekisho_error_set(err, "out of memory for the new message");
	else
		virus = clean_has_virus(job->engine, whole.data, whole.len,
			err);
	if (virus == 1)
		sekisho_error_set(err, "the message cannot be cleaned: "
			"there is still a virus in it");
	sekisho_buf_free(&whole);
	return virus == 1 ? REWRITE_IMPOSSIBLE :
		virus == 0 ? REWRITE_DONE : REWRITE_FAILED;
}

static bool
list_has(const struct edit_list *list, enum edit_kind kind)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->edits[i].kind == kind)
			return true;
	return false;
}

/* Steps of rewrite_message() once the message is parsed. */
static enum rewrite_result
job_run(struct rewrite_job *job, const struct edit_list *list,
	struct sekisho_buf *entity, struct sekisho_error *err)
{
	enum rewrite_result result;
	struct sekisho_buf old;

	if (job_read_edits(job, list, err) != 0)
		return REWRITE_IMPOSSIBLE;
	result = rewrite_parts(job, err);
	if (result != REWRITE_DONE)
		return result;
	if (*job->lines != '\0')
		rewrite_stamp(job);
	rewrite_replaced(job);
	sekisho_buf_init(&old, 2 * SEKISHO_MESSAGE_MAX);
	if (job->wrap) {
		entity_render(job, &old);
		entity->failed = old.failed;
		if (!old.failed)
			entity_wrap(job, &old, entity);
	} else {
		entity_render(job, entity);
	}
	sekisho_buf_free(&old);
	if (entity->failed) {
		sekisho_error_set(err, "out of memory for the new message");
		return REWRITE_FAILED;
	}
	if (list_has(list, EDIT_CLEAN) && job->engine != NULL)
		return entity_check(job, entity, err);
	return REWRITE_DONE;
}

enum rewrite_result
rewrite_message(struct engine *engine, const char *message, size_t len,
	const struct edit_list *list, struct sekisho_buf *out,
	struct sekisho_error *err)
{
	struct pool *pool = pool_new();
	struct rewrite_job job = { .engine = engine, .pool = pool,
		.lines = "" };
	enum rewrite_result result;
	struct sekisho_buf entity;

	sekisho_buf_init(&entity, 2 * SEKISHO_MESSAGE_MAX);
	job.mime = mime_parse(message, len, pool);
	job.part_edits = pool_array(pool, job.mime->count,
		sizeof(*job.part_edits));
	job.replaced = pool_array(pool, job.mime->count,
		sizeof(*job.replaced));
	result = job_run(&job, list, &entity, err);
	if (result == REWRITE_DONE) {
		sekisho_buf_add(out, entity.data, entity.len);
		if (out->failed) {
			sekisho_error_set(err, "the new message is too large");
			result = REWRITE_FAILED;
		}
	}
	sekisho_buf_free(&entity);
	pool_free(pool);
	return result;
}
